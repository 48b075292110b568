// Connections to the feed of one process: their limits, of all applications and of one, and a log line at their end.
import type { AccessClaims } from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'

/** How many connections, of all applications and of one. */
const most = { all: 2_000, ofOne: 200 }

/**
 * The reader: an application, by a token that the key `kid` has signed; `name` is that of the verifier, if it has
 * one.
 */
export type FeedTerms = { name: string | null; claims: AccessClaims; kid: string }

export type FeedConnectionsDeps = {
  /** Monotonic clock, in ms. */
  monotonic: () => number
  /** Ends the connection of the verifier with the same name, if there is one: it is dead, and has not timed out yet. */
  replace: (terms: FeedTerms) => void
  log: { info(details: object, message: string): void }
  /** For tests. */
  limits: { all?: number; ofOne?: number }
}

export function createFeedConnections({ monotonic, replace, log, limits }: FeedConnectionsDeps) {
  const { all: mostOfAll, ofOne: mostOfOne } = { ...most, ...limits }
  /** By application, also connections that read everything once. */
  const counts = new Map<string, number>()
  let count = 0
  const countOf = (id: string) => counts.get(id) ?? 0

  return {
    /**
     * Takes a connection.
     * @returns a function to be called at its end, with the reason
     * @throws too_many_streams, streams_exhausted
     */
    enter(terms: FeedTerms): (why: string) => void {
      const { client_id: id } = terms.claims
      if (countOf(id) >= mostOfOne) replace(terms)
      if (countOf(id) >= mostOfOne) throw refuse('too_many_streams', { retryAfter: 10 })
      if (count >= mostOfAll) throw refuse('streams_exhausted', { retryAfter: 5 })
      counts.set(id, countOf(id) + 1)
      count++
      const openedAt = monotonic()
      return why => {
        const left = countOf(id) - 1
        if (left === 0) counts.delete(id)
        else counts.set(id, left)
        count--
        const seconds = Math.round((monotonic() - openedAt) / 1_000)
        const message = 'a reader of the revocation log disconnected'
        log.info({ application: id, verifier: terms.name, why, seconds }, message)
      }
    },
  }
}
