// Sign-in with a password, the single entry point of all pages and wires that take one. The order of the steps closes
// known race conditions: a guess is counted before it is tested, the log's number is read before the password is
// checked, the password is checked outside every transaction, and everything that was checked is compared again under
// the user's lock (open-session.ts).
import type { Origin } from '../../policy/actor.js'
import { usernameKey } from '../../policy/username.js'
import { refuse } from '../../protocol/errors.js'
import type { Quota } from '../../protocol/rate-limit.js'
import type { Tail } from '../../revocation/tail.js'
import { passwordGrant } from '../../storage/session-rows.js'
import type { Inspect } from '../../tokens/inspect.js'
import type { Issue } from '../../tokens/issue.js'
import { type PublicUser, publicUser } from '../people/public-user.js'
import type { Guesses } from './guesses.js'
import type { KnownDevices } from './known-devices.js'
import { EvidenceOutdated, type Opened, type Opening, type OpenSession } from './open-session.js'
import type { PasswordCheck } from './password-check.js'
import type { PasswordEvidence } from './password-evidence.js'

export type Credentials = {
  username: string
  /** The password as received, never trimmed. */
  password: string
  /** Device token of an earlier response, which proves the device. */
  deviceToken?: string | undefined
  /** The client's own stable name for the device, which proves nothing. */
  clientDevice?: string | undefined
}

/** How the client holds the session, and whether it replaces or renews earlier ones. */
export type Held = Pick<Opening, 'grant' | 'replaces' | 'renews'>

/** A session held by a token pair. A client that signs in again on its device has lost its former pair. */
const byPair: Held = { grant: passwordGrant, replaces: true }

export type SignedIn = {
  user: PublicUser
  sessionId: string
  /** Epoch ms. */
  authenticatedAt: number
  /** Remaining quotas of guesses, for the response. */
  quotas: Quota[]
  /** Issues the session's first token pair. Nothing is signed unless it is called. */
  issuePair: () => { access: string; refresh: string }
  /** Issues a device token, which proves the device at its next sign-in. */
  issueDeviceToken: () => string
}

export type SignInDeps = {
  knownDevices: KnownDevices
  passwordCheck: PasswordCheck
  passwordEvidence: PasswordEvidence
  openSession: OpenSession
  guesses: Guesses
  inspect: Inspect
  issue: Issue
  tail: Tail
  /** Tests pause a sign-in here, between its password check and its insert. */
  pauses?: { passwordChecked?: () => Promise<void> }
}

/** How often a password is checked where the user's row changes concurrently. */
const tries = 3

export function createSignIn(deps: SignInDeps) {
  const { knownDevices, passwordCheck, passwordEvidence, openSession, guesses, inspect, issue, tail } = deps

  /**
   * Signs a user in to an application.
   * @throws no_active_account, too_many_guesses, session_limit_reached, overloaded, database_unavailable
   */
  async function signIn(
    credentials: Credentials,
    applicationId: string,
    origin: Origin,
    held: Held = byPair,
  ): Promise<SignedIn> {
    const { password, deviceToken, clientDevice } = credentials
    await tail.readIfOld()
    if (deviceToken !== undefined) await inspect.ensureKeyKnown(deviceToken)
    const deviceProof = knownDevices.deviceProofIn(deviceToken)
    const named = await passwordCheck.lookUp(usernameKey(credentials.username), deviceProof, origin)
    const { result, quotas } = await guesses.count(named.guesser, async () => {
      for (let attempt = 1; attempt <= tries; attempt++) {
        const checked = await passwordCheck.check(attempt === 1 ? named : { ...named, found: undefined }, password)
        await deps.pauses?.passwordChecked?.()
        try {
          const device = { deviceProof, clientDevice }
          return await openSession(passwordEvidence(checked), applicationId, { device, origin, ...held })
        } catch (error) {
          if (!(error instanceof EvidenceOutdated)) throw error
        }
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    })
    return signedIn(result, quotas)
  }

  function signedIn({ standing, eras, issuedAt }: Opened, quotas: Quota[]): SignedIn {
    const { session, user } = standing
    return {
      user: publicUser(user),
      sessionId: session.id,
      authenticatedAt: session.authenticatedAt,
      quotas,
      issuePair: () => ({
        access: issue.accessOf(standing, issuedAt, eras.of(session)).token,
        refresh: issue.refresh(session, user.username),
      }),
      issueDeviceToken: () => issue.device(user.id, session.deviceId),
    }
  }

  return { signIn }
}

export type SignIn = ReturnType<typeof createSignIn>
