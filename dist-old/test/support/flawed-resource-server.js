// Resource servers that are wrong in one thing each, as real ones have been: what the doctor must find.
import { createHmac, createPublicKey, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';
const seconds = () => Date.now() / 1000;
const keyOf = ({ header }, { jwks }) => jwks.find(one => one.kid === header.kid);
const hmac = (secret, { input }) => createHmac('sha256', secret).update(input).digest();
function isSignedBy(jwk, { input, signature }) {
    if (!jwk)
        return false;
    return verifySignature('sha256', Buffer.from(input), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, signature);
}
/** All that a resource server checks. A flaw puts another one in the place of one of these. */
const checks = {
    parts: ({ parts }) => parts <= 3,
    form: ({ header }) => !('crit' in header),
    signature: (token, expected) => token.header.alg === 'ES256' && isSignedBy(keyOf(token, expected), token),
    issuer: ({ claims }, { issuer }) => claims.iss === issuer,
    audience: ({ claims }, { audience }) => [claims.aud].flat().includes(audience),
    end: ({ claims }) => typeof claims.exp === 'number' && claims.exp > seconds(),
    beginning: ({ claims }) => claims.nbf === undefined || claims.nbf <= seconds(),
    type: ({ header, claims }) => header.typ === 'at+jwt' && claims.token_type === 'access',
    scope: ({ claims }, { scope }) => scope === undefined || String(claims.scope).split(' ').includes(scope),
};
const yes = () => true;
const orSigned = (otherwise) => ({
    signature: (token, expected) => checks.signature(token, expected) || otherwise(token, expected),
});
/** What each is wrong in, and what it then lets in. */
export const flaws = {
    'decodes and verifies nothing': { signature: yes },
    'looks at the end alone': { signature: yes, issuer: yes, audience: yes, type: yes },
    'takes unsecured tokens': orSigned(({ header, signature }) => /^\s*none$/i.test(String(header.alg)) && signature.length === 0),
    'takes whatever alg says, with the public key as secret': orSigned((token, expected) => token.header.alg === 'HS256' &&
        token.signature.equals(hmac(createPublicKey({ key: keyOf(token, expected) ?? expected.jwks[0], format: 'jwk' }).export({
            format: 'pem',
            type: 'spki',
        }), token))),
    'does not look at alg': { signature: (token, expected) => isSignedBy(keyOf(token, expected), token) },
    'takes zeros for a signature (CVE-2022-21449)': orSigned(({ signature }) => signature.length === 64 && signature.every(byte => byte === 0)),
    'takes the key out of the token': orSigned(token => isSignedBy(token.header.jwk, token)),
    'reads the key from a file named kid': orSigned(token => {
        try {
            return (token.header.alg === 'HS256' && token.signature.equals(hmac(readFileSync(`/tmp/${token.header.kid}`), token)));
        }
        catch {
            return false;
        }
    }),
    'reads the parts that it needs': { parts: yes },
    'understands no crit': { form: yes },
    'checks no issuer': { issuer: yes },
    'checks no audience': { audience: yes },
    'takes an audience that begins with its own': {
        audience: ({ claims }, { audience }) => String(claims.aud).startsWith(audience),
    },
    'checks no end': { end: yes },
    'takes tokens without an end': { end: token => token.claims.exp === undefined || checks.end(token) },
    'checks no beginning': { beginning: yes },
    'checks no type': { type: yes },
    'checks no scope': { scope: yes },
};
export function flawed(flaw, expected) {
    const asked = { ...checks, ...(flaw && flaws[flaw]) };
    return async (text) => {
        const token = read(text);
        return Object.values(asked).every(check => check(token, expected));
    };
}
/** As many programs do it: jose, given all that it asks for. */
export function byJose({ issuer, audience }, address, algorithms = ['ES256']) {
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', address));
    return async (token) => {
        await jwtVerify(token, keys, {
            issuer,
            audience,
            algorithms,
            typ: 'at+jwt',
            requiredClaims: ['exp', 'client_id', 'jti'],
        });
        return true;
    };
}
function read(text) {
    const [head, body, tail = ''] = text.split('.');
    const part = (text = '') => JSON.parse(Buffer.from(text, 'base64url').toString());
    return {
        parts: text.split('.').length,
        header: part(head),
        claims: part(body),
        input: `${head}.${body}`,
        signature: Buffer.from(tail, 'base64url'),
        text,
    };
}
/** @param tokenOf where it takes the token from */
export async function aResourceServer(judge, tokenOf = bearerOf) {
    const server = createServer((request, response) => {
        const token = tokenOf(request);
        const judged = token === null ? Promise.resolve(false) : judge(token).catch(() => false);
        void judged.then(isGood => {
            if (!isGood)
                response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
            response.end(isGood ? '{"orders":[]}' : '{}');
        });
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${server.address().port}/orders`,
        close() {
            server.closeAllConnections();
            server.close();
        },
    };
}
/** One header, and no other way. */
export function bearerOf({ headersDistinct }) {
    const { authorization = [] } = headersDistinct;
    return authorization.length === 1 ? (/^bearer ([^ ,]+)$/i.exec(authorization[0])?.[1] ?? null) : null;
}
export function fromQueryToo(request) {
    return bearerOf(request) ?? new URL(request.url, 'http://localhost').searchParams.get('access_token');
}
//# sourceMappingURL=flawed-resource-server.js.map