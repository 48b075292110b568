// What a refusal tells in `WWW-Authenticate` (RFC 9110 §11.6.1): of the scheme that was tried, or of each that is taken.
import { proofAlgorithms } from '../protocol/dpop.js';
import { errors } from '../protocol/errors.js';
/** Codes that are an `error` of RFC 6750 §3.1, RFC 9449 §7.1 or RFC 9470 §3 by themselves; any other of a token is `invalid_token`. */
const ownErrors = new Set([
    'invalid_request',
    'insufficient_scope',
    'insufficient_user_authentication',
    'invalid_dpop_proof',
    'use_dpop_nonce',
]);
/** Refused before anything was judged: RFC 6750 §3.1 lets no error be told. */
const withoutCredentials = new Set(['not_authenticated', 'bad_authorization_header']);
/**
 * @param scheme that was tried, or null
 * @returns one value a scheme; none where another credential would not help
 */
export function challengesOf({ code, status }, scheme, needs, options) {
    // A failure that may pass says nothing of the token, and a missing permission is not to be had by another one.
    if (status !== 401 && code !== 'insufficient_scope' && code !== 'invalid_request')
        return [];
    const tried = code === 'invalid_request' ? (scheme ?? options.schemes[0]) : scheme;
    if (tried === null || withoutCredentials.has(code))
        return options.schemes
            .filter(one => one !== 'Token')
            .map(one => written(one, [...parametersOf(one, needs, options)]));
    // A bound token that came as Bearer is wanted under the other one.
    const wanted = code === 'token_bound' ? 'DPoP' : code === 'token_unbound' ? 'Bearer' : tried;
    const answered = options.schemes.includes(wanted) ? wanted : tried;
    return [
        written(answered, [
            ...errorOf(code, answered, needs),
            ...parametersOf(answered, needs, options),
            ...pageOf(code, options),
        ]),
    ];
}
function* errorOf(code, scheme, { maxAge }) {
    // The scheme of API keys has no such parameter: the code tells.
    if (scheme !== 'Token')
        yield ['error', ownErrors.has(code) ? code : 'invalid_token'];
    yield ['error_description', textOf(code, maxAge)];
    if (code === 'insufficient_user_authentication' && maxAge !== undefined)
        yield ['max_age', String(maxAge)];
}
function* parametersOf(scheme, { scope }, options) {
    yield ['realm', options.realm];
    if (scheme === 'Token')
        return;
    const scopes = typeof scope === 'string' ? scope : (scope ?? []).join(' ');
    if (scopes !== '')
        yield ['scope', scopes];
    if (scheme === 'DPoP')
        yield ['algs', proofAlgorithms.join(' ')];
    if (options.resourceMetadata !== undefined)
        yield ['resource_metadata', options.resourceMetadata];
}
function* pageOf(code, { issuer }) {
    if (issuer !== undefined)
        yield ['error_uri', `${issuer}/errors/${code}`];
    yield ['error_code', code];
}
/** The catalogue speaks of what the token server asks for itself. */
export function textOf(code, maxAge) {
    if (code === 'insufficient_scope')
        return 'The token lacks the scope that this needs.';
    if (code === 'insufficient_user_authentication' && maxAge !== undefined)
        return `This needs a sign-in within the last ${maxAge} seconds.`;
    return errors[code].text;
}
/** The realm first, as everybody writes it. */
function written(scheme, parameters) {
    const realmFirst = [...parameters].sort(([a], [b]) => Number(b === 'realm') - Number(a === 'realm'));
    return `${scheme} ${realmFirst.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`;
}
/** RFC 6750 §3: %x20-21 / %x23-5B / %x5D-7E. Nothing that stands here can end the value, or the header. */
function quotable(value) {
    return value.replace(/[^ !#-[\]-~]/g, "'");
}
//# sourceMappingURL=challenge.js.map