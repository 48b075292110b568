// Tokens that are bound to a key (RFC 9449 §6, §7): checks that a token is presented with a proof of that key.
import { boundKeyOf, type Proof, readProof } from '../protocol/dpop.js'
import { refuse } from '../protocol/errors.js'
import type { ProofNonces } from './proof-nonces.js'
import { createSpentProofs } from './spent-proofs.js'

/** A proof and its request. The same object again is the same request, not a replay. */
export type ShownProof = { dpop: string; method: string; url: string }

/** @param nonces of which a proof must contain one at that instant; null: none is required */
export function createBoundTokens(nonces: ProofNonces['good'] = () => null) {
  const spentProofs = createSpentProofs()
  /** Tokens for which a proof was accepted: an application may check one request at several places. */
  const accepted = new WeakMap<ShownProof, string>()

  const asked = (now: number) => {
    const good = nonces(now)
    return good && { nonces: good }
  }

  return {
    /**
     * The last check of a token, at each request: a token is cached, its proof is not.
     * @param now epoch ms
     * @throws token_bound, token_unbound, invalid_dpop_proof, use_dpop_nonce, too_many_requests
     */
    check(token: string, claims: object, shown: ShownProof | undefined, now: number): void {
      const bound = boundKeyOf(claims)
      if (bound === null && !shown) return
      if (bound === null) throw refuse('token_unbound')
      // RFC 9449 §7.2: a bound token must be refused without its proof.
      if (!shown) throw refuse('token_bound')
      if (accepted.get(shown) === token) return
      const { dpop, method, url } = shown
      const proof: Proof = readProof(dpop, { method, url, now, token, ...asked(now) })
      if (proof.jkt !== bound) throw refuse('token_bound')
      spentProofs.spend(proof, now)
      accepted.set(shown, token)
    },

    count: spentProofs.count,
  }
}

export type BoundTokens = ReturnType<typeof createBoundTokens>
