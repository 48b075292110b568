// The public keys of the token server (RFC 7517 §5): fetched before they are too old, one fetch at a time. While the
// server cannot be reached the known keys stay in use, for as long as the options allow.
import { setTimeout as pause } from 'node:timers/promises'
import { refuse } from '../protocol/errors.js'
import type { Instant, VerifierClock } from './clock.js'
import { type PublicKey, readKeySet } from './jwks.js'
import type { CheckedOptions } from './options.js'
import type { Requests } from './requests.js'

/** Rate limit of fetches because of an unknown key id, in ms; callers in between wait for the next. */
const coolDown = 1_000
/** How long a set is cached, in ms: by default, and at the least and most whatever the server's headers say. */
const age = { usual: 300_000, least: 10_000, most: 3_600_000 }
/** Pause after a failed fetch, in ms. */
const retryAfter = 2_000
const timeout = 5_000

export type KeysDeps = {
  requests: Pick<Requests, 'send'>
  clock: VerifierClock
  acceptStaleKeysFor: CheckedOptions['acceptStaleKeysFor']
  /** Signatures that were verified by the former keys must be verified again. */
  changed: () => void
  fetched: () => void
  failed: (error: Error) => void
}

export function createKeys({ requests, clock, acceptStaleKeysFor, changed, fetched, failed }: KeysDeps) {
  let keys: ReadonlyMap<string, PublicKey> = new Map()
  let tag: string | null = null
  let maxAge = age.usual
  /** When the latest fetch was sent that brought, or confirmed, the set. */
  let known: Instant | null = null
  /** The time of that by this machine's clock, for the status; epoch ms. */
  let knownAt: number | null = null
  let fetching: Promise<boolean> | null = null
  let next: Promise<boolean> | null = null
  let begun: Instant | null = null
  let timer: NodeJS.Timeout | undefined
  const stop = new AbortController()

  /** @returns whether the server has answered with a set */
  async function fetchOnce(): Promise<boolean> {
    const sentAt = clock.instant()
    begun = sentAt
    try {
      // Caches on the way may lack a new key, or have a revoked one (RFC 9111 §5.2.1.4).
      const headers = {
        Accept: 'application/json',
        'Cache-Control': 'no-cache',
        ...(tag !== null && { 'If-None-Match': tag }),
      }
      const answer = await requests.send('/.well-known/jwks.json', { headers, timeout })
      if (!(answer.status === 304 && tag !== null)) take(answer.status, answer.text)
      tag = answer.headers.get('etag') ?? (answer.status === 304 ? tag : null)
      maxAge = ageOf(answer.headers.get('cache-control'))
      known = sentAt
      knownAt = sentAt.wall
      fetched()
      return true
    } catch (error) {
      if (!stop.signal.aborted) failed(new Error('the keys could not be fetched', { cause: error }))
      return false
    } finally {
      schedule()
    }
  }

  /** @throws for a response that is no set: nothing changes then */
  function take(status: number, text: string): void {
    const read = status === 200 ? readKeySet(text) : null
    if (read === null) throw new Error(`the server answered ${status} without a set of keys`)
    const isSame = read.size === keys.size && [...read].every(([kid, { text }]) => keys.get(kid)?.text === text)
    if (isSame) return
    keys = read
    changed()
  }

  /** Schedules a fetch when four fifths of the keys' age limit have passed, so that no caller waits for it. */
  function schedule(): void {
    clearTimeout(timer)
    if (stop.signal.aborted) return
    const left = known === null ? 0 : maxAge * 0.8 - clock.elapsed(known)
    timer = setTimeout(() => void refresh(), Math.max(left, retryAfter))
  }

  /** Joins the fetch that is under way, or starts one. */
  function refresh(): Promise<boolean> {
    fetching ??= fetchOnce().finally(() => {
      fetching = null
    })
    return fetching
  }

  /** A fetch that begins after this call; concurrent callers share it, and its rate is limited. */
  function fetchNext(): Promise<boolean> {
    next ??= (async () => {
      const wait = begun === null ? 0 : coolDown - clock.elapsed(begun)
      // Once the verifier is closed no caller waits any more.
      await (wait > 0 ? pause(wait, undefined, { signal: stop.signal }).catch(() => {}) : null)
      await fetching
      next = null
      return refresh()
    })()
    return next
  }

  /** Fetches keys where there are none yet, or they are too old. @throws revocations_unknown: there still are none */
  async function fetchFirst(): Promise<void> {
    const hasJustFailed = fetching === null && begun !== null && clock.elapsed(begun) < coolDown
    if (!hasJustFailed) await refresh()
    if (!areUsable()) throw unknown()
  }

  const areUsable = () => known !== null && clock.elapsed(known) < maxAge + acceptStaleKeysFor * 1_000

  return {
    areUsable,

    /** @returns undefined where the key is unknown, or the known keys are too old */
    find: (kid: string): PublicKey | undefined => (areUsable() ? keys.get(kid) : undefined),

    /**
     * The key of an id; the server is asked where it is unknown. @throws token_key_unknown, revocations_unknown: it
     * could not be asked
     */
    async require(kid: string): Promise<PublicKey> {
      if (!areUsable()) await fetchFirst()
      const first = keys.get(kid)
      if (first) return first
      // RFC 7638: key ids of the server are thumbprints. Any other key id is refused without a request.
      if (!/^[A-Za-z0-9_-]{43}$/.test(kid)) throw refuse('token_key_unknown')
      const answered = await fetchNext()
      const found = areUsable() ? keys.get(kid) : undefined
      if (found) return found
      throw answered ? refuse('token_key_unknown') : unknown()
    },

    /** @returns whether there is a set now */
    refresh,

    /** Fetches the keys because an entry of the log revokes one: another one signs now. */
    renew: (): void => void fetchNext(),

    /** When the keys were last fetched (epoch ms), and their ids. */
    state: () => ({ fetchedAt: knownAt, kids: [...keys.keys()], usable: areUsable() }),

    close(): void {
      stop.abort()
      clearTimeout(timer)
    },
  }
}

const unknown = () => refuse('revocations_unknown', { retryAfter: 1 })

export type Keys = ReturnType<typeof createKeys>

function ageOf(header: string | null): number {
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/.exec(header ?? '')?.[1]
  return seconds === undefined ? age.usual : Math.min(Math.max(Number(seconds) * 1_000, age.least), age.most)
}
