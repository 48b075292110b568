// The JOSE algorithms we speak, one row each (RFC 7518 §3.1, RFC 8037 §3.1). Signing is synchronous on a cached KeyObject: to
// hand an ES256 signature (60 µs) to the thread pool costs a quarter more CPU, and with a worker for each core no other core
// is idle meanwhile. Making a key is not: the primes of RSA take a good part of a second, and nobody waits for them.
import { constants, createHmac, generateKeyPair, sign, timingSafeEqual, verify } from 'node:crypto';
export const signingAlgorithms = {
    ES256: {
        hash: 'sha256',
        // JOSE wants r‖s of ECDSA, not DER (RFC 7518 §3.4).
        options: { dsaEncoding: 'ieee-p1363' },
        generate: () => pair(done => generateKeyPair('ec', { namedCurve: 'P-256' }, done)),
    },
    RS256: {
        hash: 'sha256',
        options: { padding: constants.RSA_PKCS1_PADDING },
        generate: rsa,
    },
    PS256: {
        hash: 'sha256',
        // RFC 7518 §3.5: the salt is as long as the hash; a reader that took any length would read one token in many ways.
        options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
        generate: rsa,
    },
    EdDSA: {
        hash: null,
        options: {},
        generate: () => pair(done => generateKeyPair('ed25519', {}, done)),
    },
};
export const signingAlgorithmNames = Object.keys(signingAlgorithms);
export function isSigningAlgorithm(name) {
    return typeof name === 'string' && Object.hasOwn(signingAlgorithms, name);
}
/** Makes a key pair without holding up the event loop. */
export function generatePair(algorithm) {
    return signingAlgorithms[algorithm].generate();
}
/** @returns the raw JWS signature of `input` */
export function signInput(algorithm, privateKey, input) {
    const { hash, options } = signingAlgorithms[algorithm];
    return sign(hash, Buffer.from(input), { key: privateKey, ...options });
}
export function verifyInput(algorithm, publicKey, input, signature) {
    const { hash, options } = signingAlgorithms[algorithm];
    return verify(hash, Buffer.from(input), { key: publicKey, ...options }, signature);
}
/** HS256, for the tokens that only we read. */
export function macInput(secret, input) {
    return createHmac('sha256', secret).update(input).digest();
}
export function macMatches(secret, input, signature) {
    const expected = macInput(secret, input);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
}
/**
 * 2,048 bits are what RFC 7518 §3.3 asks for at least, and enough for keys that sign for months and tokens that live for
 * hours; 3,072 would triple the time of each signature, which is spent on the event loop.
 */
function rsa() {
    return pair(done => generateKeyPair('rsa', { modulusLength: 2_048 }, done));
}
function pair(generate) {
    return new Promise((resolve, reject) => {
        generate((error, publicKey, privateKey) => (error ? reject(error) : resolve({ publicKey, privateKey })));
    });
}
//# sourceMappingURL=algorithms.js.map