// Tokens that are bound to a key (RFC 9449 §6, §7): whether a token came as it is bound.
import { boundKeyOf, readProof } from '../protocol/dpop.js';
import { refuse } from '../protocol/errors.js';
import { createSpentProofs } from './spent-proofs.js';
/** @param nonces of which a proof must hold one at that instant; null: none is asked for */
export function createBoundTokens(nonces = () => null) {
    const spentProofs = createSpentProofs();
    /** What a proof was accepted for: a request may be judged at several places of an application. */
    const accepted = new WeakMap();
    const asked = (now) => {
        const good = nonces(now);
        return good && { nonces: good };
    };
    return {
        /**
         * Asked last of a token, each time that it comes: a token is remembered, its proof is not.
         * @param now epoch ms
         * @throws token_bound, token_unbound, invalid_dpop_proof, use_dpop_nonce, too_many_requests
         */
        check(token, claims, shown, now) {
            const bound = boundKeyOf(claims);
            if (bound === null && !shown)
                return;
            if (bound === null)
                throw refuse('token_unbound');
            // RFC 9449 §7.2: without its proof a bound token is taken by nobody.
            if (!shown)
                throw refuse('token_bound');
            if (accepted.get(shown) === token)
                return;
            const { dpop, method, url } = shown;
            const proof = readProof(dpop, { method, url, now, token, ...asked(now) });
            if (proof.jkt !== bound)
                throw refuse('token_bound');
            spentProofs.spend(proof, now);
            accepted.set(shown, token);
        },
        count: spentProofs.count,
    };
}
//# sourceMappingURL=bound-tokens.js.map