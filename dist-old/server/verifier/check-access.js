// What a route asks for, and how it is judged, checked where it is written down: a word that is misspelt would ask for nothing.
import { nearest } from '../protocol/near.js';
const isWord = value => typeof value === 'string' && /^\S+$/.test(value);
const isName = value => typeof value === 'string' && value.trim() !== '';
const someOf = (is) => value => Array.isArray(value) ? value.length > 0 && value.every(is) : is(value);
const isFlag = value => value === undefined || typeof value === 'boolean';
const ofRoutes = {
    scope: someOf(isWord),
    permission: someOf(isWord),
    role: someOf(isName),
    maxAge: value => Number.isFinite(value) && value >= 0,
    allowReadsUntilExpiry: isFlag,
    optional: isFlag,
};
/** @throws TypeError where it cannot be what was meant */
export function requireAccess(access) {
    if (access === 'anyone')
        return;
    if (typeof access !== 'object' || access === null)
        throw new TypeError('what a route asks for is an object, or anyone');
    requireNames('what a route asks for', access, Object.keys(ofRoutes));
    for (const [name, value] of Object.entries(access))
        if (!ofRoutes[name](value))
            throw new TypeError(`${name}: what is asked for cannot be right`);
}
/** @throws TypeError for a name that is none */
export function requireNames(of, given, known) {
    for (const name of Object.keys(given)) {
        if (known.includes(name))
            continue;
        const found = nearest(name, known.map(one => one.toLowerCase()));
        const meant = known.find(one => one.toLowerCase() === found);
        throw new TypeError(`${of} has no ${name}${meant ? `: did you mean ${meant}?` : ''}`);
    }
}
//# sourceMappingURL=check-access.js.map