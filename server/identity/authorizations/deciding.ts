// Checks that every decision of a user about an application rests on, read under locks in the order user, consent, row
// that the decision is about, browser session, so that a concurrent end of one of these commits before and is seen, or
// after and finds what was decided (oauth.md §4).
import { type Actor, nameOf, originOf } from '../../policy/actor.js'
import { mayUse } from '../../policy/application-metadata.js'
import {
  type AskedScopes,
  type ConsentedScopes,
  covers,
  merged,
  scopesByServer,
  wordsIn,
} from '../../policy/consent.js'
import { sessionEnd } from '../../policy/session.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { ApplicationRecord, ApplicationStore } from '../../storage/applications.js'
import type { BrowserSessionStore } from '../../storage/browser-sessions.js'
import type { ConsentStore } from '../../storage/consents.js'
import type { Queries } from '../../storage/database.js'
import type { SessionStore, Standing } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { Change } from '../../tokens/changes.js'
import { PolicyMoved } from '../../tokens/credential.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'

export type DecidingDeps = {
  issuer: string
  userStore: UserStore
  applicationStore: ApplicationStore
  sessionStore: SessionStore
  browserSessionStore: BrowserSessionStore
  consentStore: ConsentStore
  applications: ApplicationsInForce
  policy: PolicyInForce
  now: () => number
}

/** The scopes, resource servers and application that a decision is about. */
export type Asked = AskedScopes & { applicationId: string }

/**
 * The browser session's standing, and the scopes that are granted. `authenticatedAt`: when the password was typed last;
 * epoch ms.
 */
export type Decided = { standing: Standing; granted: ConsentedScopes; authenticatedAt: number }

export function createDeciding(deps: DecidingDeps) {
  const { issuer, userStore, applicationStore, sessionStore, browserSessionStore, consentStore } = deps
  const { applications, policy, now } = deps

  /**
   * Reads the application's row: the cache may be older than the transaction.
   * @throws unknown_application, access_denied
   */
  async function requireApplication(tx: Queries, id: string, { user }: Standing): Promise<ApplicationRecord> {
    const application = await applicationStore.find(tx, id)
    if (!application?.active) throw refuse('unknown_application')
    if (!mayUse(application.metadata, user.roles)) throw refuse('access_denied')
    return application
  }

  /**
   * Requires a live browser session, whose row stays locked until the transaction ends.
   * @throws login_required, interaction_required
   */
  async function requireLive(tx: Queries, { session: { id, userId } }: BrowserSession): Promise<Standing> {
    await sessionStore.lock(tx, id)
    const standing = (await sessionStore.standings(tx, [id])).get(id)
    if (standing?.session.userId !== userId) throw refuse('login_required')
    const { session, user, application, ended, policyVersion } = standing
    const eras = policy.eras()
    if (policyVersion !== eras.head) throw new PolicyMoved()
    const lives = user.active && application.active && !sessionEnd(session, ended, now(), eras.of(session))
    if (!lives) throw refuse('login_required')
    if (user.mustChangePassword) throw refuse('interaction_required')
    return standing
  }

  /** Adds scopes to a consent. @returns all scopes that are agreed to now */
  async function remember(
    tx: Queries,
    { note }: Change,
    { userId, applicationId }: { userId: number; applicationId: string },
    before: { scopes: ConsentedScopes; createdAt: number } | null,
    given: ConsentedScopes,
  ): Promise<ConsentedScopes> {
    const at = now()
    const scopes = merged(before?.scopes ?? null, given)
    await consentStore.save(tx, { userId, applicationId, scopes, createdAt: before?.createdAt ?? at, updatedAt: at })
    const after = { application: applicationId, scope: wordsIn(given) }
    note({ action: 'consent_given', subject: String(userId), after })
    return scopes
  }

  /** When the password was typed last, by which `max_age` and `prompt=login` were judged. */
  async function authenticatedAt(tx: Queries, { session }: Standing): Promise<number> {
    return Math.max(session.authenticatedAt, (await browserSessionStore.authenticatedAt(tx, session.id)) ?? 0)
  }

  return {
    /**
     * Checks a decision and remembers the consent. A first-party application (`first_party`) needs none, and its
     * consent is never written.
     * @param consented the scopes that the user was shown and agreed to just now; null: no consent was asked for
     * @param lockIt locks the row that the decision is about
     * @throws login_required, interaction_required (a new password must be chosen first), consent_required,
     *   access_denied (none of the roles that the application requires), unknown_application
     */
    async decide(
      tx: Queries,
      change: Change,
      browser: BrowserSession,
      asked: Asked,
      consented: readonly string[] | null,
      lockIt: () => Promise<void> = async () => {},
    ): Promise<Decided> {
      const { applicationId, resources } = asked
      const userId = browser.user.id
      const servers = resourceServersOf(applications.resourceServers(), issuer)
      await userStore.lock(tx, userId)
      const remembered = await consentStore.lock(tx, userId, applicationId)
      await lockIt()
      const standing = await requireLive(tx, browser)
      const application = await requireApplication(tx, applicationId, standing)
      // All sessions of the application were ended since this browser signed in: as if its own session had ended
      // (oauth.md §3).
      if (standing.session.seq < application.endedSeq) throw refuse('login_required')
      if (!application.metadata.first_party) {
        const given = consented && scopesByServer({ scope: consented, resources }, servers)
        const scopes = given
          ? await remember(tx, change, { userId, applicationId }, remembered, given)
          : (remembered?.scopes ?? null)
        if (!covers(scopes, asked, servers)) throw refuse('consent_required')
      }
      const granted = scopesByServer(asked, servers)
      return { standing, granted, authenticatedAt: await authenticatedAt(tx, standing) }
    },
  }
}

export type Deciding = ReturnType<typeof createDeciding>

/**
 * The actor without a credential that `changes.run` would check first: that would lock the session before the consent.
 * `decide` makes the same checks in the global lock order.
 */
export function byBrowser(actor: Actor, { user }: BrowserSession): Actor {
  const origin = originOf(actor)
  return origin ? { name: `user:${user.id}`, origin, credential: null } : nameOf(actor)
}
