// Whether a request may pass by the token that it came with: whatever the framework. Reads headers alone: a token in an
// address lands in logs (RFC 6750 §5.3), one in a cookie is sent by other sites.
import { Refusal as RefusalError, refuse } from '../protocol/errors.js';
import { challengesOf } from './challenge.js';
import { requireNames } from './check-access.js';
import { pathOf } from './paths.js';
import { refusalBody } from './refusal-body.js';
import { createResourceMetadata } from './resource-metadata.js';
/** With what error handlers of Koa, Express and Fastify look for. */
export class RefusedRequest extends Error {
    constructor(refusal, { status, headers, body }) {
        super(refusal.message, { cause: refusal });
        this.name = 'RefusedRequest';
        this.expose = true;
        this.status = status;
        this.statusCode = status;
        this.headers = headers;
        this.body = body;
        this.code = refusal.code;
    }
}
/** With those of `protect` and of servers without a framework, which hand on what they were given. */
const known = [
    ...['realm', 'baseUrl', 'dpop', 'apiKeys', 'resourceMetadata', 'refusal', 'onRefusal'],
    ...['open', 'routes', 'needs', 'preflights', 'onFault'],
];
const waysOfDpop = [undefined, 'accepted', 'required', 'refused'];
/**
 * @param scopes that are asked for anywhere behind it
 * @throws TypeError for options that cannot be right: when the application starts, not when it is asked
 */
