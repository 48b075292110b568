// The steps of an application after it got a code, run in its place: exchange of the code, userinfo, introspection and
// sign-out, with the same checks as at the endpoints.
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import { testRedirectUri } from '../../../identity/authorizations/authorization-requests.js'
import type { Codes, RedemptionTerms } from '../../../identity/authorizations/codes.js'
import type { Sessions } from '../../../identity/devices/sessions.js'
import type { TokenInspector } from '../../../identity/logs/token-inspector.js'
import type { Userinfo } from '../../../identity/people/userinfo.js'
import { authenticationMethodOf, scopeWords } from '../../../policy/application-metadata.js'
import { isPublic } from '../../../policy/authorization-rules.js'
import type { AccessClaims } from '../../../protocol/claims.js'
import { type ErrorCode, Refusal } from '../../../protocol/errors.js'
import type { Introspect } from '../../../tokens/introspect.js'
import type { SignInTest } from '../../../tokens/sign-in-tests.js'
import { browserUserOf, type Context, originOf } from '../../handler.js'
import { type TokenAnswer, tokenAnswer } from '../../oauth/token-answer.js'
import { claimsIn, type Member, masked, membersOf, withTimes } from './application-test-texts.js'

export type ApplicationTestRunDeps = {
  issuer: string
  codes: Codes
  sessions: Sessions
  tokenInspector: TokenInspector
  userinfo: Userinfo
  introspect: Introspect
  now: () => number
}

/** Requests and answers of the test, as the page shows them. */
export type ApplicationTestRun = {
  sent: Member[]
  method: string
  error: ErrorCode | null
  answer: Member[] | null
  access: Member[] | null
  id: Member[] | null
  /** null if the application has no scope `openid`, which userinfo demands. */
  userinfo: Member[] | null
  /** null if the application is public: introspection is for confidential clients (RFC 7662 §2.1). */
  introspection: Member[] | null
  /**
   * Whether the token was active before and after the end of its session. `why`: the code that refuses it now, if this
   * server accepts such tokens.
   */
  ended: { before: boolean; after: boolean; why: ErrorCode | null; sid: string | null } | null
}

export function createApplicationTestRun(deps: ApplicationTestRunDeps) {
  const { issuer, codes, sessions, tokenInspector, userinfo, introspect, now } = deps

  /** Exchanges the code as the token endpoint does for an authenticated client; the secret is unknown here. */
  async function exchange(ctx: Context, application: PublicApplication, code: string, { verifier }: SignInTest) {
    const redirectUri = testRedirectUri(issuer, application.id)
    const terms: RedemptionTerms = { redirectUri, verifier, standalone: true }
    try {
      const tokens = await codes.redeem(code, application.id, terms, originOf(ctx))
      return { answer: await tokenAnswer(tokens, now()), error: null }
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      return { answer: null, error: error.code }
    }
  }

  /** Uses the token, ends its session, and uses it again. */
  async function useAndEnd(ctx: Context, application: PublicApplication, answer: TokenAnswer) {
    const { access_token: token, scope = '' } = answer
    const { userId, actor } = browserUserOf(ctx)
    const { session } = await tokenInspector.inspect(token)
    const profile = scopeWords(scope).includes('openid') && (await userinfo(claimsIn(token) as AccessClaims))
    const before = await introspect(token, application)
    if (session) await sessions.end(session.id, userId, actor, 'sign_out')
    const after = await introspect(token, application)
    const { refusal } = await tokenInspector.inspect(token)
    return {
      userinfo: profile ? withTimes(profile) : null,
      introspection: isPublic(application) ? null : withTimes(before),
      ended: {
        ...{ before: before.active, after: after.active, sid: session?.id ?? null },
        // A token for another resource server is refused for its audience first.
        why: refusal === 'token_audience' ? null : refusal,
      },
    }
  }

  return async function run(
    ctx: Context,
    application: PublicApplication,
    code: string,
    test: SignInTest,
  ): Promise<ApplicationTestRun> {
    const { answer, error } = await exchange(ctx, application, code, test)
    return {
      sent: membersOf({
        ...{ grant_type: 'authorization_code', code: masked(code), code_verifier: masked(test.verifier) },
        redirect_uri: testRedirectUri(issuer, application.id),
      }),
      method: authenticationMethodOf(application),
      error,
      answer: answer && membersOf({ ...answer, ...maskedTokens(answer) }),
      access: answer && withTimes(claimsIn(answer.access_token)),
      id: typeof answer?.id_token === 'string' ? withTimes(claimsIn(answer.id_token)) : null,
      ...(answer ? await useAndEnd(ctx, application, answer) : { userinfo: null, introspection: null, ended: null }),
    }
  }
}

export type RunApplicationTest = ReturnType<typeof createApplicationTestRun>

function maskedTokens(answer: TokenAnswer): Record<string, string> {
  const names = ['access_token', 'refresh_token', 'id_token'] as const
  const members = answer as unknown as Record<string, unknown>
  return Object.fromEntries(
    names.flatMap(name => (typeof members[name] === 'string' ? [[name, masked(members[name])]] : [])),
  )
}
