// The pages between an authorization request and its answer: a ticket carries the request from page to page, and all
// rules are checked again at each, by the application's present settings.
import {
  AuthorizationRefusal,
  type AuthorizationRequests,
  type CheckedRequest,
} from '../../identity/authorizations/authorization-requests.js'
import type { AuthorizationRequest } from '../../policy/authorization-request.js'
import { refuse } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import type { OpenedTicket, Tickets } from '../../tokens/ticket.js'
import { type Context, isReading } from '../handler.js'
import type { Cookies } from '../pages/cookies.js'
import { pathWith } from '../pages/paths.js'
import { type AnswerError, type AuthorizationAnswer, isAnswerError } from './authorization-answer.js'
import { allowFormAction } from './form-action.js'

/** An authorization request reopened from its ticket. */
export type OpenedFlow = CheckedRequest & { ticket: string }

type Back = NonNullable<AuthorizationRefusal['back']>

export type AuthorizationFlowDeps = {
  tickets: Tickets
  authorizationRequests: AuthorizationRequests
  answer: AuthorizationAnswer
  cookies: Cookies
  issuer: string
  random: (size: number) => Buffer
}

/** The authorization endpoint, to which every page of the flow returns. */
export const authorizePath = '/oauth/authorize'

export function createAuthorizationFlow(deps: AuthorizationFlowDeps) {
  const { tickets, authorizationRequests, answer, cookies, issuer, random } = deps

  function cookieOf(ctx: Context): string | undefined {
    const text = cookies.read(ctx, 'darvoza-ticket')
    return text && /^[\w-]{43}$/.test(text) ? text : undefined
  }

  /** The secret that tickets of this browser are bound to, one for all its tabs. */
  function bindingFor(ctx: Context): string {
    const known = cookieOf(ctx)
    if (known !== undefined) return known
    const made = random(32).toString('base64url')
    cookies.set(ctx, 'darvoza-ticket', made)
    return made
  }

  async function opened(ctx: Context, text: string): Promise<OpenedTicket | null> {
    const ticket = await tickets.open(text, cookieOf(ctx))
    const locales = ticket?.request.uiLocales
    if (locales !== undefined) ctx.state.uiLocales = locales
    return ticket
  }

  /** Checks all rules again. What they refuse by now is an error page with a link to the application, no redirect. */
  async function recheck(ctx: Context, checking: Promise<CheckedRequest>): Promise<CheckedRequest> {
    try {
      return await checking
    } catch (error) {
      if (error instanceof AuthorizationRefusal && error.back && isAnswerError(error.code))
        setReturnTarget(ctx, error.back, error.code)
      throw error
    }
  }

  function setReturnTarget(ctx: Context, { address, application }: Back, error: AnswerError): void {
    const way = answer.returnTo(ctx, address, { error })
    ctx.state.wayBack = { application: application.name, way }
  }

  /**
   * The authorization request of a page, by `ticket` in its address or its form.
   * @throws ticket_expired, and what the rules refuse; the error page has a link back to the application if that is
   * known
   */
  async function reopen(ctx: Context): Promise<OpenedFlow> {
    const ticket = ticketIn(ctx)
    const found = await opened(ctx, ticket)
    if (!found) throw refuse('ticket_expired')
    const checked = await recheck(ctx, authorizationRequests.recheck(found.request, ctx.state.address))
    if (found.state !== 'good') {
      ctx.state.wayBack = { application: checked.application.name, way: restartUriOf(ctx, checked) }
      throw refuse('ticket_expired')
    }
    return { ...checked, ticket }
  }

  return {
    /** A ticket bound to this browser. @throws invalid_request: the request is too long */
    seal: (ctx: Context, request: AuthorizationRequest): string => tickets.seal(request, bindingFor(ctx)),

    /** A ticket bound to the first browser that opens it: a cross-site form comes without cookies (SameSite=Lax). */
    sealForAnybody: (request: AuthorizationRequest): string => tickets.seal(request, null),

    reopen,
    leaveWayBack: setReturnTarget,

    /** Reopens a request at the authorization endpoint, which also accepts a ticket not yet bound to a browser. */
    async resume(ctx: Context): Promise<CheckedRequest> {
      const found = await opened(ctx, ticketIn(ctx))
      return found?.state === 'unbound'
        ? recheck(ctx, authorizationRequests.begin(found.request, ctx.state.address))
        : reopen(ctx)
    },

    /** Allows a page's form to redirect to `path`: CSP form-action must name the application of the ticket in it. */
    async allowOnward(ctx: Context, path: string): Promise<void> {
      const ticket = new URLSearchParams(path.split('?', 2)[1]).get('ticket')
      const found = ticket === null ? null : await opened(ctx, ticket)
      if (found?.state === 'good') allowFormAction(ctx, found.request.redirectUri)
    },
  }

  /** A link to begin again: OAuth has none, OpenID Connect `initiate_login_uri` (third-party login, Core §4). */
  function restartUriOf(ctx: Context, { request, application }: CheckedRequest) {
    const { initiate_login_uri: begins } = application.metadata
    if (begins && /^https?:\/\//.test(begins) && URL.canParse(begins)) {
      const url = new URL(begins)
      url.searchParams.set('iss', issuer)
      return { href: url.href }
    }
    return answer.returnTo(ctx, request, { error: 'access_denied', description: 'The sign-in took too long.' })
  }
}

export type AuthorizationFlow = ReturnType<typeof createAuthorizationFlow>

/** The address of a page of the flow, with its ticket. */
export function withTicket(path: string, ticket: string): string {
  return pathWith(path, { ticket })
}

/** Whether a request has a ticket, in its address or its form. */
export function hasTicket(ctx: Context): boolean {
  return ticketIn(ctx) !== ''
}

function ticketIn(ctx: Context): string {
  const { body } = ctx.request
  const text = isReading(ctx) ? ctx.query.ticket : isJsonObject(body) ? body.ticket : ''
  return typeof text === 'string' ? text : ''
}
