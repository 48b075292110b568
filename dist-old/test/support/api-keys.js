export const aKeyOf = ({ composed }, userId, asked) => composed.parts.apiKeys.apiKeys.create(userId, { name: 'Nightly', ...asked }, 'operator:test');
/** Requests that come with a key. */
export function byKey(client, text) {
    const headers = { Authorization: `Token ${text}` };
    const send = (method, path, json) => client.send(method, path, { headers, ...(json !== undefined && { json }) });
    return {
        send,
        get: (path) => send('GET', path),
        post: (path, json) => send('POST', path, json),
    };
}
//# sourceMappingURL=api-keys.js.map