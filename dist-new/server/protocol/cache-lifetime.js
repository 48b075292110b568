/** @returns seconds from now on; within the bounds, whatever the headers say */
export function cacheLifetime(headers, { least, usual, most }) {
    return Math.min(most, Math.max(least, toldLifetime(headers) ?? usual));
}
/** null: nothing is said that can be read. */
function toldLifetime(headers) {
    const directives = text(headers['cache-control']).toLowerCase().split(',');
    const named = new Map(directives.map((one) => {
        const [name = '', value = ''] = one.trim().split('=', 2);
        return [name, value];
    }));
    if (named.has('no-store') || named.has('no-cache'))
        return 0;
    // A cache that several share goes by the first (§5.2.2.10), and this one is.
    const age = seconds(text(headers.age)) ?? 0;
    const told = seconds(unquoted(named.get('s-maxage'))) ?? seconds(unquoted(named.get('max-age')));
    if (told !== null)
        return told - age;
    const [expires, date] = [Date.parse(text(headers.expires)), Date.parse(text(headers.date))];
    return Number.isFinite(expires) && Number.isFinite(date) ? (expires - date) / 1_000 - age : null;
}
const text = (value) => (Array.isArray(value) ? value.join(',') : (value ?? ''));
const unquoted = (value = '') => value.replace(/^"(.*)"$/, '$1');
function seconds(value) {
    return /^\d{1,12}$/.test(value) ? Number(value) : null;
}
//# sourceMappingURL=cache-lifetime.js.map