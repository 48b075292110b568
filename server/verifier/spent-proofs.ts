// Replay cache of DPoP proofs (RFC 9449 §11.1). They are kept in sets by ten seconds of their `iat`, so that whole sets expire,
// and memory is bounded.
import { createHash } from 'node:crypto'
import { type Proof, proofWindow } from '../protocol/dpop.js'
import { refuse } from '../protocol/errors.js'

/** Seconds. */
const setLength = 10
/** More than a process can check in the time that they are remembered for. */
const mostProofs = 1_000_000

/** @param most proofs that are remembered at once */
export function createSpentProofs(most = mostProofs) {
  /** By the number of their ten seconds. */
  const sets = new Map<number, Set<string>>()
  let count = 0
  /** Sets below this number are forgotten: what belongs there is refused, also when the clock has gone back. */
  let lowest = Number.NEGATIVE_INFINITY

  function forget(now: number): void {
    const first = Math.floor((now / 1000 - proofWindow) / setLength)
    if (first <= lowest) return
    lowest = first
    for (const [number, set] of sets) {
      if (number >= first) continue
      count -= set.size
      sets.delete(number)
    }
  }

  return {
    /**
     * To be done last, when nothing else of the proof can be refused.
     * @param now epoch ms
     * @throws invalid_dpop_proof (used before), too_many_requests (no more can be remembered)
     */
    spend({ jkt, jti, iat }: Proof, now: number): void {
      forget(now)
      const number = Math.floor(iat / setLength)
      if (number < lowest) throw refuse('invalid_dpop_proof')
      const hash = createHash('sha256').update(`${jkt}.${jti}`).digest('base64url')
      for (const set of sets.values()) if (set.has(hash)) throw refuse('invalid_dpop_proof')
      // To forget a proof early would let it be used again.
      if (count >= most) throw refuse('too_many_requests', { retryAfter: setLength })
      const set = sets.get(number) ?? new Set()
      sets.set(number, set.add(hash))
      count += 1
    },

    count: () => count,
  }
}

export type SpentProofs = ReturnType<typeof createSpentProofs>
