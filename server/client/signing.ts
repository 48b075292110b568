// Sign-in with a password, and sign-out.
import type { Ask } from './ask.js'
import { backoff } from './backoff.js'
import { ClientError } from './client-error.js'
import type { KeptTokens } from './kept-tokens.js'
import { type Lock, whileLocked } from './lock.js'
import type { Store } from './store.js'
import { type Tokens, tokensIn } from './tokens.js'
import type { Wire } from './wires.js'

export type SigningDeps = {
  ask: Ask
  wire: Wire
  kept: KeptTokens
  store: Store
  lock: Lock | null
  name: string
  /** Timeout of all attempts together, in ms. */
  patience: number
  monotonic: () => number
  random: () => number
  pause: (ms: number) => Promise<void>
  set: (tokens: Tokens) => Promise<void>
  signedOut: (reason: string) => void
}

export type SignedIn = {
  userId: number
  username: string
  firstName: string
  lastName: string
  /** An administrator knows the password: the user must choose a new one first. */
  mustChangePassword: boolean
}

/** Timeout of a sign-in, in ms: password hashing is slow on purpose, and queued. */
const signInTimeout = 30_000
/** Timeout for the lock, in ms: a late response to another tab's refresh must not overwrite a new session. */
const lockTimeout = 1_000
const attempts = 3

export function createSigning(deps: SigningDeps) {
  const { ask, wire, kept, store, lock, name, patience, monotonic, random, pause, set, signedOut } = deps
  const deviceName = `${name} device`

  return {
    /**
     * @throws ClientError with the server's code: `no_active_account` (wrong name or password), `too_many_guesses`
     *   with `retryAfter`, `invalid_fields` with `fields`; or `unreachable`
     */
    async signIn(username: string, password: string): Promise<SignedIn> {
      if (!wire.signIn) throw new TypeError('signIn: an application gets its tokens by a code; see setTokens')
      const answer = await ask(wire.signIn(username, password, await deviceToken()), signInTimeout)
      if (answer.is !== 'answered') throw refused(answer)
      const { body } = answer
      const tokens = tokensIn(body, answer.askedAt)
      if (tokens === null) throw new ClientError('unexpected_answer', 'the sign-in was answered in an unknown form')
      await whileLocked(lock, name, lockTimeout, () => set(tokens))
      if (typeof body.device_token === 'string') await keepDeviceToken(body.device_token)
      return {
        userId: Number(body.user_id),
        username: String(body.username ?? ''),
        firstName: String(body.first_name ?? ''),
        lastName: String(body.last_name ?? ''),
        mustChangePassword: body.must_change_password === true,
      }
    },

    async redeem(code: string, parameters: { redirect_uri?: string; code_verifier: string }): Promise<void> {
      if (!wire.redeem) throw new TypeError('redeem: the built-in application has no codes; see signIn')
      const answer = await ask(wire.redeem(code, parameters), patience)
      if (answer.is === 'lost')
        throw new ClientError('unreachable', 'the code was not redeemed', {
          status: answer.status,
          cause: answer.cause,
        })
      if (answer.is === 'refused') {
        const code = typeof answer.body.error === 'string' ? answer.body.error : 'unexpected_answer'
        throw new ClientError(code, 'the code was refused', { status: answer.status })
      }
      const tokens = tokensIn(answer.body, answer.askedAt)
      if (tokens === null) throw new ClientError('unexpected_answer', 'the code was answered in an unknown form')
      await whileLocked(lock, name, lockTimeout, () => set(tokens))
    },

    /**
     * Signs out here at once, and then tells the server, whether or not it can be reached. After a 503 with
     * `Retry-After` it tries again at that time, within the client's patience.
     * @returns whether the server has ended the session; otherwise it lives there until it expires
     */
    async signOut(): Promise<boolean> {
      const tokens = await kept.read()
      if (tokens === null) return true
      await kept.set(null)
      signedOut('signed_out')
      const message = wire.signOut(tokens)
      if (message === null) return false
      const until = monotonic() + patience
      for (let attempt = 0; ; attempt++) {
        const answer = await ask(message, patience / attempts)
        if (answer.is === 'answered') return true
        if (answer.is === 'refused') return wire.overBy(answer) !== null
        const wait = backoff(attempt, answer.retryAfter, random)
        if (attempt + 1 === attempts || monotonic() + wait > until) return false
        await pause(wait)
      }
    },
  }

  /**
   * Token that proves this device at the next sign-in, so that guesses of others do not lock it out; it gives access
   * to nothing.
   */
  async function deviceToken(): Promise<string | null> {
    try {
      return await store.read(deviceName)
    } catch {
      return null
    }
  }

  async function keepDeviceToken(token: string): Promise<void> {
    try {
      await store.write(deviceName, token)
    } catch {
      // The next sign-in will be one from a new device.
    }
  }
}

type NoAnswer = Exclude<Awaited<ReturnType<Ask>>, { is: 'answered' }>

function refused(answer: NoAnswer): ClientError {
  const { status, retryAfter } = answer
  if (answer.is === 'lost') {
    // The server counts guesses: its refusal is certain.
    const code = status === 429 ? 'too_many_guesses' : 'unreachable'
    return new ClientError(code, 'the sign-in was not answered', { status, retryAfter, cause: answer.cause })
  }
  const { code, detail, ...fields } = answer.body
  if (typeof detail === 'string')
    return new ClientError(typeof code === 'string' ? code : codeByStatus(status!), detail, { status, retryAfter })
  const known = status === 400 && Object.keys(fields).length > 0
  return known
    ? new ClientError('invalid_fields', 'some fields are missing or wrong', {
        status,
        fields: fields as Record<string, string[]>,
      })
    : new ClientError('unexpected_answer', `the sign-in was answered ${status} in an unknown form`, { status })
}

/** The code for a response without one: simplejwt's own refusal of a wrong password has none. */
const codeByStatus = (status: number) => (status === 401 ? 'no_active_account' : 'unexpected_answer')
