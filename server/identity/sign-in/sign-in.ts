// Sign-in, the one front door: every page and wire that takes a password comes through here. The order of the steps closes
// races that were seen: a guess is counted before it is tested, the log's number is read before the password is checked,
// the password is checked outside every transaction, and what was checked is compared again under the user's lock.
import type { Actor, Origin } from '../../policy/actor.js'
import { absoluteEnd } from '../../policy/session.js'
import { usernameKey } from '../../policy/username.js'
import { refuse } from '../../protocol/errors.js'
import type { Quota } from '../../protocol/rate-limit.js'
import type { ErasInForce, PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { SessionRecord, SessionStore, Standing } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'
import type { Inspect } from '../../tokens/inspect.js'
import type { Issue } from '../../tokens/issue.js'
import type { Secrets } from '../../tokens/secrets.js'
import { type PublicUser, publicUser } from '../people/public-user.js'
import type { Guesses } from './guesses.js'
import type { DeviceProof, KnownDevices } from './known-devices.js'
import type { Checked, PasswordCheck } from './password-check.js'
import type { SessionRoom } from './session-room.js'

export type Credentials = DeviceProof & {
  username: string
  /** As received, never trimmed. */
  password: string
}

type Opened = { user: PublicUser; sessionId: string; access: string; refresh: string; deviceToken: string }

/** `quotas`: what is left to guess, as the answer tells it. */
export type SignedIn = Opened & { quotas: Quota[] }

export type SignInDeps = {
  userStore: UserStore
  sessionStore: SessionStore
  knownDevices: KnownDevices
  room: SessionRoom
  applicationStore: ApplicationStore
  passwordCheck: PasswordCheck
  guesses: Guesses
  inspect: Inspect
  issue: Issue
  changes: Changes
  secrets: Secrets
  tail: Tail
  policy: PolicyInForce
  now: () => number
  uuid: () => string
  /** Tests hold a sign-in here, between its password check and its insert. */
  pauses?: { passwordChecked?: () => Promise<void> }
}

/** Thrown inside the transaction when the check no longer holds: look at the password again. */
class Outdated extends Error {}
/** Thrown there when the policy is another one by now, or the keys are: the check holds, what this process knows does not. */
class Behind extends Error {}

const tries = 3

export function createSignIn(deps: SignInDeps) {
  const { userStore, sessionStore, knownDevices, room, applicationStore, passwordCheck, guesses } = deps
  const { inspect, issue, changes, secrets, tail, policy, now, uuid } = deps

  /**
   * Signs a user in to an application and answers the first pair of a new session.
   * @throws no_active_account, too_many_guesses, session_limit_reached, overloaded, database_unavailable
   */
  async function signIn(credentials: Credentials, applicationId: string, origin: Origin): Promise<SignedIn> {
    await tail.freshen()
    if (credentials.deviceToken !== undefined) await inspect.ensureKeyKnown(credentials.deviceToken)
    const key = usernameKey(credentials.username)
    const guesser = await passwordCheck.guesserOf(key, credentials.deviceToken, origin)
    const { result, quotas } = await guesses.count(guesser, async () => {
      let checked: Checked | null = null
      for (let attempt = 1; attempt <= tries; attempt++) {
        checked ??= await passwordCheck.check(key, credentials.password, guesser, origin)
        await deps.pauses?.passwordChecked?.()
        try {
          return await open(checked, credentials, applicationId, origin)
        } catch (error) {
          if (error instanceof Outdated) checked = null
          else if (error instanceof Behind) await tail.readNow()
          else throw error
        }
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    })
    return { ...result, quotas }
  }

  async function open(
    checked: Checked,
    credentials: Credentials,
    applicationId: string,
    origin: Origin,
  ): Promise<Opened> {
    const issuedAt = now()
    // One policy from beginning to end: the one that is in force when the log's number is read.
    const eras = policy.eras()
    const userId = checked.user.id
    const actor: Actor = { name: `user:${userId}`, origin, credential: null }
    const opened = await changes.run(actor, async (tx, change) => {
      await userStore.lock(tx, userId)
      const standing = await requireUnchanged(tx, checked, applicationId, eras)
      const device = await knownDevices.recognise(tx, userId, credentials, origin)
      const session = newSession(checked, userId, applicationId, device.id, origin.address, eras)
      await room.make(tx, change, session, eras)
      await sessionStore.insert(tx, session)
      await updateUser(tx, checked)
      const after = { session: session.id, device: device.id, application: applicationId }
      change.note({ action: 'signed_in', subject: String(userId), after })
      return { ...standing, session, deviceId: device.id }
    })
    return {
      user: publicUser(opened.user),
      sessionId: opened.session.id,
      access: issue.access(opened, issuedAt, eras.of(opened.session)),
      refresh: issue.refresh(opened.session, opened.user.username),
      deviceToken: issue.device(opened.user.id, opened.deviceId),
    }
  }

  /** What the password was checked against must still be so; an end that came in between supersedes this sign-in. */
  async function requireUnchanged(
    tx: Queries,
    checked: Checked,
    applicationId: string,
    eras: ErasInForce,
  ): Promise<Omit<Standing, 'session' | 'crowdedUpto'>> {
    const found = await userStore.findWithSeq(tx, { id: checked.user.id })
    const application = await applicationStore.find(tx, applicationId)
    if (!found || !application) throw refuse('no_active_account')
    const { user, seq, logEndedSeq, policyVersion, accessLifetime, keyVersion } = found
    const ended = { user: user.endedSeq, application: application.endedSeq, log: logEndedSeq }
    if (user.passwordHash !== checked.user.passwordHash) throw new Outdated()
    if (user.usernameKey !== checked.user.usernameKey) throw new Outdated()
    if (checked.seq < Math.max(ended.user, ended.application, ended.log)) throw new Outdated()
    if (!user.active) throw refuse('no_active_account', { logged: { reason: 'user_inactive', user: user.id } })
    if (!application.active) throw refuse('application_disabled')
    if (policyVersion !== eras.head || issue.isBehind(found)) throw new Behind()
    return { user, application, ended, seq, policyVersion, accessLifetime, keyVersion }
  }

  function newSession(
    checked: Checked,
    userId: number,
    applicationId: string,
    deviceId: string,
    address: string,
    { version, latest }: ErasInForce,
  ): SessionRecord {
    const createdAt = now()
    return {
      id: uuid(),
      userId,
      deviceId,
      applicationId,
      seq: checked.seq,
      policyVersion: version,
      generation: 1,
      rotatedAt: createdAt,
      expiresAt: Math.min(createdAt + latest.refresh_token_lifetime * 1000, absoluteEnd({ createdAt }, latest)),
      refreshKeyVersion: secrets.present('refresh').version,
      rotation: '',
      windowFrom: 1,
      windowStartedAt: 0,
      olderFrom: 1,
      olderStartedAt: 0,
      authenticatedAt: checked.at,
      createdAt,
      lastSeenAt: createdAt,
      address,
      endedAt: null,
      endedReason: null,
      endedBy: null,
    }
  }

  async function updateUser(tx: Queries, { user, newHash }: Checked): Promise<void> {
    const changes = {
      ...(policy().update_last_login ? { lastLoginAt: now() } : {}),
      ...(newHash ? { passwordHash: newHash } : {}),
    }
    if (Object.keys(changes).length > 0) await userStore.update(tx, user.id, changes)
  }

  return { signIn }
}

export type SignIn = ReturnType<typeof createSignIn>
