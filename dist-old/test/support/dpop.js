// A program that proves to hold a key (RFC 9449), and what it could get wrong.
import { createHash, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { signInput } from '../../server/protocol/algorithms.js';
const pairs = {
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: () => generateKeyPairSync('ed25519'),
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
    PS256: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
};
/** @param now epoch ms */
export function aHolder(now = Date.now, algorithm = 'ES256', own) {
    const privateKey = own ?? pairs[algorithm]().privateKey;
    const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
    const members = ['crv', 'e', 'kty', 'n', 'x', 'y'].filter(name => name in jwk);
    const jkt = hash(JSON.stringify(Object.fromEntries(members.map(name => [name, jwk[name]]))));
    return {
        jwk,
        jkt,
        privateKey,
        /** A proof for one request; `undefined` takes a member away. */
        proof(method, url, token, { header, claims } = {}) {
            const head = { typ: 'dpop+jwt', alg: algorithm, jwk, ...header };
            const ath = token === undefined ? {} : { ath: hash(token) };
            const body = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(now() / 1000), ...ath, ...claims };
            const input = `${part(head)}.${part(body)}`;
            return `${input}.${signInput(algorithm, privateKey, input).toString('base64url')}`;
        },
    };
}
function part(value) {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
}
function hash(text) {
    return createHash('sha256').update(text).digest('base64url');
}
//# sourceMappingURL=dpop.js.map