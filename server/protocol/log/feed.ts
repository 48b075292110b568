// How the revocation log is published to resource servers: what the server writes and the verifier reads. Server-sent
// events (WHATWG HTML §9.2) named `log`, whose data is one stretch of the log; their id is the position behind it.
//
// A reader that resumes gets what follows its position. Any other gets the event `reset` first, then every live entry
// in pieces that move no position ({ after: 0, upto: 0 }), in no order; the last piece has the position and the id.
// Entries that were written meanwhile may be in a piece, and are repeated in a later stretch.
import { isJsonObject } from '../json.js'
import { type Revocation, revocationKinds } from './revocation.js'

/** A reader's position: a number of one log. */
export type FeedPosition = { log: string; seq: number }

/**
 * An entry on the wire; `expires_at` in whole epoch seconds, rounded up. It contains no personal data and no reason.
 */
export type FeedEntry = {
  seq: number
  kind: Revocation['kind']
  subject: string
  effect: Revocation['effect']
  except_sid: string | null
  expires_at: number
}

/** One stretch of the log: every live entry in (after, upto]. */
export type FeedStretch = { after: number; upto: number; entries: FeedEntry[] }

/**
 * The request `POST /revocations/lease`: the verifier's name, and up to where it has applied the log ('' before it
 * has).
 */
export type LeaseRequest = {
  verifier: string
  applied: string
  /** Version of the verifier's library. */
  version?: string
  /** When it last fetched the public keys; epoch s. */
  keys_fetched_at?: number
}

/**
 * The response: a number read from the database after the request arrived, and the database's time of that read
 * (epoch ms). `lease_ms` counts from when the request was sent.
 */
export type LeaseAnswer = { log: string; seq: number; now: number; lease_ms: number }

/** How long a lease is, in ms. */
export const leaseTime = 2_000

/** How old a server's copy of the log may be when it answers what a token is worth, in ms (revocation/freshness.ts). */
export const freshTime = 1_000

/** A position as text, `LOG:SEQ`, as in `Last-Event-ID`. */
export function positionText({ log, seq }: FeedPosition): string {
  return `${log}:${seq}`
}

/** @returns null where the text is no position */
export function readPosition(text: string): FeedPosition | null {
  const [, log, seq] = /^([0-9a-f]{1,64}):(0|[1-9]\d{0,15})$/.exec(text) ?? []
  return log !== undefined && Number.isSafeInteger(Number(seq)) ? { log, seq: Number(seq) } : null
}

export function feedEntry({ seq, kind, subject, effect, exceptSid, expiresAt }: Revocation): FeedEntry {
  return { seq, kind, subject, effect, except_sid: exceptSid, expires_at: Math.ceil(expiresAt / 1000) }
}

/** @returns null where any part is invalid: a reader that applied half of a stretch would take itself for complete */
export function readStretch(value: unknown): { after: number; upto: number; entries: Revocation[] } | null {
  if (!isJsonObject(value)) return null
  const { after, upto, entries } = value
  if (!isCount(after) || !isCount(upto) || after > upto || !Array.isArray(entries)) return null
  const read = entries.map(readEntry)
  return read.every(entry => entry !== null) ? { after, upto, entries: read as Revocation[] } : null
}

function readEntry(value: unknown): Revocation | null {
  if (!isJsonObject(value)) return null
  const { seq, kind, subject, effect, except_sid: exceptSid, expires_at: expiresAt } = value
  const isRight =
    isCount(seq) &&
    revocationKinds.some(one => one === kind) &&
    typeof subject === 'string' &&
    (effect === 'end' || effect === 'refresh') &&
    (exceptSid === null || typeof exceptSid === 'string') &&
    isCount(expiresAt)
  if (!isRight) return null
  const known = { seq, kind: kind as Revocation['kind'], subject, effect, exceptSid, reason: '' } as const
  return { ...known, expiresAt: expiresAt * 1000 }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
