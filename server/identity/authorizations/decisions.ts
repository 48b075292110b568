// A person has decided to let an application in: what they agreed to is remembered and a code is made, both or neither. What
// the decision stands on is read under locks, in the order user, consent, session of the browser, so that whoever ends one of
// these comes before and is seen, or after and finds the code (oauth.md §4).
import { type Actor, nameOf, originOf } from '../../policy/actor.js'
import { mayUse } from '../../policy/application-metadata.js'
import type { AuthorizationRequest } from '../../policy/authorization-request.js'
import { type ConsentedScopes, covers, merged, scopesByServer, serversIn, wordsIn } from '../../policy/consent.js'
import { sessionEnd } from '../../policy/session.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { ApplicationRecord, ApplicationStore } from '../../storage/applications.js'
import type { BrowserSessionStore } from '../../storage/browser-sessions.js'
import type { CodeStore } from '../../storage/codes.js'
import type { ConsentStore } from '../../storage/consents.js'
import type { Queries } from '../../storage/database.js'
import type { SessionStore, Standing } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { Change, Changes } from '../../tokens/changes.js'
import { PolicyMoved } from '../../tokens/credential.js'
import type { Quota } from '../quota.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'
import { hashOfCode, newCode } from './code-text.js'

export type DecisionsDeps = {
  issuer: string
  userStore: UserStore
  applicationStore: ApplicationStore
  sessionStore: SessionStore
  browserSessionStore: BrowserSessionStore
  consentStore: ConsentStore
  codeStore: CodeStore
  changes: Changes
  applications: ApplicationsInForce
  policy: PolicyInForce
  codeQuota: Quota
  random: (size: number) => Buffer
  now: () => number
}

/** A code travels from one redirect to one request; ms. RFC 6749 §4.1.2 recommends ten minutes at most. */
const codeLifetime = 60_000

export function createDecisions(deps: DecisionsDeps) {
  const { issuer, userStore, applicationStore, sessionStore, browserSessionStore, consentStore, codeStore } = deps
  const { changes, applications, policy, codeQuota, random, now } = deps

  /** The row itself: what is held in memory may be older than the transaction. @throws unknown_application, access_denied */
  async function requireApplication(tx: Queries, id: string, { user }: Standing): Promise<ApplicationRecord> {
    const application = await applicationStore.find(tx, id)
    if (!application?.active) throw refuse('unknown_application')
    if (!mayUse(application.metadata, user.roles)) throw refuse('access_denied')
    return application
  }

  /** Its row stays as it is until the transaction ends. @throws login_required, interaction_required */
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

  /** @returns what is agreed to now */
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

  return {
    /**
     * Makes a code of what was asked for, as far as it belongs to a resource server that is there.
     * @param consented the scopes that the person was shown and agreed to just now; null where nobody was asked: the
     *   remembered consent has them all, or the application is first-party, whose consent is never written
     * @throws login_required, interaction_required (a new password must be chosen first), consent_required, access_denied
     *   (none of the roles that the application requires), unknown_application, too_many_codes, what `changes.run` throws;
     *   nothing was written then
     */
    async decide(
      browser: BrowserSession,
      request: AuthorizationRequest,
      consented: readonly string[] | null,
      actor: Actor,
    ): Promise<{ code: string }> {
      const { applicationId, resources } = request
      const userId = browser.user.id
      await codeQuota(String(userId))
      const code = newCode(random)
      const servers = resourceServersOf(applications.resourceServers(), issuer)
      await changes.run(byBrowser(actor, browser), async (tx, change) => {
        await userStore.lock(tx, userId)
        const remembered = await consentStore.lock(tx, userId, applicationId)
        const standing = await requireLive(tx, browser)
        const application = await requireApplication(tx, applicationId, standing)
        // Ended for everybody since this browser signed in: as if the application's own session had ended (oauth.md §3).
        if (standing.session.seq < application.endedSeq) throw refuse('login_required')
        const asked = scopesByServer(request, servers)
        if (!application.metadata.first_party) {
          const given = consented && scopesByServer({ scope: consented, resources }, servers)
          const scopes = given
            ? await remember(tx, change, { userId, applicationId }, remembered, given)
            : (remembered?.scopes ?? null)
          if (!covers(scopes, request, servers)) throw refuse('consent_required')
        }
        await codeStore.insert(tx, codeOf(request, asked, standing, await authenticatedAt(tx, standing), code))
      })
      return { code }
    },
  }

  /** When the password was typed last, by which `max_age` and `prompt=login` were judged. */
  async function authenticatedAt(tx: Queries, { session }: Standing): Promise<number> {
    return Math.max(session.authenticatedAt, (await browserSessionStore.authenticatedAt(tx, session.id)) ?? 0)
  }

  function codeOf(
    request: AuthorizationRequest,
    asked: ConsentedScopes,
    { session, user }: Standing,
    authenticatedAt: number,
    code: string,
  ) {
    const createdAt = now()
    return {
      hash: hashOfCode(code),
      applicationId: request.applicationId,
      userId: user.id,
      deviceId: session.deviceId,
      browserSid: session.id,
      seq: session.seq,
      authenticatedAt,
      redirectUri: request.redirectUriGiven ? request.redirectUri : null,
      challenge: request.challenge ?? null,
      scope: wordsIn(asked).join(' '),
      // Where none was named, those that were agreed to: a word that another server comes to know later is not granted there.
      resources: request.resources.length > 0 ? request.resources : serversIn(asked),
      nonce: request.nonce ?? null,
      dpopJkt: null,
      createdAt,
      expiresAt: createdAt + codeLifetime,
      redeemedAt: null,
      redemption: null,
      redeemer: null,
      sessionId: null,
    }
  }
}

export type Decisions = ReturnType<typeof createDecisions>

/**
 * Without a credential to be judged first: that would lock the session before the consent. What it would ask is asked here,
 * in the order of all locks.
 */
function byBrowser(actor: Actor, { user }: BrowserSession): Actor {
  const origin = originOf(actor)
  return origin ? { name: `user:${user.id}`, origin, credential: null } : nameOf(actor)
}
