const year = 365 * 86_400;
const cookies = {
    /** The opaque id of the page session. */
    darvoza: { httpOnly: true, own: true },
    /** The tokens that prove this browser as a known device, one for each of the last few users. */
    'darvoza-device': { httpOnly: true, own: true, maxAge: year },
    /** What the token of the sign-in form is made from, while nobody is signed in. */
    'darvoza-form': { httpOnly: true, own: true },
    /** What the tickets of authorization requests that this browser began are bound to. */
    'darvoza-ticket': { httpOnly: true, own: true },
    'darvoza-language': { httpOnly: true, own: false, maxAge: year },
    /** How files for spreadsheets are separated. */
    'darvoza-separator': { httpOnly: true, own: false, maxAge: year },
    'darvoza-theme': { httpOnly: true, own: false, maxAge: year },
    /** Set by public/js/zone.js. */
    'darvoza-zone': { httpOnly: false, own: false, maxAge: year },
};
/** @param issuer the public origin */
export function createCookies(issuer) {
    const https = issuer.startsWith('https:');
    // Cookies know no port (RFC 6265 §8.5): a second instance on the same host would sign this one's browsers out.
    const { port } = new URL(issuer);
    const ownName = (name) => `${https ? '__Host-' : ''}${name}${port && `-${port}`}`;
    const nameOf = (name) => (cookies[name].own ? ownName(name) : name);
    function write(ctx, name, value, maxAge) {
        const parts = [`${nameOf(name)}=${value}`, 'Path=/', 'SameSite=Lax'];
        if (https)
            parts.push('Secure');
        if (cookies[name].httpOnly)
            parts.push('HttpOnly');
        if (maxAge !== undefined)
            parts.push(`Max-Age=${maxAge}`);
        ctx.append('Set-Cookie', parts.join('; '));
    }
    return {
        read: (ctx, name) => ctx.cookies.get(nameOf(name), { signed: false }),
        /** @param value of letters, digits and `._~:-` alone */
        set(ctx, name, value, maxAge) {
            const { maxAge: usual } = cookies[name];
            write(ctx, name, value, maxAge ?? usual);
        },
        clear: (ctx, name) => write(ctx, name, '', 0),
    };
}
//# sourceMappingURL=cookies.js.map