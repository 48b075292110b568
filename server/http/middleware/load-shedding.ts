// Load shedding: while the event loop is saturated, only so many requests are under way at once, and requests that have waited
// too long in this iteration of the loop are rejected. They get 503 at once (RFC 9110 §15.6.4) and have spent nothing; those
// that are accepted are not delayed by all the others.
import { type Refusal, refuse } from '../../protocol/errors.js'
import type { Step } from '../handler.js'

/**
 * Bounds of one iteration of the event loop: for how long it may have run when a request is read, in ms, and how many requests
 * it may have read. Requests that are answered synchronously, such as a verification, never count as under way.
 */
const longestTurn = { ms: 25, read: 32 }

/** `Retry-After` in seconds, in turns: clients that were refused together should not retry together. */
const retryAfters = [1, 2, 3]

export type LoadSheddingDeps = {
  /** How many should be under way at the most; Infinity while the event loop has rest. */
  mostUnderWay: () => number
  /** In ms. */
  monotonic: () => number
  /** Told of each request that is refused. */
  shed: () => void
}

export type LoadShedding = {
  /** Why a request that has just come is not let in; null where it is. One of few, with a `retryAfter` each. */
  whyNot(): Refusal | null
  /** Before anything of a request is read. @throws server_busy */
  enter: Step
  /** Counts requests while their handler runs: one whose body is still to come does not count. */
  count: Step
}

export function createLoadShedding({ mostUnderWay, monotonic, shed }: LoadSheddingDeps): LoadShedding {
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
    return ++turn.read > longestTurn.read && monotonic() - turn.began > longestTurn.ms
  }

  function whyNot(): Refusal | null {
    const most = mostUnderWay()
    if (most === Number.POSITIVE_INFINITY) return null
    if (!isTurnLong() && underWay < most) return null
    shed()
    return refusals[refused++ % refusals.length]!
  }

  return {
    whyNot,

    enter({ state }, next) {
      const refusal = state.shed === undefined ? whyNot() : state.shed
      if (refusal) throw refusal
      return next()
    },

    async count(_, next) {
      underWay++
      try {
        await next()
      } finally {
        underWay--
      }
    },
  }
}
