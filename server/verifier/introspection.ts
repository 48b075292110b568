// Introspection of single tokens at the server (RFC 7662): with a concurrency limit, one request for all callers with the same
// token, and a cache. The TTL of an answer begins when its request was sent, and is never longer than a revocation may take to be
// known.
import { hash } from 'node:crypto'
import { refuse } from '../protocol/errors.js'
import { isJsonObject, parseStrictJson } from '../protocol/json.js'
import { basic, errorIn, inForm } from './access-token.js'
import type { Instant, VerifierClock } from './clock.js'
import type { CheckedOptions } from './options.js'
import type { Requests } from './requests.js'

/** Limits: concurrent requests, callers that wait for their turn, and cached answers. */
const most = { atOnce: 32, waiting: 1_000, remembered: 10_000 }
/** Timeout of an answer, the wait for one's turn included; ms. */
const requestTimeout = 2_000
/** Pause after a request without answer, in ms: further ones would only wait as long. */
const pauseAfterSilence = 250

export type Introspected = { active: false } | ({ active: true } & Record<string, unknown>)

export type IntrospectionDeps = Pick<CheckedOptions, 'clientId' | 'clientSecret' | 'introspectionCache'> & {
  requests: Pick<Requests, 'send'>
  clock: VerifierClock
  failed: (error: Error) => void
}

type Asked = { sentAt: Instant | null; isSettled: boolean; answer: Promise<Introspected> }

export function createIntrospection(deps: IntrospectionDeps) {
  const { clientId, clientSecret, introspectionCache, requests, clock, failed } = deps
  const asked = new Map<string, Asked>()
  const turns: (() => void)[] = []
  let underWay = 0
  let silentAt: Instant | null = null
  const counts = { asked: 0, failed: 0 }

  /** The TTL of a cached answer, counted from when its request was sent. */
  const serves = ({ sentAt }: Asked) => sentAt === null || clock.elapsed(sentAt) < introspectionCache

  /** Cache eviction at the limit: expired answers first, then the oldest. */
  function evictOldest(): void {
    for (const [digest, one] of asked) {
      if (asked.size < most.remembered && (serves(one) || !one.isSettled)) return
      asked.delete(digest)
    }
  }

  async function turn(): Promise<void> {
    if (underWay < most.atOnce) {
      underWay++
      return
    }
    if (turns.length >= most.waiting) throw new Error('too many introspections are queued')
    // A request that has ended hands its slot over.
    await new Promise<void>(resolve => turns.push(resolve))
  }

  function startNext(): void {
    const next = turns.shift()
    if (next) next()
    else underWay--
  }

  async function ask(token: string, one: { sentAt: Instant | null }): Promise<Introspected> {
    const arrivedAt = clock.instant()
    await turn()
    try {
      const left = requestTimeout - clock.elapsed(arrivedAt)
      if (left <= 0) throw new Error('the introspection waited too long for a slot')
      if (isSilent()) throw new Error('the server does not answer')
      one.sentAt = clock.instant()
      return await send(token, left)
    } finally {
      startNext()
    }
  }

  async function send(token: string, timeout: number): Promise<Introspected> {
    counts.asked++
    const answer = await requests
      .send('/oauth/introspect', {
        method: 'POST',
        headers: { ...inForm, Authorization: basic(clientId, clientSecret) },
        body: new URLSearchParams({ token }).toString(),
        timeout,
      })
      .catch(error => {
        silentAt = clock.instant()
        throw error
      })
    return readAnswer(answer.status, answer.text)
  }

  const isSilent = () => silentAt !== null && clock.elapsed(silentAt) < pauseAfterSilence

  return {
    /** @throws revocations_unknown: the server did not answer */
    async introspect(token: string): Promise<Introspected> {
      const digest = hash('sha256', token, 'base64url')
      let one = asked.get(digest)
      if (one === undefined || !serves(one)) {
        evictOldest()
        const made = { sentAt: null as Instant | null, isSettled: false }
        one = Object.assign(made, { answer: ask(token, made) })
        asked.delete(digest)
        asked.set(digest, one)
        one.answer.then(
          () => {
            made.isSettled = true
          },
          () => {
            if (asked.get(digest) === one) asked.delete(digest)
          },
        )
      }
      try {
        return await one.answer
      } catch (cause) {
        counts.failed++
        failed(new Error('the introspection of a token failed', { cause }))
        throw refuse('revocations_unknown', { retryAfter: 1, cause })
      }
    },

    state: () => ({ ...counts, underWay, waiting: turns.length }),
  }
}

export type Introspection = ReturnType<typeof createIntrospection>

function readAnswer(status: number, text: string): Introspected {
  if (status !== 200) throw new Error(`the server answered ${status} ${errorIn(text)}`.trimEnd())
  const parsed = parseStrictJson(text)
  if (!isJsonObject(parsed) || typeof parsed.active !== 'boolean') throw new Error('the answer is no introspection')
  return parsed.active ? { ...parsed, active: true } : { active: false }
}
