// The status of a verifier, for health checks and operators. No secret is in it.
import type { StreamState } from './events.js'

export type Counts = {
  accepted: number
  /** By the token's own fault, or for want of a right. */
  refused: number
  /** Revocation could not be checked: 503. */
  unknown: number
  /** Of tokens whose signature was checked before. */
  remembered: number
  introspected: number
  /** Taken though nobody could say, for the route had stated so. */
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
  /** When they were last fetched, epoch ms; `usable`: not older than was stated. */
  keys: { fetchedAt: number | null; kids: readonly string[]; usable: boolean }
  introspection: { asked: number; failed: number; underWay: number; waiting: number }
  rememberedTokens: number
  counts: Counts
}
