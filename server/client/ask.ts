// Sends one request to the token server; its result is a certain answer, or none.
import type { Proofs } from './proofs.js'
import { proofErrors } from './refusals.js'
import type { Message } from './wires.js'

export type Asked =
  | { is: 'answered'; body: Record<string, unknown>; askedAt: number }
  | { is: 'refused'; status: number; body: Record<string, unknown>; retryAfter: number | undefined }
  /** Unknown whether the server processed it: no response came, or one that reports a temporary failure. */
  | { is: 'lost'; status?: number; retryAfter?: number | undefined; cause?: unknown }

export type AskDeps = {
  issuer: string
  fetch: typeof fetch
  wall: () => number
  /** null: no token is bound to a key. */
  proofs: Proofs | null
}

/** Status codes of temporary failures, beside all from 500 on (RFC 9110 §15.6). */
const temporary: ReadonlySet<number> = new Set([408, 425, 429])

/** Limit of `Retry-After` in seconds: no page is kept open longer. */
const longestRetryAfter = 3_600

export function createAsk({ issuer, fetch, wall, proofs }: AskDeps) {
  /** @param timeout of the whole response, in ms */
  async function ask(message: Message, timeout: number): Promise<Asked> {
    const ending = new AbortController()
    const timer = setTimeout(() => ending.abort(), timeout)
    try {
      const { asked, proves } = await send(message, ending.signal)
      // RFC 9449 §8: one retry with the nonce of the response; a server that sends another nonce each time would cause
      // a loop.
      return proves && isProofRefused(asked) ? (await send(message, ending.signal)).asked : asked
    } catch (cause) {
      return { is: 'lost', cause }
    } finally {
      clearTimeout(timer)
    }
  }

  /** `proves`: whether the response allows another proof, with a new nonce or another time. */
  async function send({ path, json, form }: Message, signal: AbortSignal): Promise<{ asked: Asked; proves: boolean }> {
    const url = issuer + path
    const askedAt = wall()
    const proof = proofs && (await proofs.proof('POST', url))
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...(json && { 'Content-Type': 'application/json' }),
        Accept: 'application/json',
        ...(proof && { DPoP: proof.text }),
      },
      body: json ? JSON.stringify(json) : new URLSearchParams(form),
      signal,
      // The body contains a secret: no redirect may send it to another address (307 would).
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      // A sign-out completes when its page is left.
      keepalive: true,
    })
    const proves = proof !== null && proofs!.hear(response, url, proof)
    return { asked: await read(response, askedAt), proves }
  }

  async function read(response: Response, askedAt: number): Promise<Asked> {
    const { status } = response
    const retryAfter = secondsIn(response.headers.get('retry-after'), wall())
    if (status >= 500 || temporary.has(status)) {
      await response.body?.cancel()
      return { is: 'lost', status, retryAfter }
    }
    const text = await response.text()
    const body = objectIn(text)
    if (!response.ok) return { is: 'refused', status, body: body ?? {}, retryAfter }
    // A truncated response, or the sign-in page of a captive portal.
    return body ? { is: 'answered', body, askedAt } : { is: 'lost', status }
  }

  return ask
}

const isProofRefused = (asked: Asked) => asked.is === 'refused' && proofErrors.has(asked.body.error)

export type Ask = ReturnType<typeof createAsk>

/** The header in seconds or as a date (RFC 9110 §10.2.3). */
function secondsIn(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), longestRetryAfter)
}

/** The response of RFC 7009 §2.2 is empty. */
function objectIn(text: string): Record<string, unknown> | null {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
