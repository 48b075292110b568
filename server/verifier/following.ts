// Follows the log over server-sent events: connects, applies each stretch to the mirror, and reconnects from the
// mirror's position.
import { setTimeout as pause } from 'node:timers/promises'
import { isJsonObject } from '../protocol/json.js'
import { positionText, readPosition, readStretch } from '../protocol/log/feed.js'
import { type AccessToken, errorIn } from './access-token.js'
import type { VerifierClock } from './clock.js'
import { createEventStream, type StreamEvent } from './event-stream.js'
import type { StreamState } from './events.js'
import { type Requests, readText } from './requests.js'
import type { Revocations } from './revocations.js'

/** Longest silence of a live connection, in ms: the server sends something every 15 s. */
const longestSilence = 40_000
/** Timeout until the response begins, in ms. */
const timeout = 5_000
/**
 * Pause before a retry, in ms, doubled with each: half of it is random, so that verifiers do not reconnect all at
 * once.
 */
const backoff = { first: 100, most: 5_000 }
/** How long entries may be missing while nothing arrives, in ms. */
const stallTimeout = 1_000

export type FollowingDeps = {
  name: string
  requests: Pick<Requests, 'follow'>
  accessToken: AccessToken
  revocations: Revocations
  clock: VerifierClock
  changed: (state: StreamState) => void
  failed: (error: Error) => void
}

export function createFollowing(deps: FollowingDeps) {
  const { name, requests, accessToken, revocations, clock, changed, failed } = deps
  const stop = new AbortController()
  let state: StreamState = 'waiting'
  let connection: AbortController | null = null
  let heardAt = clock.instant()
  let tries = 0
  /** The stream was inconsistent: the log is read from its beginning instead of resumed from a position. */
  let fromBeginning = false
  let connections = 0

  function enter(next: StreamState): void {
    if (state === next) return
    state = next
    changed(next)
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      let wait = 0
      try {
        await connect()
      } catch (error) {
        if (stop.signal.aborted) break
        wait = error instanceof Refused ? error.retryAfter : 0
        failed(new Error('the revocation log cannot be followed', { cause: error }))
      }
      revocations.abandon()
      enter('waiting')
      const span = Math.min(backoff.first * 2 ** tries++, backoff.most)
      await pause(Math.max(span / 2 + (Math.random() * span) / 2, wait), undefined, { signal: stop.signal }).catch(
        () => {},
      )
    }
  }

  async function connect(): Promise<void> {
    enter('connecting')
    const token = await accessToken.get()
    const from = fromBeginning ? null : revocations.at()
    const headers = {
      Accept: 'text/event-stream',
      Authorization: `Bearer ${token}`,
      ...(from !== null && { 'Last-Event-ID': positionText(from) }),
    }
    connections++
    await requests.follow(`/revocations/stream?verifier=${encodeURIComponent(name)}`, { headers, timeout }, (...all) =>
      read(token, ...all),
    )
  }

  async function read(token: string, response: Response, controller: AbortController): Promise<void> {
    if (response.status === 401) accessToken.refused(token)
    if (response.status !== 200) throw await refusedBy(response)
    if (!/^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')) throw new Error('no event stream')
    const stream = createEventStream(event => take(event, token))
    const silence = setTimeout(() => controller.abort(new Error('nothing came for too long')), longestSilence)
    connection = controller
    try {
      for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
        heardAt = clock.instant()
        silence.refresh()
        stream.push(bytes)
      }
    } finally {
      clearTimeout(silence)
      connection = null
    }
  }

  /** Unknown event names are ignored (forward compatibility). */
  function take(event: StreamEvent, token: string): void {
    if (event.name === 'reset') {
      revocations.begin()
      enter('reading_all')
    } else if (event.name === 'log') applyStretch(event)
    else if (event.name === 'end' && errorIn(event.data).startsWith('token_')) accessToken.refused(token)
  }

  function applyStretch({ id, data }: StreamEvent): void {
    try {
      const position = id === null ? null : readPosition(id)
      const stretch = readStretch(JSON.parse(data))
      if (stretch === null || (id !== null && position === null))
        throw new Error('the event is no valid part of the revocation log')
      revocations.take(position, stretch)
      if (position === null) return
    } catch (error) {
      fromBeginning = true
      throw error
    }
    fromBeginning = false
    tries = 0
    enter('following')
  }

  return {
    start: (): void => void run(),

    /** Aborts a silent connection, which may be dead: the server has more entries than the mirror. */
    readNow(): void {
      if (connection !== null && clock.elapsed(heardAt) > stallTimeout)
        connection.abort(new Error('the stream is stuck'))
    },

    state: () => ({ state, connections }),

    close(): void {
      stop.abort()
      connection?.abort()
      enter('closed')
    },
  }
}

export type Following = ReturnType<typeof createFollowing>

/** The server responds, but does not send the log. */
class Refused extends Error {
  constructor(
    message: string,
    readonly retryAfter: number,
  ) {
    super(message)
  }
}

async function refusedBy(response: Response): Promise<Refused> {
  const text = await readText(response, 65_536)
  const seconds = Number(response.headers.get('retry-after'))
  const wait = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 30) * 1_000 : 0
  return new Refused(`the server answered ${response.status} ${codeIn(text)}`.trimEnd(), wait)
}

function codeIn(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    return (
      (isJsonObject(parsed) &&
        typeof parsed.reason === 'string' &&
        /^\w{1,60}$/.test(parsed.reason) &&
        parsed.reason) ||
      errorIn(text)
    )
  } catch {
    return ''
  }
}
