// All tokens of a session's standing, for the response to a code or a refresh. Plain values, without the rows that they
// were made from.
import { ownApplicationId, scopeWords } from '../policy/application-metadata.js'
import { absoluteEnd, idleEnd } from '../policy/session.js'
import type { AskedTarget } from '../policy/session-scope.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { ErasInForce } from '../revocation/policy-in-force.js'
import type { Standing } from '../storage/sessions.js'
import type { IdTokens } from './id-token.js'
import type { Issue, IssuedAccess } from './issue.js'

/** A session that was opened or refreshed, with all that its tokens are issued from. */
export type IssuableSession = {
  standing: Pick<Standing, 'session' | 'user' | 'seq' | 'accessLifetime'>
  /** The policy of that instant. */
  eras: ErasInForce
  /** Epoch ms, an instant before the standing was read. */
  issuedAt: number
}

/** Times are epoch ms. */
export type SessionTokens = {
  access: IssuedAccess
  /** null where the session has none, or where the one that was presented stays. */
  refresh: string | null
  issuedAt: number
  /** When the refresh token expires unless it is used. */
  idleEnd: number
  /** When the session ends, however often it refreshes. */
  absoluteEnd: number
  /** Makes the id_token (OpenID Connect Core §2); undefined without the scope `openid`. @throws database_unavailable */
  idToken: () => Promise<string | undefined>
}

export type TokenDemand = {
  asked?: AskedTarget
  withRefresh: boolean
  /** `nonce` of the authorization request; a refresh has none (OpenID Connect Core §12.2). */
  nonce?: string | null
  /** Thumbprint of the key of the request's proof, to which the access token is bound. */
  jkt?: string | undefined
}

export type SessionTokensDeps = { issue: Issue; idTokens: IdTokens; applications: ApplicationsInForce }

export function createSessionTokens({ issue, idTokens, applications }: SessionTokensDeps) {
  /** @throws database_unavailable, what `narrowed` throws */
  return function sessionTokens(
    issuable: IssuableSession,
    { asked, withRefresh, nonce = null, jkt }: TokenDemand,
  ): SessionTokens {
    const { standing, eras, issuedAt } = issuable
    const { session, user } = standing
    const policy = eras.of(session)
    const access = issue.accessOf(standing, issuedAt, policy, asked, jkt)
    const end = absoluteEnd(session, policy)
    return {
      access,
      refresh: withRefresh ? issue.refresh(session, user.username) : null,
      issuedAt,
      idleEnd: Math.min(idleEnd(session, policy), end),
      absoluteEnd: end,
      async idToken() {
        const { token: accessToken, scope } = access
        const application = applications.find(session.applicationId)
        if (!application || application.id === ownApplicationId || !scopeWords(scope).includes('openid'))
          return undefined
        return idTokens.idToken({ session, user, application }, { accessToken, nonce, issuedAt, scope })
      },
    }
  }
}

export type MakeSessionTokens = ReturnType<typeof createSessionTokens>
