// Logout requests of applications (OpenID Connect RP-Initiated Logout §2, §3), validated. No session ends here.
import { logoutStep } from '../../policy/logout.js'
import { refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { ApplicationRecord } from '../../storage/applications.js'
import type { Database } from '../../storage/database.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { IdTokenHints } from '../../tokens/id-token-hints.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'

/** Request parameters as received; those without a value are left out. */
export type AskedLogout = {
  id_token_hint?: string | undefined
  client_id?: string | undefined
  post_logout_redirect_uri?: string | undefined
  state?: string | undefined
}

export type CheckedLogout = {
  /** null where the request names none. */
  application: { name: string } | null
  hint: { sub: string } | null
  /** The session that the `id_token_hint` was issued for, if it exists. */
  hinted: { id: string; userId: number; browserSid: string | null } | null
  /** Where the browser is redirected afterwards: a registered URI, with the request's state. */
  back: { uri: string; state: string | undefined } | null
}

export type LogoutRequestsDeps = {
  database: Database
  sessionStore: SessionStore
  applications: ApplicationsInForce
  idTokenHints: IdTokenHints
  tail: Tail
}

export function createLogoutRequests({ database, sessionStore, applications, idTokenHints, tail }: LogoutRequestsDeps) {
  /** @throws logout_hint_refused, unknown_application */
  async function applicationOf(
    audience: readonly string[] | null,
    clientId: string | undefined,
  ): Promise<ApplicationRecord | null> {
    if (audience && clientId !== undefined && !audience.includes(clientId)) throw refuse('logout_hint_refused')
    const id = clientId ?? audience?.[0]
    if (id === undefined) return audience ? Promise.reject(refuse('logout_hint_refused')) : null
    const application = await applications.meet(id)
    if (!application?.active) throw refuse(audience ? 'logout_hint_refused' : 'unknown_application')
    return application
  }

  return {
    /** @throws logout_hint_refused, unknown_application, unregistered_logout_uri, database_unavailable */
    async check(asked: AskedLogout): Promise<CheckedLogout> {
      if (!tail.isFresh()) await tail.readIfOld()
      const { id_token_hint: text, client_id: clientId, post_logout_redirect_uri: uri, state } = asked
      const hint = text === undefined ? null : idTokenHints.read(text)
      if (text !== undefined && !hint) throw refuse('logout_hint_refused')
      const application = await applicationOf(hint?.audience ?? null, clientId)
      // §3: without an application no redirect URI can be registered, so it is ignored.
      const registered = application?.metadata.post_logout_redirect_uris ?? []
      if (application && uri !== undefined && !registered.includes(uri)) throw refuse('unregistered_logout_uri')
      const session = hint?.sid ? await sessionStore.find(database, hint.sid) : null
      const isMeant = session?.applicationId === application?.id && String(session?.userId) === hint?.sub
      return {
        application: application && { name: application.name },
        hint: hint && { sub: hint.sub },
        hinted: session && isMeant ? { id: session.id, userId: session.userId, browserSid: session.browserSid } : null,
        back: application && uri !== undefined ? { uri, state } : null,
      }
    },

    nextStep: ({ hint, hinted }: CheckedLogout, browser: BrowserSession | undefined) =>
      logoutStep({ hint, hinted, browser: browser ? { userId: browser.user.id, sid: browser.session.id } : null }),
  }
}

export type LogoutRequests = ReturnType<typeof createLogoutRequests>
