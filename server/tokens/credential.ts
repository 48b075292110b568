// The credential of a change, checked where the change is made: inside its transaction, by the rows, under locks. A
// token or a cookie that was good when the request arrived may have ended since; a concurrent end of it commits before
// or after the change, never unnoticed in between.
import { type Actor, type ApiKeyCredential, credentialOf, type SessionCredential, userOf } from '../policy/actor.js'
import { whyNotAsked, whyNotLive } from '../policy/api-key.js'
import { ownApplicationId, permissionsFor } from '../policy/application-metadata.js'
import { sessionEnd } from '../policy/session.js'
import { type ErrorCode, refuse } from '../protocol/errors.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { ApiKeyStore } from '../storage/api-keys.js'
import type { ApplicationStore } from '../storage/applications.js'
import type { Queries } from '../storage/database.js'
import type { RoleStore } from '../storage/roles.js'
import type { SessionStore, Standing } from '../storage/sessions.js'
import type { UserStore } from '../storage/users.js'

/**
 * What a change will lock beside its actor; named in advance, so that all transactions lock in the same order,
 * against deadlocks.
 */
export type Subjects = {
  users?: readonly number[]
  /** Where the change grants or edits roles: these roles, and those of `users`. */
  roles?: readonly string[]
}

export type CredentialsDeps = {
  userStore: UserStore
  roleStore: RoleStore
  sessionStore: SessionStore
  apiKeyStore: ApiKeyStore
  applicationStore: ApplicationStore
  policy: PolicyInForce
  applications: Pick<ApplicationsInForce, 'resourceHead' | 'find' | 'outdated'>
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

/**
 * Thrown inside the transaction when this process knows an older policy, or older applications, than the database:
 * reload them, and retry.
 */
export class PolicyMoved extends Error {
  /** @param outdated applications to be loaded */
  constructor(readonly outdated: readonly string[] = []) {
    super()
  }
}

export function createCredentials({
  userStore,
  roleStore,
  sessionStore,
  apiKeyStore,
  applicationStore,
  policy,
  applications,
  now,
  latest,
}: CredentialsDeps) {
  /**
   * Locks the actor's rows and the subjects' in the order of all transactions (users, roles, sessions), each kind by
   * its ids.
   */
  async function lock(tx: Queries, userId: number, subjects: Subjects): Promise<void> {
    const ids = [userId, ...(subjects.users ?? [])]
    await userStore.lockAll(tx, ids)
    // A role that is about to be granted or edited is locked exclusively at once: two transactions that both hold a
    // shared lock first would deadlock.
    if (subjects.roles) await roleStore.lockOf(tx, ids, subjects.roles, 'update')
    else await roleStore.lockOf(tx, [userId], [], 'share')
  }

  function whyNot(standing: Standing | undefined, userId: number, credential: SessionCredential): ErrorCode | null {
    if (standing?.session.userId !== userId) return 'session_ended'
    const { session, user, application, ended, policyVersion, resourcesVersion } = standing
    if (user.deletedAt !== null) return 'user_unknown'
    if (!user.active) return 'user_inactive'
    if (!application.active) return 'application_disabled'
    const eras = policy.eras()
    if (policyVersion !== eras.head) throw new PolicyMoved()
    // The application's overrides and lists may have changed since it was cached.
    if (application.id !== ownApplicationId) {
      const outdated = applications.outdated([application])
      if (outdated.length > 0 || resourcesVersion !== applications.resourceHead) throw new PolicyMoved(outdated)
    }
    const end = sessionEnd(session, ended, now(), eras.of(session))
    if (end !== null) return end === 'ended' || end === 'superseded' ? 'session_ended' : 'token_expired'
    if (user.mustChangePassword && !credential.beforeNewPassword) return 'password_change_required'
    // Permissions that the application lists may have been removed from it since the token was issued.
    const held = applications.find(application.id)
    const permissions = held ? permissionsFor(held, session.scope, user.allPermissions) : []
    if (credential.permission && !permissions.includes(credential.permission)) return 'permission_denied'
    return null
  }

  async function judgeSession(tx: Queries, userId: number, credential: SessionCredential) {
    await sessionStore.lock(tx, credential.sid)
    const standing = (await sessionStore.standings(tx, [credential.sid])).get(credential.sid)
    const code = whyNot(standing, userId, credential)
    if (code) throw refuse(code, { ofSender: true })
    const { seq, applicationId } = standing!.session
    return async (tx: Queries) => {
      if (seq < (await applicationStore.endedSeq(tx, applicationId))) throw refuse('session_ended', { ofSender: true })
    }
  }

  /** Nothing ends an API key without its user's lock, which is held here: the key's row need not be read again. */
  async function judgeApiKey(tx: Queries, userId: number, { apiKeyId, permission, recent }: ApiKeyCredential) {
    await apiKeyStore.lock(tx, apiKeyId)
    const standing = await apiKeyStore.standing(tx, apiKeyId)
    if (standing?.key.userId !== userId) throw refuse('api_key_unknown', { ofSender: true, ofApiKey: true })
    const { key, user } = standing
    const code = whyNotLive(key, user, now(), latest()) ?? whyNotAsked(key, user, { permission, recent })
    if (code) throw refuse(code, { ...retryOf(code), ofSender: true, ofApiKey: true })
    return null
  }

  return {
    /**
     * Checks the actor at the beginning of a transaction, before anything of it is changed: what the change itself
     * ends, such as the own session, does not count against it.
     * @returns a function that checks, under the lock of the audit log's head, whether all sessions of everybody or
     *   of the application were ended meanwhile: those ends have no row that could be locked before. Null where there
     *   is no credential to check, or an API key.
     * @throws session_ended, token_expired, user_inactive, user_unknown, application_disabled,
     *   password_change_required, permission_denied; of an API key api_key_unknown, api_key_ended, api_key_expired,
     *   api_key_scope, clock_jumped
     */
    async judge(tx: Queries, actor: Actor, subjects: Subjects): Promise<((tx: Queries) => Promise<void>) | null> {
      const credential = credentialOf(actor)
      const userId = userOf(actor)
      if (credential === null || userId === null) return null
      await lock(tx, userId, subjects)
      return 'sid' in credential ? judgeSession(tx, userId, credential) : judgeApiKey(tx, userId, credential)
    },
  }
}

export type Credentials = ReturnType<typeof createCredentials>

/** A refusal that depends on the clock may be over in a moment: Retry-After, in seconds. */
const retryOf = (code: ErrorCode) => (code === 'clock_jumped' ? { retryAfter: 10 } : {})
