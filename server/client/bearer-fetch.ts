// fetch() with the access token: it is refreshed before it expires, and after a refusal that a new one can solve, which
// the caller does not see.
import type { MadeProof, Proofs } from './proofs.js'
import type { Renew, Renewed } from './refresh.js'
import { isProofRefused, refreshHelps } from './refusals.js'
import type { Tokens } from './tokens.js'

export type BearerFetchDeps = {
  fetch: typeof fetch
  /** Origins that the token may be sent to. */
  origins: ReadonlySet<string>
  /** The live tokens; null where no user is signed in. */
  present: () => Promise<Tokens | null>
  renew: Renew
  monotonic: () => number
  /** null: no token is bound to a key. */
  proofs: Proofs | null
}

/** How long no refresh is made for an origin that has refused a token just issued, in ms. */
const rejectionTime = 10_000

export function createBearerFetch({ fetch, origins, present, renew, monotonic, proofs }: BearerFetchDeps) {
  const rejected = new Map<string, { access: string; until: number }>()

  return async function bearerFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    const { origin } = new URL(request.url)
    // A caller that sets a credential of its own wants that one.
    if (!origins.has(origin) || request.headers.has('authorization')) return fetch(request)
    const before = await settled(present(), request.signal)
    if (before === null) return fetch(request)

    // At most two more attempts: with the tokens that another caller or tab has, and with those that were requested
    // since.
    let tokens: Tokens = before
    let next: Request | null = request
    for (let retries = 0, fresh = false, isProven = false; ; retries++) {
      const sent: Request = next
      next = again(sent, input, init)
      const proof = await sign(sent, tokens)
      const response = await fetch(sent)
      // Fetch standard §4.4: a redirected response from another origin answers a request without the token.
      const ours = !response.redirected || new URL(response.url).origin === origin
      // RFC 9449 §9: retried once with the new nonce, or with the server's time. It is no refusal of the token.
      if (ours && learnNonce(response, sent, proof) && !isProven && next !== null && isProofRefused(response)) {
        isProven = true
        retries--
        await response.body?.cancel()
        continue
      }
      if (!ours || !(await canRetry(response)) || wasRejected(origin, tokens)) return response
      if (fresh || retries === 2) {
        rejected.set(origin, { access: tokens.access, until: monotonic() + rejectionTime })
        return response
      }
      const renewed = await settled(renewOrNull(tokens.access), request.signal)
      // Signed out, as the event has reported: the caller gets this response.
      if (renewed === null || next === null) return response
      tokens = renewed.tokens
      fresh = renewed.asked
      await response.body?.cancel()
    }
  }

  /**
   * A bound token is sent with a proof of its key, and with a scheme of its own (RFC 9449 §7.1).
   * @returns the proof
   */
  async function sign({ headers, method, url }: Request, { access, bound }: Tokens): Promise<MadeProof | null> {
    headers.set('Authorization', `${bound ? 'DPoP' : 'Bearer'} ${access}`)
    const proof = bound && proofs ? await proofs.proof(method, url, access) : null
    if (proof) headers.set('DPoP', proof.text)
    return proof
  }

  /** A refresh also gets the time of the token server's clock, where the resource server's may not be read (CORS). */
  async function canRetry(response: Response): Promise<boolean> {
    return (await refreshHelps(response)) || (proofs?.isClockKnown === false && isProofRefused(response))
  }

  /** @returns whether the response allows another proof than the request had */
  function learnNonce(response: Response, { url }: Request, proof: MadeProof | null): boolean {
    return proof !== null && proofs!.hear(response, url, proof)
  }

  async function renewOrNull(refused: string): Promise<Renewed | null> {
    try {
      return await renew(refused)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'signed_out') return null
      throw error
    }
  }

  function wasRejected(origin: string, { access }: Tokens): boolean {
    const known = rejected.get(origin)
    return known !== undefined && known.access === access && known.until > monotonic()
  }
}

/**
 * A copy of the request, made before the first is sent: its caller may use a buffer again.
 * @returns null where the body is a stream: what is sent of it is gone, and is not held in memory for this
 */
function again(sent: Request, input: string | URL | Request, init: RequestInit | undefined): Request | null {
  const body: unknown = init?.body
  const object = typeof body === 'object' && body !== null
  if (object && (body instanceof ReadableStream || Symbol.asyncIterator in body)) return null
  // The source of a Request's body is not known: a copy is held until the response is there.
  return input instanceof Request && sent.body !== null && !body ? sent.clone() : new Request(input, init)
}

/** Ends the wait of one caller on abort; `work`, which other callers share, goes on. */
function settled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
