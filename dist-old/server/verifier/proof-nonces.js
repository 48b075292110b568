// Nonces that proofs must hold where this resource server asks for it (RFC 9449 §9): whoever has the key for a moment cannot make
// proofs for later. A nonce is the minute that it was given in, under a key that all processes of the resource server have: none
// is kept, and each takes what any other gave.
import { createHmac, hkdfSync } from 'node:crypto';
/** In ms. One is good for as long again, and so much earlier at a process whose clock is behind. */
const step = 60_000;
export function createProofNonces({ dpopNonces, clientSecret, audience }) {
    const key = Buffer.from(hkdfSync('sha256', clientSecret, audience, 'darvoza verifier proof nonce', 32));
    let made = { of: Number.NaN, nonces: [] };
    const nonceOf = (number) => createHmac('sha256', key).update(String(number)).digest('base64url');
    return {
        /**
         * Those that are good now, the first of which is to be given; null where none is asked for. Made once a minute.
         * @param now epoch ms
         */
        good(now) {
            if (!dpopNonces)
                return null;
            const of = Math.floor(now / step);
            if (made.of !== of)
                made = { of, nonces: [of, of - 1, of + 1].map(nonceOf) };
            return made.nonces;
        },
    };
}
//# sourceMappingURL=proof-nonces.js.map