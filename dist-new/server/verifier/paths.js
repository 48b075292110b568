// How a path may be read. Routers differ: one decodes, one drops double slashes, one does not mind capitals. An exception opens
// one spelling alone; what asks for more holds in each reading that some router has.
/** The path of a request's target, without query, or null where no two programs need agree on it (RFC 9112 §3.2). */
export function pathOf(target) {
    // Some read a backslash as a slash, cut at #, or trim; no client that follows RFC 3986 sends them.
    if (/[^\x21-\x7e]|[\\#]/.test(target))
        return null;
    const [path = ''] = target.split('?');
    if (path.startsWith('/') || path === '*')
        return path;
    // RFC 9112 §3.2.2: the absolute form, as proxies get it.
    const [, rest] = /^https?:\/\/[^/]+(\/.*)?$/i.exec(path) ?? [];
    return rest === undefined && !/^https?:\/\/[^/]+$/i.test(path) ? null : (rest ?? '/');
}
/** One spelling: no empty or dot segment, nothing that decodes to what divides or ends a path. */
export function isPlain(target) {
    const path = pathOf(target);
    if (path === null || !target.startsWith('/'))
        return false;
    const segments = path.slice(1).split('/');
    return segments.every((segment, index) => {
        if (segment === '')
            return index === segments.length - 1;
        const decoded = decodedOnce(segment);
        return decoded !== null && !/[\x00-\x1f\x7f/\\%;?#]/.test(decoded) && !/^\.+$/.test(decoded);
    });
}
/** The segments as they stand, for an exception: a slash at the end is one more, empty segment. */
export function strictSegments(path) {
    return path.slice(1).split('/');
}
/** Each way in which some router reads the path; null where one of them cannot. Capitals, double and last slashes do not count. */
export function readingsOf(target) {
    const path = pathOf(target);
    if (path === null)
        return null;
    // Most paths have one reading.
    if (!/[%;]|\/[/.]/.test(path))
        return [folded(path)];
    const decoded = decodedOnce(path);
    const twice = decoded === null ? null : (decodedOnce(decoded) ?? decoded);
    if (decoded === null || twice === null)
        return null;
    const spellings = [path, decoded, twice].flatMap(one => [one, one.replace(/;[^/]*/g, ''), one.split(/[;?#]/)[0]]);
    const all = spellings.flatMap(one => [folded(one), withoutDots(folded(one.replaceAll('\\', '/')))]);
    return [...new Map(all.map(one => [JSON.stringify(one), one])).values()];
}
/** As a router reads it that minds neither capitals nor slashes too many. */
export function folded(path) {
    return path.toLowerCase().split('/').filter(Boolean);
}
function withoutDots(segments) {
    const left = [];
    for (const segment of segments) {
        if (segment === '..')
            left.pop();
        else if (segment !== '.')
            left.push(segment);
    }
    return left;
}
function decodedOnce(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return null;
    }
}
//# sourceMappingURL=paths.js.map