export function createTokenGate(verifier, options = {}, scopes = []) {
    requireNames('an option of the middleware', options, known);
    if (!waysOfDpop.includes(options.dpop))
        throw new TypeError(`dpop is ${waysOfDpop.slice(1).join(', ')}`);
    const { realm = 'api', dpop = 'accepted', apiKeys = true, resourceMetadata, refusal: texts } = options;
    const baseUrl = options.baseUrl?.replace(/\/+$/, '');
    if (baseUrl !== undefined && !URL.canParse(baseUrl))
        throw new TypeError('baseUrl is no address');
    const schemes = [
        ...(dpop === 'required' ? [] : ['Bearer']),
        ...(dpop === 'refused' ? [] : ['DPoP']),
        ...(apiKeys ? ['Token'] : []),
    ];
    const { issuer, audience } = verifier;
    const metadata = typeof resourceMetadata === 'object'
        ? createResourceMetadata(resourceMetadata, { issuer, audience, dpop, scopes })
        : null;
    const told = {
        realm,
        issuer,
        resourceMetadata: metadata?.address ?? resourceMetadata,
        schemes,
    };
    /**
     * @param accessOf what the request asks for; may refuse it
     * @returns what the token says; null where none is needed and none came
     * @throws RefusedRequest
     */
    async function admit(request, accessOf) {
        let credentials = null;
        let needs = {};
        try {
            const access = accessOf();
            if (access === 'anyone')
                return null;
            const { optional = false, ...asked } = access;
            needs = asked;
            credentials = credentialsOf(request);
            if (credentials === null && optional)
                return null;
            return await claimsOf(credentials, request, needs);
        }
        catch (error) {
            // Whatever else is thrown is a fault, and the framework's to tell. The request does not pass either way.
            if (!(error instanceof RefusalError))
                throw error;
            throw refused(error, credentials?.scheme ?? null, request, needs);
        }
    }
    async function claimsOf(credentials, request, asked) {
        if (credentials === null || !schemes.includes(credentials.scheme))
            throw refuse('not_authenticated');
        const { scheme, parts } = credentials;
        // Reading only: what was stated for a route does not let a token write that nobody can judge.
        const isReading = request.method === 'GET' || request.method === 'HEAD';
        const needs = { ...asked, allowReadsUntilExpiry: isReading && asked.allowReadsUntilExpiry === true };
        if (scheme === 'Token')
            return verifier.verifyApiKey(apiKeyIn(parts), needs);
        const [token, ...more] = parts;
        if (token === undefined || more.length > 0)
            throw refuse('bad_authorization_header');
        if (scheme === 'Bearer')
            return verifier.verify(token, needs);
        return verifier.verify(token, { ...needs, proof: proofOf(request) });
    }
    function proofOf({ method, target, origin, headers, rawHeaders, request }) {
        const known = proofs.get(request);
        if (known)
            return known;
        // RFC 9449 §4.3, 1
        const { dpop: shown } = headers;
        if (typeof shown !== 'string' || countOf(rawHeaders, 'dpop') > 1)
            throw refuse('invalid_dpop_proof');
        // RFC 9112 §3.2.2: in its absolute form a target names a host, which is the sender's choice, and not where we are.
        const path = target.startsWith('/') ? target : pathOf(target);
        const url = baseUrl === undefined && !target.startsWith('/') ? target : `${baseUrl ?? origin}${path ?? ''}`;
        const proof = { dpop: shown, method, url };
        proofs.set(request, proof);
        return proof;
    }
    function refused(refusal, scheme, request, needs) {
        const { code, status, details } = refusal;
        // RFC 9110 §10.2.3: what may pass is asked again, and never tells a client to throw its token away.
        const wait = details.retryAfter ?? (status === 503 || status === 429 ? 1 : undefined);
        const challenges = challengesOf(refusal, scheme, needs, told);
        const nonce = code === 'use_dpop_nonce' ? verifier.proofNonce?.() : null;
        const headers = {
            'Cache-Control': 'no-store',
            ...(nonce && { 'DPoP-Nonce': nonce }),
            ...(challenges.length > 0 && { 'WWW-Authenticate': challenges.join(', ') }),
            ...(wait !== undefined && { 'Retry-After': String(Math.ceil(wait)) }),
        };
        const body = refusalBody({ code, status, refusal, scheme, needs, request }, texts);
        return new RefusedRequest(refusal, { status, headers, body });
    }
    return {
        admit,
        refused,
        /** What anybody is answered who asks where tokens come from; null where that is not what the request asks. */
        metadataFor: (request) => metadata?.answerTo(request) ?? null,
    };
}
/** By request: judged at several places of an application, a proof is used once. */
const proofs = new WeakMap();
const schemeNames = { bearer: 'Bearer', dpop: 'DPoP', token: 'Token' };
/** Another scheme is no credential here. The name is read in any case (RFC 9110 §11.1). @throws invalid_request */
function credentialsOf({ headers: { authorization }, rawHeaders }) {
    // Node keeps the first of two and drops the other: who stands before this application may have judged that one.
    if (Array.isArray(authorization) || countOf(rawHeaders, 'authorization') > 1)
        throw refuse('invalid_request', { detail: 'The header Authorization is there more than once.' });
    const [name = '', ...parts] = (authorization ?? '').split(' ').filter(Boolean);
    const scheme = Object.hasOwn(schemeNames, name.toLowerCase()) ? schemeNames[name.toLowerCase()] : null;
    return scheme && { scheme, parts };
}
function countOf(rawHeaders, name) {
    let count = 0;
    for (let at = 0; at < (rawHeaders?.length ?? 0); at += 2)
        if (rawHeaders[at].toLowerCase() === name)
            count += 1;
    return count;
}
/** In the words of Django REST framework's TokenAuthentication. @throws bad_api_key_header */
function apiKeyIn([text, ...more]) {
    const refuseHeader = (detail) => refuse('bad_api_key_header', { detail: `Invalid token header. ${detail}` });
    if (text === undefined)
        throw refuseHeader('No credentials provided.');
    if (more.length > 0)
        throw refuseHeader('Token string should not contain spaces.');
    if (/[^\x21-\x7e]/.test(text))
        throw refuseHeader('Token string should not contain invalid characters.');
    return text;
}
//# sourceMappingURL=require-token.js.map