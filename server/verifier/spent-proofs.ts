// Replay cache of DPoP proofs (RFC 9449 §11.1). They are kept in sets by ten seconds of their `iat`, so that whole sets expire,
// and memory is bounded.
import { createHash } from 'node:crypto'
import { type Proof, proofWindow } from '../protocol/dpop.js'
import { refuse } from '../protocol/errors.js'

/** The span of `iat` of one set, in seconds. */
const setLength = 10
/** More than a process can check within the time that they are kept. */
const mostProofs = 1_000_000

/** @param most proofs that are kept at once */
export function createSpentProofs(most = mostProofs) {
  /** Sets by the number of their ten seconds. */
  const sets = new Map<number, Set<string>>()
  let count = 0
  /** Sets below this number were dropped: proofs that belong there are refused, also when the clock has gone back. */
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
     * Marks a proof as used. Call it last, when nothing else of the proof can be refused.
     * @param now epoch ms
     * @throws invalid_dpop_proof (used before), too_many_requests (no more can be kept)
     */
    spend({ jkt, jti, iat }: Proof, now: number): void {
      forget(now)
      const number = Math.floor(iat / setLength)
      if (number < lowest) throw refuse('invalid_dpop_proof')
      const hash = createHash('sha256').update(`${jkt}.${jti}`).digest('base64url')
      for (const set of sets.values()) if (set.has(hash)) throw refuse('invalid_dpop_proof')
      // Dropping a proof early would allow a replay.
      if (count >= most) throw refuse('too_many_requests', { retryAfter: setLength })
      const set = sets.get(number) ?? new Set()
      sets.set(number, set.add(hash))
      count += 1
    },

    count: () => count,
  }
}

export type SpentProofs = ReturnType<typeof createSpentProofs>
