// Refreshes: one for all callers, and one for all tabs. A lost response is requested again with the same token, which
// the server's grace allows; only a certain refusal signs out, and only when no other tab has refreshed meanwhile.
import type { Ages } from './age.js'
import type { Ask } from './ask.js'
import { backoff } from './backoff.js'
import { ClientError } from './client-error.js'
import type { KeptTokens } from './kept-tokens.js'
import { type Lock, whileLocked } from './lock.js'
import { type Tokens, tokensIn } from './tokens.js'
import type { Wire } from './wires.js'

export type RefreshDeps = {
  ask: Ask
  wire: Wire
  kept: KeptTokens
  ages: Ages
  lock: Lock | null
  name: string
  /** Timeout of all attempts together, in ms. */
  patience: number
  /** Remaining lifetime in ms below which an access token is renewed. */
  slack: (tokens: Tokens) => number
  monotonic: () => number
  random: () => number
  pause: (ms: number) => Promise<void>
  refreshed: () => void
  signedOut: (reason: string) => void
}

export type Renewed = {
  tokens: Tokens
  /**
   * Whether the tokens come from a request that began after the call; otherwise they were there, or on their way,
   * already.
   */
  asked: boolean
}

/** Timeout of the first attempt, in ms; each further one may take twice as long, for slow networks. */
const firstTimeout = 3_000
const shortestTimeout = 1_000
/** How long another tab is waited for, in ms. It may be frozen, or may be retrying in vain. */
const lockTimeout = 5_000

export function createRefresh(deps: RefreshDeps) {
  const { ask, wire, kept, ages, lock, name, slack, monotonic, random, pause } = deps
  let running: Promise<Renewed> | null = null
  /** Set by the server's `Retry-After`: until then no request is sent. */
  let closed: { until: number; error: ClientError } | null = null

  /**
   * @param refused the access token that a resource server has refused: any other one is accepted
   * @throws ClientError `unreachable` or `signed_out`
   */
  async function renew(refused?: string): Promise<Renewed> {
    if (running !== null) {
      const { tokens } = await running
      if (tokens.access !== refused) return { tokens, asked: false }
      // The refresh under way began earlier, and returned the very token that is refused.
      return renew(refused)
    }
    running = whileLocked(lock, name, lockTimeout, () => locked(refused)).finally(() => {
      running = null
    })
    return running
  }

  async function locked(refused: string | undefined): Promise<Renewed> {
    const tokens = requireTokens(await kept.read())
    // Another tab may have refreshed meanwhile.
    const good = refused === undefined ? ages.remaining(tokens) > slack(tokens) : tokens.access !== refused
    return good ? { tokens, asked: false } : { tokens: await spend(tokens), asked: true }
  }

  async function spend(first: Tokens): Promise<Tokens> {
    const until = monotonic() + deps.patience
    let tokens = first
    for (let attempt = 0; ; attempt++) {
      if (closed && monotonic() < closed.until) throw closed.error
      const { refresh } = tokens
      if (refresh === undefined) throw await over(tokens, 'no_refresh_token')
      const left = Math.max(until - monotonic(), shortestTimeout)
      const answer = await ask(wire.refresh(refresh), Math.min(firstTimeout * 2 ** attempt, left))
      if (answer.is === 'answered') {
        const next = tokensIn(answer.body, answer.askedAt, tokens)
        if (next === null) throw unexpected(200)
        closed = null
        const present = requireTokens(await kept.replace(next, refresh))
        deps.refreshed()
        return present
      }
      if (answer.is === 'refused') {
        const reason = wire.overBy(answer)
        if (reason === null) throw unexpected(answer.status)
        const present = requireTokens(await kept.read())
        // Tokens of another tab, or of another session, are not concerned by this refusal.
        if (present.refresh === refresh) throw await over(present, reason)
        tokens = present
        continue
      }
      const wait = backoff(attempt, answer.retryAfter, random)
      if (monotonic() + wait > until) throw giveUp(answer, wait)
      await pause(wait)
      // Without a lock another tab may have got the response that was lost here.
      const present = requireTokens(await kept.read())
      if (present.refresh !== refresh || present.access !== tokens.access) return present
    }
  }

  function requireTokens(tokens: Tokens | null): Tokens {
    if (tokens === null) throw new ClientError('signed_out', 'nobody is signed in')
    return tokens
  }

  async function over(tokens: Tokens, reason: string): Promise<ClientError> {
    if (await kept.drop(tokens)) deps.signedOut(reason)
    return new ClientError('signed_out', `the session is over: ${reason}`, { reason })
  }

  function giveUp(
    { status, retryAfter, cause }: { status?: number; retryAfter?: number | undefined; cause?: unknown },
    wait: number,
  ) {
    const error = new ClientError('unreachable', 'the token server gave no answer', { status, retryAfter, cause })
    if (retryAfter !== undefined) closed = { until: monotonic() + wait, error }
    return error
  }

  const unexpected = (status: number) =>
    new ClientError('unexpected_answer', `the token server answered ${status} in an unknown form`, { status })

  return renew
}

export type Renew = ReturnType<typeof createRefresh>
