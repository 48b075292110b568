// New key pairs, named by their thumbprint, the private half sealed from the first moment on.
import { calculateJwkThumbprint } from 'jose';
import { generatePair } from '../protocol/algorithms.js';
/** What a private key is sealed for. */
export const privateKeyOf = (kid) => `signing-key:${kid}`;
/** Takes a while for RSA: never call it inside a transaction. */
export async function newKeyPair(algorithm, sealing, generate = generatePair) {
    for (;;) {
        const { publicKey, privateKey } = await generate(algorithm);
        const jwk = publicKey.export({ format: 'jwk' });
        const kid = await calculateJwkThumbprint(jwk);
        // On the command line it would read as an option.
        if (kid.startsWith('-'))
            continue;
        const sealedPrivateKey = sealing.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), privateKeyOf(kid));
        return { kid, algorithm, publicJwk: JSON.stringify(jwk), sealedPrivateKey };
    }
}
//# sourceMappingURL=key-pairs.js.map