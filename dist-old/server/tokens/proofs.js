// Proofs that come to this server (RFC 9449): read when they come, and spent by whoever has nothing else left to refuse.
import { readProof } from '../protocol/dpop.js';
import { Refusal, refuse } from '../protocol/errors.js';
import { refuseToken } from './checks.js';
/** RFC 9449 §11.1: until its `iat` is too old, also where that lies ahead of our clock; in seconds. */
const rememberedFor = 120;
export function createProofs({ spentProofs, nonces, now, latest }) {
    /** Whose time is wrong only by a clock that may be wrong is not told to be wrong. @throws clock_jumped */
    function readUndoubted(text, request) {
        const at = now();
        const expected = { ...request, ...(nonces.isAsked() && { nonces: nonces.good() }) };
        try {
            return readProof(text, { ...expected, now: at });
        }
        catch (error) {
            if (latest() > at && isRight(text, { ...expected, now: latest() }))
                throw refuseToken('clock_jumped');
            throw error;
        }
    }
    return {
        /** For an answer to whoever showed a proof: what the next one must hold. null where the policy does not ask for it. */
        nonce: () => (nonces.isAsked() ? nonces.good()[0] : null),
        /**
         * @param text the header `DPoP`
         * @throws invalid_dpop_proof, use_dpop_nonce, clock_jumped
         */
        async read(text, request) {
            const proof = readUndoubted(text, request);
            let spending = null;
            async function spend() {
                const { jkt, jti, iat } = proof;
                const isFirst = await spentProofs.spend('dpop', jkt, jti, Math.ceil((iat + rememberedFor) * 1000));
                if (!isFirst)
                    throw refuse('invalid_dpop_proof');
            }
            return {
                ...proof,
                spend() {
                    spending ??= spend();
                    return spending;
                },
                isSpent: () => spending !== null,
            };
        },
    };
}
function isRight(text, expected) {
    try {
        readProof(text, expected);
        return true;
    }
    catch (error) {
        if (error instanceof Refusal)
            return false;
        throw error;
    }
}
//# sourceMappingURL=proofs.js.map