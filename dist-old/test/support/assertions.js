// Assertions that applications prove themselves by (RFC 7523), and the keys that they sign with.
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { issuer } from './server.js';
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
export async function aKey(alg, kid) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, ...(kid && { kid }) } };
}
/** @param now epoch ms */
export function anAssertion({ alg, jwk, privateKey }, id, now, changes = {}) {
    const at = Math.floor(now / 1000);
    const claims = { iss: id, sub: id, aud: issuer, jti: randomUUID(), iat: at, exp: at + 60, ...changes.claims };
    return new SignJWT(JSON.parse(JSON.stringify(claims)))
        .setProtectedHeader({ alg, ...(jwk.kid && { kid: jwk.kid }), ...changes.header })
        .sign(privateKey);
}
/** The form that shows one. */
export const shown = (assertion, type = assertionType) => `client_assertion_type=${encodeURIComponent(type)}&client_assertion=${encodeURIComponent(assertion)}`;
//# sourceMappingURL=assertions.js.map