/** As nearly everybody writes it. */
const usual = new Set(['', '*/*', 'application/json', 'application/json, text/plain, */*']);
/** From the most telling to the least (RFC 9110 §12.5.1). */
const ranges = ['application/json', 'application/*', '*/*'];
/**
 * Will JSON do? Parameters of a range but its weight count for nothing: `application/json; charset=utf-8` and `indent=4`
 * are what clients of Django REST framework send, and it answers them.
 */
export function acceptsJson(accept) {
    if (usual.has(accept))
        return true;
    if (accept.trim() === '')
        return true;
    const wanted = new Map();
    for (const range of accept.toLowerCase().split(',')) {
        const [type = '', ...parameters] = range.split(';').map(part => part.trim());
        wanted.set(type, !parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter)));
    }
    const decisive = ranges.find(range => wanted.has(range));
    return decisive !== undefined && wanted.get(decisive) === true;
}
/** Are server-sent events asked for (WHATWG HTML §9.2)? */
export function acceptsEvents(accept) {
    return accept
        .toLowerCase()
        .split(',')
        .some(range => range.split(';', 1)[0].trim() === 'text/event-stream');
}
//# sourceMappingURL=accept.js.map