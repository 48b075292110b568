// Load shedding: while the event loop is busy without a rest, only so many requests are under way at once, and what has waited
// long in this turn of the loop is not begun. Who is refused hears so at once (RFC 9110 §15.6.4) and has spent nothing, and
// those who are let in do not wait for everybody else.
import { type Refusal, refuse } from '../../protocol/errors.js'
import type { Step } from '../handler.js'

/** While the loop is busy: as many keep it so, and more would only wait for each other. */
const mostUnderWay = 32
/**
 * How long a turn of the loop may have lasted before a request is read, in ms, where as many were read in it: what is answered
 * in the turn in which it is read, such as a verification, is never under way beside another.
 */
const longestTurn = 25

/** Seconds, told in turns: who was refused together should not come back together. */
const retryAfters = [1, 2, 3]

export type LoadSheddingDeps = {
  /** Whether the event loop has had no rest for a while. */
  isBusy: () => boolean
  /** In ms. */
  monotonic: () => number
  /** Told of each request that is refused. */
  shed: () => void
}

export type LoadShedding = {
  /** Why a request that has just come is not let in; null where it is. One of few, with a `retryAfter` each. */
  whyNot(): Refusal | null
  /** @throws server_busy */
  step: Step
}

export function createLoadShedding({ isBusy, monotonic, shed }: LoadSheddingDeps): LoadShedding {
  // Made once: a stack for each would cost as much as to read the request.
  const refusals = retryAfters.map(retryAfter => refuse('server_busy', { retryAfter }))
  let refused = 0
  let underWay = 0
  /** This turn of the loop: when its first request was read, and how many were; null before it. */
  let turn: { began: number; read: number } | null = null

  function isTurnLong(): boolean {
    if (!turn) {
      turn = { began: monotonic(), read: 0 }
      // Behind the poll phase, in which requests are read.
      setImmediate(() => {
        turn = null
      })
    }
    return ++turn.read > mostUnderWay && monotonic() - turn.began > longestTurn
  }

  function whyNot(): Refusal | null {
    if (!isBusy()) return null
    if (!isTurnLong() && underWay < mostUnderWay) return null
    shed()
    return refusals[refused++ % refusals.length]!
  }

  return {
    whyNot,

    async step({ state }, next) {
      const refusal = state.shed === undefined ? whyNot() : state.shed
      if (refusal) throw refusal
      underWay++
      try {
        await next()
      } finally {
        underWay--
      }
    },
  }
}
