export function writeAnswer(res, { status, headers, body }) {
    res.statusCode = status;
    for (const [name, value] of Object.entries(headers))
        res.setHeader(name, value);
    if (body === null)
        return void res.end();
    const text = JSON.stringify(body);
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.setHeader('Content-Length', Buffer.byteLength(text));
    res.end(text);
}
/** `https://host`, as the request itself says. */
export function originOf({ socket, headers }, protocol) {
    const scheme = protocol ?? ('encrypted' in socket && socket.encrypted ? 'https' : 'http');
    return `${scheme}://${headers.host ?? headers[':authority'] ?? ''}`;
}
//# sourceMappingURL=node-answer.js.map