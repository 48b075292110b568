// Load shedding: while the event loop is saturated, the number of requests under way is limited, and requests that have
// waited too long in this iteration of the loop are rejected. They get 503 at once (RFC 9110 §15.6.4), before they have
// spent a token or code, so that they do not delay the accepted ones.
import { type Refusal, refuse } from '../../protocol/errors.js'
import type { Step } from '../handler.js'

/**
 * Bounds of one iteration of the event loop: for how long it may have run when a request is read, in ms, and how many requests
 * it may have read. Requests that are answered synchronously, such as a verification, never count as under way.
 */
const longestTurn = { ms: 25, read: 32 }

/** Values of `Retry-After` in seconds, in rotation: clients that were refused together should not retry together. */
const retryAfters = [1, 2, 3]

export type LoadSheddingDeps = {
  /** The most requests that should be under way; Infinity while the event loop is not saturated. */
  mostUnderWay: () => number
  /** The monotonic clock, in ms. */
  monotonic: () => number
  /** Called for each refused request. */
  shed: () => void
}

export type LoadShedding = {
  /** The refusal of a request that has just arrived; null if accepted. One of few, with a `retryAfter` each. */
  whyNot(): Refusal | null
  /** Refuses a request before any of it is read. @throws server_busy */
  enter: Step
  /** Counts requests while their handler runs; a request whose body has not arrived does not count. */
  count: Step
}

export function createLoadShedding({ mostUnderWay, monotonic, shed }: LoadSheddingDeps): LoadShedding {
  // Made once: the stack trace of an error would cost as much as reading the request.
  const refusals = retryAfters.map(retryAfter => refuse('server_busy', { retryAfter }))
  let refused = 0
  let underWay = 0
  /** This turn of the event loop: when its first request was read (ms), and how many were; null before the first. */
  let turn: { began: number; read: number } | null = null

  function isTurnLong(): boolean {
    if (!turn) {
      turn = { began: monotonic(), read: 0 }
      // setImmediate runs after the poll phase, in which requests are read.
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
