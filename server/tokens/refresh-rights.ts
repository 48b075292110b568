// Checks of a refresh beside whether the session lives: that its application may still have what the session grants. Our own
// application has no such terms, and nothing is read for it.
import type { Origin } from '../policy/actor.js'
import { hasRefreshTokens, mayBeOffline, mayUse, ownApplicationId, scopeWords } from '../policy/application-metadata.js'
import { covers } from '../policy/consent.js'
import { type AskedTarget, isAskedFor, narrowed, resourceServersOf } from '../policy/session-scope.js'
import { refuse } from '../protocol/errors.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { ConsentStore } from '../storage/consents.js'
import type { Database } from '../storage/database.js'
import type { SessionStore, Standing } from '../storage/sessions.js'
import type { Changes } from './changes.js'

export type RefreshRightsDeps = {
  issuer: string
  database: Database
  sessionStore: SessionStore
  consentStore: ConsentStore
  changes: Changes
  applications: ApplicationsInForce
}

export function createRefreshRights(deps: RefreshRightsDeps) {
  const { issuer, database, sessionStore, consentStore, changes, applications } = deps

  return {
    /**
     * Checks of a request before its rotation is claimed.
     * @returns whether the session must be read before it rotates: a refusal because of a role that may come back, or
     *   of a scope that was never granted, must not have spent the refresh token
     * @throws unauthorized_client
     */
    async before(applicationId: string, asked: AskedTarget): Promise<boolean> {
      if (isAskedFor(asked)) return true
      if (applicationId === ownApplicationId) return false
      const held = await applications.meet(applicationId)
      if (held && !hasRefreshTokens(held.metadata)) throw refuse('unauthorized_client')
      return (held?.metadata.required_roles?.length ?? 0) > 0
    },

    /**
     * Checks without a change. The cached application is of the standing's version.
     * @throws unauthorized_client, invalid_grant, invalid_scope, invalid_target, session_ended, database_unavailable
     */
    async require(standing: Standing, asked: AskedTarget): Promise<void> {
      await requireRights(standing, asked)
      if (await isOfflineNoMore(standing)) throw refuse('session_ended')
    },

    /**
     * Checks like `require`; a session that lived on only because it was offline, and may no longer be, ends as it
     * would have with its browser session.
     * @throws like `require`
     */
    async requireOrEnd(standing: Standing, asked: AskedTarget, presenter: Origin): Promise<void> {
      if (isWhole(standing, asked)) return
      await requireRights(standing, asked)
      if (!(await isOfflineNoMore(standing))) return
      const { id, userId, deviceId } = standing.session
      await changes.run({ name: 'system', origin: presenter, credential: null }, async (_, { record, note }) => {
        if (!(await record('sign_out', { subject: id }))) return
        note({ action: 'signed_out', subject: id, before: { user: userId, device: deviceId } })
      })
      throw refuse('session_ended')
    },
  }

  async function requireRights({ session, user }: Standing, asked: AskedTarget): Promise<void> {
    const servers = resourceServersOf(applications.resourceServers(), issuer)
    const granted = isAskedFor(asked) ? narrowed(session, asked, servers) : session
    const held = session.applicationId === ownApplicationId ? undefined : applications.find(session.applicationId)
    if (!held) return
    if (!hasRefreshTokens(held.metadata)) throw refuse('unauthorized_client')
    if (!mayUse(held.metadata, user.roles)) throw refuse('invalid_grant')
    // A resource server that was named alone gets no scope words of others.
    if (session.resources.length === 1 || held.metadata.first_party) return
    // A resource server that defined the scope word after the consent was given: no user has consented to it.
    if (asked.resource?.length && !(await isConsented(session, granted.resources))) throw refuse('invalid_target')
  }

  async function isConsented(
    { userId, applicationId, scope }: Pick<Standing['session'], 'userId' | 'applicationId' | 'scope'>,
    resources: readonly string[],
  ): Promise<boolean> {
    const consent = await consentStore.find(database, userId, applicationId)
    const servers = resourceServersOf(applications.resourceServers(), issuer)
    return covers(consent?.scopes ?? null, { scope: scopeWords(scope), resources }, servers)
  }

  /**
   * Whether the session lost its right to be offline and its browser session was ended. One that only expired has
   * ended nothing.
   */
  async function isOfflineNoMore({ session: { offline, browserSid, applicationId } }: Standing): Promise<boolean> {
    const held = applications.find(applicationId)
    if (!offline || browserSid === null || !held || mayBeOffline(held.metadata)) return false
    const browser = await sessionStore.find(database, browserSid)
    return browser === null || (browser.endedAt !== null && browser.endedReason !== 'expired')
  }
}

/** Whether a request takes all that a session of our own application grants: nothing needs to be checked. */
function isWhole({ session }: Standing, asked: AskedTarget): boolean {
  return session.applicationId === ownApplicationId && !isAskedFor(asked)
}

export type RefreshRights = ReturnType<typeof createRefreshRights>
