// Tokens that are bound to a key (RFC 9449 §6, §7): whether a token came as it is bound.
import { boundKeyOf, type Proof, readProof } from '../protocol/dpop.js'
import { refuse } from '../protocol/errors.js'
import type { ProofNonces } from './proof-nonces.js'
import { createSpentProofs } from './spent-proofs.js'

/** A proof and the request that it came with. The same object again is the same request, not a replay. */
export type ShownProof = { dpop: string; method: string; url: string }

/** @param nonces of which a proof must hold one at that instant; null: none is asked for */
export function createBoundTokens(nonces: ProofNonces['good'] = () => null) {
  const spentProofs = createSpentProofs()
  /** What a proof was accepted for: a request may be judged at several places of an application. */
  const accepted = new WeakMap<ShownProof, string>()

  const asked = (now: number) => {
    const good = nonces(now)
    return good && { nonces: good }
  }

  return {
    /**
     * Asked last of a token, each time that it comes: a token is remembered, its proof is not.
     * @param now epoch ms
     * @throws token_bound, token_unbound, invalid_dpop_proof, use_dpop_nonce, too_many_requests
     */
    check(token: string, claims: object, shown: ShownProof | undefined, now: number): void {
      const bound = boundKeyOf(claims)
      if (bound === null && !shown) return
      if (bound === null) throw refuse('token_unbound')
      // RFC 9449 §7.2: without its proof a bound token is taken by nobody.
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
