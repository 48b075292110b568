// What hostile tokens are made with: the real signing key, the secret of refresh tokens, and a key of nobody's. Pure: the
// keys and the time are arguments, so that the vectors can be made with keys of their own.
import { createPublicKey } from 'node:crypto';
import { macInput, signInput } from '../../protocol/algorithms.js';
export function createSigner(deps) {
    const { key, foreignKey, refreshSecret, claims } = deps;
    const header = { alg: key.algorithm, typ: 'at+jwt', kid: key.kid };
    const refreshHeader = { alg: 'HS256', typ: 'rt+jwt', kid: String(refreshSecret.version) };
    const signWith = (pair) => (input) => signInput(pair.algorithm, pair.privateKey, input);
    return {
        ...deps,
        header,
        refreshHeader,
        /** The good token with some claims changed; undefined takes one away. Signed as our own are. */
        good(changes = {}, headerChanges = {}) {
            return compact({ ...header, ...headerChanges }, { ...claims(), ...changes }, signWith(key));
        },
        /** Whatever is written, signed as our own are. */
        signed: (head, body) => compact(head, body, signWith(key)),
        /** The good token, signed by the foreign key. */
        foreign(headerChanges = {}, changes = {}) {
            const head = { ...header, kid: foreignKey.kid, ...headerChanges };
            return compact(head, { ...claims(), ...changes }, signWith(foreignKey));
        },
        /** The good token under a secret. */
        maced(secret, headerChanges = {}) {
            return compact({ ...header, alg: 'HS256', ...headerChanges }, claims(), input => macInput(secret, input));
        },
        /** The good token with a signature that is whatever the caller says. */
        unsigned(headerChanges, signature) {
            return compact({ ...header, ...headerChanges }, claims(), () => signature ?? Buffer.alloc(0));
        },
        refresh(body) {
            return compact(refreshHeader, body, input => macInput(refreshSecret.secret, input));
        },
        publicKey: () => createPublicKey(key.privateKey),
    };
}
/** The public half of the foreign key, as a JWKS would have it. */
export function foreignJwk({ foreignKey: { privateKey, algorithm: alg, kid } }) {
    return { ...createPublicKey(privateKey).export({ format: 'jwk' }), alg, kid, use: 'sig' };
}
function compact(head, body, sign) {
    const input = `${encoded(head)}.${encoded(body)}`;
    return `${input}.${sign(input).toString('base64url')}`;
}
function encoded(part) {
    return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
//# sourceMappingURL=signer.js.map