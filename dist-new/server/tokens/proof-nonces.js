// Nonces that proofs must hold where the policy asks for it (RFC 9449 §8, §9): whoever has the key for a moment cannot make
// proofs for later. A nonce is the minute that it was given in, under a key that all servers share: none is kept, and each
// server takes what any other gave.
import { createHmac, hkdfSync } from 'node:crypto';
/** In ms. One is good for as long again, and so much earlier at a server whose clock is behind. */
const step = 60_000;
export function createProofNonces({ secrets, policy, now }) {
    let made = { of: '', nonces: [] };
    /** A key of its own, so that no nonce says anything about what else the secret is for. */
    function nonceOf({ version, secret }, number) {
        const key = Buffer.from(hkdfSync('sha256', secret, '', 'darvoza proof nonce', 32));
        return createHmac('sha256', key).update(`${version}.${number}`).digest('base64url');
    }
    return {
        isAsked: () => policy().dpop_nonces,
        /** Those that are good now; the first is to be given. Made once a minute. */
        good() {
            const at = now();
            const present = secrets.present('ticket');
            const former = at - present.createdAt < 2 * step ? secrets.find('ticket', present.version - 1) : null;
            const number = Math.floor(at / step);
            const of = [present.version, former?.version, number].join('.');
            if (made.of !== of) {
                const numbers = [number, number - 1, number + 1];
                const nonces = [present, ...(former ? [former] : [])].flatMap(one => numbers.map(each => nonceOf(one, each)));
                made = { of, nonces };
            }
            return made.nonces;
        },
    };
}
//# sourceMappingURL=proof-nonces.js.map