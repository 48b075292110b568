// The verifier's own access token (RFC 6749 §4.4), with which it follows the log. Renewed before it expires; concurrent
// callers share one request.
import { isJsonObject } from '../protocol/json.js'
import type { Instant, VerifierClock } from './clock.js'
import type { CheckedOptions } from './options.js'
import type { Requests } from './requests.js'

export const feedScope = 'revocations:read'

const timeout = 5_000
/** Pause after a failed request, in ms: a wrong secret must not look like guessing. */
const retryAfter = 1_000

export type AccessTokenDeps = Pick<CheckedOptions, 'clientId' | 'clientSecret'> & {
  requests: Pick<Requests, 'send'>
  clock: VerifierClock
}

export function createAccessToken({ clientId, clientSecret, requests, clock }: AccessTokenDeps) {
  let held: { text: string; since: Instant; life: number } | null = null
  let asking: Promise<string> | null = null
  let failure: { at: Instant; error: Error } | null = null

  async function ask(): Promise<string> {
    const since = clock.instant()
    try {
      const { status, text } = await requests.send('/oauth/token', {
        method: 'POST',
        headers: { ...inForm, Authorization: basic(clientId, clientSecret) },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: feedScope }).toString(),
        timeout,
      })
      held = { since, ...readToken(status, text) }
      failure = null
      return held.text
    } catch (cause) {
      const error = new Error('no access token to follow the log with', { cause })
      failure = { at: since, error }
      throw error
    }
  }

  /** Renewed once less than a fifth of its lifetime is left. */
  const isGood = () => held !== null && clock.elapsed(held.since) < held.life * 0.8

  return {
    /** @throws while the server issues none */
    async get(): Promise<string> {
      if (held !== null && isGood()) return held.text
      if (failure !== null && clock.elapsed(failure.at) < retryAfter) throw failure.error
      asking ??= ask().finally(() => {
        asking = null
      })
      // The present token is used until it expires.
      if (held !== null && clock.elapsed(held.since) < held.life) {
        asking.catch(() => {})
        return held.text
      }
      return asking
    },

    /** Drops a token that the server has refused. */
    refused(text: string): void {
      if (held?.text === text) held = null
    },
  }
}

export type AccessToken = ReturnType<typeof createAccessToken>

export const inForm = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }

/** RFC 6749 §2.3.1: both parts are form-encoded. */
export function basic(id: string, secret: string): string {
  const part = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  return `Basic ${Buffer.from(`${part(id)}:${part(secret)}`).toString('base64')}`
}

function readToken(status: number, text: string): { text: string; life: number } {
  if (status !== 200) throw new Error(`the server answered ${status} ${errorIn(text)}`.trimEnd())
  const document: unknown = JSON.parse(text)
  if (!isJsonObject(document) || typeof document.access_token !== 'string')
    throw new Error('the answer has no access_token')
  if (typeof document.token_type !== 'string' || document.token_type.toLowerCase() !== 'bearer')
    throw new Error('the answer is no bearer token')
  // RFC 6750 §2.1. A value that is invalid in a header would appear in the error message about it.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(document.access_token)) throw new Error('the answer is no bearer token')
  const life = Number.isFinite(document.expires_in) ? (document.expires_in as number) * 1_000 : 60_000
  return { text: document.access_token, life }
}

/** Only the error code (RFC 6749 §5.2): the rest of the response may repeat what was sent. */
export function errorIn(text: string): string {
  try {
    const document: unknown = JSON.parse(text)
    const code = isJsonObject(document) ? (document.error ?? document.code) : undefined
    return typeof code === 'string' && /^\w{1,60}$/.test(code) ? code : ''
  } catch {
    return ''
  }
}
