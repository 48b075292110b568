// The status of a verifier, for health checks and operators. It contains no secret.
import type { StreamState } from './events.js'

export type Counts = {
  accepted: number
  /** Refused because of the token itself, or of a missing permission. */
  refused: number
  /** Revocation could not be checked: 503. */
  unknown: number
  /** Requests whose token was in the cache of verified ones. */
  remembered: number
  introspected: number
  /** Accepted although revocation could not be checked, as the route allows that (`allowReadsUntilExpiry`). */
  untilExpiry: number
}

export type VerifierStatus = {
  /** `asking`: the lease is over, and the server is asked about each token. */
  state: 'starting' | 'local' | 'asking' | 'closed'
  name: string
  issuer: string
  /** `age`: ms since the renewal that counts was sent. */
  lease: { valid: boolean; age: number | null; renewed: number; failed: number }
  log: { id: string; position: number; entries: number }
  stream: { state: StreamState; connections: number }
  /** When the keys were last fetched, epoch ms; `usable`: not older than the options allow. */
  keys: { fetchedAt: number | null; kids: readonly string[]; usable: boolean }
  introspection: { asked: number; failed: number; underWay: number; waiting: number }
  rememberedTokens: number
  counts: Counts
}
