// What a verifier is made with, checked at once: every problem is told, and nothing is sent anywhere before all of it is right.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { isApplicationId } from '../protocol/claims.js';
import { nearest } from '../protocol/near.js';
/** Every problem with the options, told at once. */
export class OptionsError extends Error {
    constructor(problems) {
        super(`the verifier cannot be made: ${problems.join('; ')}`);
        this.problems = problems;
        this.name = 'OptionsError';
    }
}
const count = (least, most, of) => {
    return value => Number.isSafeInteger(value) && value >= least && value <= most
        ? null
        : `must be a whole number of ${of} from ${least} to ${most}`;
};
const text = value => (typeof value === 'string' && value.length > 0 ? null : 'is missing');
const callable = value => (typeof value === 'function' ? null : 'must be a function');
/** One row an option; where it is left out and has a default, that is taken. */
const checks = {
    issuer: whyNotOrigin,
    url: whyNotOrigin,
    audience: text,
    clientId: value => text(value) ?? (isApplicationId(value) ? null : 'is no client_id'),
    clientSecret: text,
    name: value => typeof value === 'string' && /^[A-Za-z0-9._:~-]{1,100}$/.test(value)
        ? null
        : 'must be 1 to 100 letters, digits and . _ : ~ -',
    acceptStaleKeysFor: count(0, 30 * 86_400, 'seconds'),
    cacheSize: count(0, 10_000_000, 'tokens'),
    introspectionCache: count(0, 2_000, 'milliseconds'),
    clockTolerance: count(0, 300, 'seconds'),
    dpopNonces: value => (typeof value === 'boolean' ? null : 'must be true or false'),
    fetch: callable,
    clocks: value => {
        const { monotonic, wall } = (value ?? {});
        return callable(monotonic) ?? callable(wall);
    },
};
const names = Object.keys(checks);
/** @throws OptionsError */
export function checkOptions(options) {
    if (typeof options !== 'object' || options === null)
        throw new OptionsError(['there are no options']);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const all = { ...defaults(), url: options.issuer, ...given };
    const unknown = Object.keys(given).filter(name => !Object.hasOwn(checks, name));
    const problems = [
        ...unknown.map(name => {
            const meant = nearestOption(name);
            return `there is no option ${name}${meant ? `: did you mean ${meant}?` : ''}`;
        }),
        // Never the value: it may be a secret.
        ...names.flatMap(name => {
            const isTold = name === 'url' && all.url === all.issuer;
            const problem = isTold ? null : checks[name](all[name]);
            return problem ? `${name} ${problem}` : [];
        }),
    ];
    if (problems.length > 0)
        throw new OptionsError(problems);
    return { ...all, issuer: new URL(all.issuer).origin, url: new URL(all.url).origin };
}
function nearestOption(typed) {
    const found = nearest(typed, names.map(name => name.toLowerCase()));
    return names.find(name => name.toLowerCase() === found);
}
function defaults() {
    return {
        name: ownName(),
        acceptStaleKeysFor: 3_600,
        cacheSize: 10_000,
        introspectionCache: 2_000,
        clockTolerance: 5,
        dpopNonces: false,
        fetch: globalThis.fetch,
        clocks: { monotonic: () => performance.now(), wall: () => Date.now() },
    };
}
function ownName() {
    const host = hostname()
        .replace(/[^A-Za-z0-9._~-]/g, '-')
        .slice(0, 60);
    return `${host}:${process.pid}:${randomBytes(4).toString('hex')}`;
}
/** As the server takes its own ISSUER. The secret of the application goes there, so it is never sent in clear over a network. */
function whyNotOrigin(value) {
    if (typeof value !== 'string' || !URL.canParse(value))
        return 'is no web address';
    const { protocol, hostname: host, pathname, search, hash, username, password } = new URL(value);
    const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);
    if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback))
        return 'must be https, except on localhost or a loopback address';
    if (pathname !== '/' || search || hash || username || password)
        return 'must be an origin, such as https://id.example.com, without path, query or user';
    return null;
}
//# sourceMappingURL=options.js.map