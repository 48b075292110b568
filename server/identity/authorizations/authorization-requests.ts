// Requests of the authorization endpoint: from their parameters to the next step. Nothing is written here but the first
// use of a pushed request.

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
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { BrowserSessionStore } from '../../storage/browser-sessions.js'
import type { ConsentStore } from '../../storage/consents.js'
import type { Database } from '../../storage/database.js'
import type { IdTokenHints } from '../../tokens/id-token-hints.js'
import { type PublicApplication, publicApplication } from '../applications/public-application.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'
import type { DocumentApplications } from './document-applications.js'
import { isPushedUri, type PushedRequests } from './pushed-requests.js'

export type CheckedRequest = { request: AuthorizationRequest; application: PublicApplication }

/**
 * A request that breaks a rule. `back`: where the error is sent to the application; null: a page shows it to the user.
 */
export class AuthorizationRefusal extends Refusal {
  constructor(
    code: ErrorCode,
    readonly why: string,
    readonly back: { application: PublicApplication; address: AnswerAddress; prompt: string } | null,
  ) {
    super(code, { detail: why })
  }
}

/** Facts about a request that its parameters do not say. */
type Known = {
  /** The subject of the `id_token_hint`. */
  hintedSub?: string | null | undefined
  beganAt: number
  /** IP address of the client; '' where it is unknown. */
  from: string
  testedBy?: string
  /** The request is being pushed by the application now. */
  isPushed?: true
  /** Hash of the row of a request that was pushed. */
  pushed?: string
}

const unknownPushed = 'There is no request of this client_id that was pushed under this request_uri.'
const overPushed = 'The request that was pushed under this request_uri was answered before, or not used in time.'

export type AuthorizationRequestsDeps = {
  issuer: string
  database: Database
  browserSessionStore: Pick<BrowserSessionStore, 'signInFor'>
  consentStore: Pick<ConsentStore, 'find'>
  applications: ApplicationsInForce
  documentApplications: Pick<DocumentApplications, 'find'>
  idTokenHints: IdTokenHints
  pushedRequests: PushedRequests
  policy: PolicyInForce
  tail: Pick<Tail, 'readIfOld'>
  now: () => number
}

/** The page of this server that an administrator's test of an application redirects to. */
export function testRedirectUri(issuer: string, applicationId: string): string {
  return `${issuer}${testPath(applicationId)}`
}

export const testPath = (applicationId: string) => `/admin/applications/${encodeURIComponent(applicationId)}/test/back`

