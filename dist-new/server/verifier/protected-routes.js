// What a whole application asks for: closed by default, with exceptions by method and path. The row whose path is the more
// precise counts, wherever it stands. An exception holds for its very spelling; a row that asks for more, for all spellings.
import { refuse } from '../protocol/errors.js';
import { requireAccess } from './check-access.js';
import { folded, isPlain, pathOf, readingsOf, strictSegments } from './paths.js';
import { scopesIn } from './resource-metadata.js';
/** @throws TypeError for rows that cannot be right, or mean the same */
export function createProtectedRoutes({ open = [], routes = {}, needs = {}, preflights = false }) {
    const exceptions = open.map(text => readRow(text, 'anyone'));
    const rows = Object.entries(routes).map(([text, access]) => readRow(text, access));
    refuseDoubles([...exceptions, ...rows]);
    for (const access of [needs, ...Object.values(routes)])
        requireAccess(access);
    /** The row that some router might take, by each reading; they must come to one. */
    function rowOf(method, targets) {
        const found = targets.flatMap(target => {
            const readings = readingsOf(target);
            if (readings === null)
                throw refuse('malformed_request', { detail: 'The path cannot be read.' });
            return readings.map(path => mostPrecise(rows.filter(row => isOf(row, method) && matches(row.segments, path, true))));
        });
        if (found.some(row => row !== found[0]))
            throw refuse('malformed_request', { detail: 'The path can be read in more than one way.' });
        return found[0] ?? null;
    }
    function exceptionOf(method, targets) {
        // Mounted below a path, a framework adds a slash of its own; beside that all must say the same.
        const [target = ''] = targets;
        const path = isPlain(target) ? pathOf(target) : null;
        if (path === null || targets.some(one => !isSame(one, path)))
            return null;
        const segments = strictSegments(path);
        return mostPrecise(exceptions.filter(row => isOf(row, method) && matches(row.spelling, segments, false)));
    }
    return {
        /** All that some row asks for. */
        scopes: scopesIn([needs, ...Object.values(routes)]),
        /**
         * @param targets the request's target as it came, and as the framework has it by now
         * @param isPreflight by its headers (Fetch §4.8)
         * @throws malformed_request
         */
        accessOf(method, targets, isPreflight = false) {
            if (preflights && isPreflight && method === 'OPTIONS')
                return 'anyone';
            // RFC 9110 §9.3.2: it is answered by what answers GET, unless a row says otherwise.
            const row = rowOf(method, targets);
            const exception = exceptionOf(method, targets);
            if (exception && (!row || precision(exception, row) < 0))
                return 'anyone';
            return row ? row.access : needs;
        },
    };
}
/** What browsers send before a request of another origin. */
export function isPreflight(headers) {
    return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}
function readRow(text, access) {
    const [method = '', path = '', ...more] = text.split(' ');
    if (more.length > 0 || !/^(\*|[A-Z]+)$/.test(method) || !path.startsWith('/'))
        throw new TypeError(`${text}: a row is a method in capitals, or *, and a path`);
    const segments = path.split('/').filter(Boolean);
    if (segments.some((one, index) => one.includes('*') && !(one === '*' && index === segments.length - 1)))
        throw new TypeError(`${text}: * stands at the end alone`);
    if (segments.some(one => one.slice(1).includes(':')))
        throw new TypeError(`${text}: a name is a whole segment`);
    if (/[^\x21-\x7e]|[\\#?%;]|\/\/|\/\.{1,2}(\/|$)/.test(path))
        throw new TypeError(`${text}: no plain path`);
    return { text, method, segments: folded(path), spelling: strictSegments(path), access };
}
function refuseDoubles(rows) {
    const seen = new Map();
    for (const { text, method, segments } of rows) {
        const shape = `${method} ${segments.map(one => (one.startsWith(':') ? ':' : one)).join('/')}`;
        const other = seen.get(shape);
        if (other !== undefined)
            throw new TypeError(`${other} and ${text} are the same route`);
        seen.set(shape, text);
    }
}
function isOf(row, method) {
    return row.method === '*' || row.method === method || (row.method === 'GET' && method === 'HEAD');
}
/** @param withRoot whether `/a/*` is also `/a` itself */
function matches(pattern, path, withRoot) {
    if (pattern.at(-1) === '*') {
        const above = pattern.slice(0, -1);
        if (path.length < above.length || !startsWith(path, above))
            return false;
        return withRoot || (path.length > above.length && path[above.length] !== '');
    }
    return path.length === pattern.length && startsWith(path, pattern);
}
function startsWith(path, pattern) {
    return pattern.every((one, index) => (one.startsWith(':') ? path[index] !== '' : one === path[index]));
}
function mostPrecise(rows) {
    return [...rows].sort(precision)[0] ?? null;
}
/** Below zero where `a` says more: its first segment that differs is a word, not a name, not a star; then, its method. */
function precision(a, b) {
    for (let at = 0; at < Math.max(a.segments.length, b.segments.length); at++) {
        const difference = rank(a.segments[at]) - rank(b.segments[at]);
        if (difference !== 0)
            return difference;
    }
    return methodRank(a.method) - methodRank(b.method);
}
const rank = (segment) => segment === undefined ? 1 : segment === '*' ? 3 : segment.startsWith(':') ? 2 : 0;
const methodRank = (method) => (method === '*' ? 2 : method === 'HEAD' ? 0 : 1);
function isSame(target, path) {
    const other = pathOf(target);
    return other !== null && isPlain(target) && folded(other).join('/') === folded(path).join('/');
}
//# sourceMappingURL=protected-routes.js.map