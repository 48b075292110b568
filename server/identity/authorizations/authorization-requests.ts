// Requests of the authorization endpoint, from their parameters to what comes next. Nothing here writes.

import { mayUse } from '../../policy/application-metadata.js'
import { type ConsentFacts, nextStep, type Step } from '../../policy/authorization.js'
import {
  type AnswerAddress,
  type AuthorizationRequest,
  parametersOf,
  requestOf,
} from '../../policy/authorization-request.js'
import {
  type AuthorizationFacts,
  type AuthorizationParameters,
  brokenRule,
  isNative,
  isPublic,
  redirectUriOf,
  responseModeOf,
  stateOf,
} from '../../policy/authorization-rules.js'
import { covers } from '../../policy/consent.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { isApplicationId } from '../../protocol/claims.js'
import { type ErrorCode, Refusal } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { BrowserSessionStore } from '../../storage/browser-sessions.js'
import type { ConsentStore } from '../../storage/consents.js'
import type { Database } from '../../storage/database.js'
import type { IdTokenHints } from '../../tokens/id-token-hints.js'
import { type PublicApplication, publicApplication } from '../applications/public-application.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'

export type CheckedRequest = { request: AuthorizationRequest; application: PublicApplication }

/** A request that breaks a rule. `back`: the application is told, and there; without it a page tells the person. */
export class AuthorizationRefusal extends Refusal {
  constructor(
    code: ErrorCode,
    readonly why: string,
    readonly back: { application: PublicApplication; address: AnswerAddress; prompt: string } | null,
  ) {
    super(code, { detail: why })
  }
}

export type AuthorizationRequestsDeps = {
  issuer: string
  database: Database
  browserSessionStore: Pick<BrowserSessionStore, 'signInFor'>
  consentStore: Pick<ConsentStore, 'find'>
  applications: ApplicationsInForce
  idTokenHints: IdTokenHints
  tail: Pick<Tail, 'freshen'>
  now: () => number
}

/** The page of ours that a test of an application comes back to. */
export function testRedirectUri(issuer: string, applicationId: string): string {
  return `${issuer}${testPath(applicationId)}`
}

export const testPath = (applicationId: string) => `/admin/applications/${encodeURIComponent(applicationId)}/test/back`

export function createAuthorizationRequests(deps: AuthorizationRequestsDeps) {
  const { issuer, database, browserSessionStore, consentStore, applications, idTokenHints, tail, now } = deps

  const servers = () => resourceServersOf(applications.resourceServers(), issuer)

  async function judge(
    asked: AuthorizationParameters,
    hintedSub: string | null | undefined,
    beganAt: number,
    testedBy?: string,
  ): Promise<CheckedRequest> {
    await tail.freshen()
    const [id = '', ...others] = asked.client_id ?? []
    const found = others.length === 0 && isApplicationId(id) ? await applications.meet(id) : undefined
    const application = found && publicApplication(found)
    const test = testedBy === undefined ? undefined : { sid: testedBy, redirectUri: testRedirectUri(issuer, id) }
    const facts: AuthorizationFacts = { application, servers: servers(), hintedSub, test }
    const broken = brokenRule(asked, facts)
    if (!broken) return { request: requestOf(asked, facts, beganAt), application: application! }
    const { error, why, told } = broken
    // Whoever tries it out is told here.
    const isTold = told === 'person' || test !== undefined
    throw new AuthorizationRefusal(error, why, isTold ? null : backFor(asked, application!))
  }

  function backFor(asked: AuthorizationParameters, application: PublicApplication) {
    const state = stateOf(asked)
    const address: AnswerAddress = {
      redirectUri: redirectUriOf(asked, application)!,
      responseMode: responseModeOf(asked),
      ...(state !== undefined && { state }),
    }
    return { application, address, prompt: asked.prompt?.join(' ') ?? '' }
  }

  /** null where it is none of ours, or was given to another application: whom it is about would be no hint then. */
  function hintedIn(asked: AuthorizationParameters): string | null | undefined {
    const [hint] = asked.id_token_hint ?? []
    if (hint === undefined) return undefined
    const read = idTokenHints.read(hint)
    return read?.audience.includes(asked.client_id?.[0] ?? '') ? read.sub : null
  }

  async function consentFacts(
    userId: number,
    request: AuthorizationRequest,
    application: PublicApplication,
  ): Promise<ConsentFacts> {
    const { id, metadata } = application
    const isFirstParty = metadata.first_party === true
    const remembered = isFirstParty ? null : await consentStore.find(database, userId, id)
    return {
      isFirstParty,
      asksAlways: isPublic(application) && isNative(application),
      isCovered: covers(remembered?.scopes ?? null, request, servers()),
    }
  }

  return {
    /** @throws AuthorizationRefusal with the first rule that is broken; database_unavailable */
    check: (asked: AuthorizationParameters): Promise<CheckedRequest> => judge(asked, hintedIn(asked), now()),

    /** The same of one that was checked before: meanwhile its application may be another one. */
    recheck: (request: AuthorizationRequest): Promise<CheckedRequest> =>
      judge(parametersOf(request), request.hintedSub, request.beganAt, request.testedBy),

    /** The same of one that no browser had begun. */
    begin: (request: AuthorizationRequest): Promise<CheckedRequest> =>
      judge(parametersOf(request), request.hintedSub, now()),

    /** What comes next for the one who is signed in with the browser, or for nobody. */
    async nextStep({ request, application }: CheckedRequest, browser: BrowserSession | undefined): Promise<Step> {
      const authenticatedAt = browser?.page.authenticatedAt ?? 0
      const signIn =
        browser && (await browserSessionStore.signInFor(database, browser.session.id, authenticatedAt, application.id))
      // Somebody else has signed in meanwhile: no code is made in their name for a page of another's.
      if (signIn && request.testedBy !== undefined && request.testedBy !== browser?.session.id)
        return { step: 'error', error: 'access_denied' }
      if (!signIn) return nextStep(request, null, { isFirstParty: false, asksAlways: false, isCovered: false })
      const { id, roles, mustChangePassword } = browser.user
      const facts = {
        ...signIn,
        authenticatedAt,
        sub: String(id),
        mustChangePassword,
        mayUse: mayUse(application.metadata, roles),
      }
      return nextStep(request, facts, await consentFacts(id, request, application))
    },
  }
}

export type AuthorizationRequests = ReturnType<typeof createAuthorizationRequests>