export function createAuthorizationRequests(deps: AuthorizationRequestsDeps) {
  const { issuer, database, browserSessionStore, consentStore, applications, idTokenHints } = deps
  const { documentApplications, pushedRequests, policy, tail, now } = deps

  const servers = () => resourceServersOf(applications.resourceServers(), issuer)

  async function judge(
    asked: AuthorizationParameters,
    { hintedSub, beganAt, from, testedBy, isPushed, pushed }: Known,
  ): Promise<CheckedRequest> {
    await tail.readIfOld()
    const [id = '', ...others] = asked.client_id ?? []
    const found = others.length === 0 && isApplicationId(id) ? await documentApplications.find(id, from) : undefined
    const application = found && publicApplication(found)
    const test = testedBy === undefined ? undefined : { sid: testedBy, redirectUri: testRedirectUri(issuer, id) }
    const facts: AuthorizationFacts = {
      ...{ application, servers: servers(), hintedSub, test },
      isPushed: isPushed === true || pushed !== undefined,
      mustPush: policy().require_pushed_authorization_requests,
    }
    const broken = brokenRule(asked, facts)
    const named = pushed === undefined ? {} : { pushed }
    if (!broken) return { request: { ...requestOf(asked, facts, beganAt), ...named }, application: application! }
    const { error, why, reportedTo } = broken
    // An administrator who tests the application sees the error here.
    const isShownToUser = reportedTo === 'person' || test !== undefined
    throw new AuthorizationRefusal(error, why, isShownToUser ? null : returnAddressOf(asked, application!, named))
  }

  function returnAddressOf(asked: AuthorizationParameters, application: PublicApplication, named: { pushed?: string }) {
    const state = stateOf(asked)
    const address: AnswerAddress = {
      redirectUri: redirectUriOf(asked, application)!,
      responseMode: responseModeOf(asked),
      ...(state !== undefined && { state }),
      ...named,
    }
    return { application, address, prompt: asked.prompt?.join(' ') ?? '' }
  }

  /**
   * Opens a pushed request by its `request_uri`. Other parameters of the URL are ignored (RFC 9101 §6.3), except a
   * request object, which is refused beside it (§5).
   */
  async function openPushed(
    uri: string,
    { client_id: ids = [], request: objects }: AuthorizationParameters,
    from: string,
  ) {
    const found = ids.length === 1 ? await pushedRequests.find(uri, ids[0]!) : null
    if (!found) throw new AuthorizationRefusal('invalid_request_uri', unknownPushed, null)
    const { request, hash } = found
    const asked = { ...parametersOf(request), ...(objects && { request: objects }) }
    const checked = await judge(asked, { hintedSub: request.hintedSub, beganAt: now(), from, pushed: hash })
    if (!(await pushedRequests.show(found))) throw overRefusal(checked)
    return checked
  }

  /** Checks a stored request against the rules again; a pushed one also for having been answered meanwhile. */
  async function again(request: AuthorizationRequest, beganAt: number, from: string): Promise<CheckedRequest> {
    const checked = await judge(parametersOf(request), { ...request, beganAt, from })
    const { pushed } = checked.request
    if (pushed !== undefined && !(await pushedRequests.isOpen(pushed))) throw overRefusal(checked)
    return checked
  }

  function overRefusal({ request, application }: CheckedRequest): AuthorizationRefusal {
    const back = { application, address: request, prompt: request.prompt.join(' ') }
    return new AuthorizationRefusal('invalid_request_uri', overPushed, back)
  }

  /**
   * Subject of the `id_token_hint`; undefined without a hint, null where it was not issued here or to another
   * application.
   */
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
      // Any program can claim to be an installed one; and a client metadata document may say something else tomorrow.
      asksAlways: application.origin === 'document' || (isPublic(application) && isNative(application)),
      isCovered: covers(remembered?.scopes ?? null, request, servers()),
    }
  }

  return {
    /**
     * Checks a request of the authorization endpoint.
     * @param from IP address of the client; '' where it is unknown
     * @throws AuthorizationRefusal with the first rule that is broken; client_document_unavailable,
     *   client_document_invalid, too_many_from_network, database_unavailable
     */
    check(asked: AuthorizationParameters, from = ''): Promise<CheckedRequest> {
      const pushed = asked.request_uri?.find(isPushedUri)
      // Two `request_uri` parameters refer to no request.
      if (pushed !== undefined) return openPushed(asked.request_uri!.length === 1 ? pushed : '', asked, from)
      return judge(asked, { hintedSub: hintedIn(asked), beganAt: now(), from })
    },

    /** Checks a request that an application pushes. @throws AuthorizationRefusal */
    checkPushed: (asked: AuthorizationParameters, from = ''): Promise<CheckedRequest> =>
      judge(asked, { hintedSub: hintedIn(asked), beganAt: now(), from, isPushed: true }),

    /** Checks a request once more: its application may have changed since. @throws AuthorizationRefusal */
    recheck: (request: AuthorizationRequest, from = ''): Promise<CheckedRequest> =>
      again(request, request.beganAt, from),

    /** Checks a stored request that no browser had begun; it begins now. @throws AuthorizationRefusal */
    begin: (request: AuthorizationRequest, from = ''): Promise<CheckedRequest> => again(request, now(), from),

    /** The next step for the user who is signed in with the browser, or for a browser without a sign-in. */
    async nextStep({ request, application }: CheckedRequest, browser: BrowserSession | undefined): Promise<Step> {
      const authenticatedAt = browser?.page.authenticatedAt ?? 0
      const signIn =
        browser && (await browserSessionStore.signInFor(database, browser.session.id, authenticatedAt, application.id))
      // Another user has signed in meanwhile: the page of the first one must not get a code in the second one's name.
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
