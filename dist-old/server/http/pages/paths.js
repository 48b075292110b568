/** Addresses with a ticket (tokens/ticket.ts) are the longest of ours. */
const longest = 8_000;
/**
 * The path and query of an address on this server, or null: `//other.example`, `/\other.example` and `javascript:` are none.
 * Whatever a browser would make of it is decided by the parser that browsers use.
 */
export function localPath(text) {
    if (typeof text !== 'string' || !text.startsWith('/') || text.length > longest || /[\p{Cc}\\]/u.test(text))
        return null;
    const base = 'http://here.invalid';
    if (!URL.canParse(text, base))
        return null;
    const url = new URL(text, base);
    if (url.origin !== base || url.pathname.startsWith('//'))
        return null;
    return url.pathname + url.search;
}
/** `/admin/users?q=amy` */
export function pathWith(path, parameters) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
        if (value !== null && value !== undefined && value !== '' && value !== false)
            query.set(name, String(value));
    }
    return query.size > 0 ? `${path}?${query}` : path;
}
/** An address elsewhere that a page may link to: somebody else wrote it, and `javascript:` would run as ours. */
export function webAddress(text) {
    if (text === undefined || !URL.canParse(text))
        return null;
    const { href, host, protocol } = new URL(text);
    return protocol === 'https:' || protocol === 'http:' ? { href, host } : null;
}
/** Where the person is: the page itself, or for a form that was sent the page it stood on. */
export function whereIs(ctx, issuer) {
    if (ctx.method === 'GET' || ctx.method === 'HEAD')
        return localPath(ctx.url) ?? '/';
    const referer = ctx.get('Referer');
    if (!URL.canParse(referer))
        return '/';
    const url = new URL(referer);
    const own = url.origin === issuer || url.host === ctx.get('Host');
    return (own && localPath(url.pathname + url.search)) || '/';
}
//# sourceMappingURL=paths.js.map