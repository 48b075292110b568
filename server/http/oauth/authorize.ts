// The authorization endpoint (RFC 6749 §3.1). It checks the request, determines the next step, and takes it: a page, or
// an answer to the application. Nothing is written to the database before a user is signed in.
import {
  AuthorizationRefusal,
  type AuthorizationRequests,
  type CheckedRequest,
} from '../../identity/authorizations/authorization-requests.js'
import type { Decisions } from '../../identity/authorizations/decisions.js'
import type { BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { isUnreviewed } from '../../policy/application-metadata.js'
import type { AuthorizationParameters } from '../../policy/authorization-rules.js'
import { Refusal } from '../../protocol/errors.js'
import { browserUserOf, type Context, originOf } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import type { Pages } from '../pages/page.js'
import { type AuthorizationAnswer, isAnswerError } from './authorization-answer.js'
import { type AuthorizationFlow, authorizePath, withTicket } from './authorization-flow.js'
import { groupedQuery, withValues } from './authorization-parameters.js'

export type AuthorizeDeps = {
  authorizationRequests: AuthorizationRequests
  decisions: Decisions
  browserSessions: BrowserSessions
  flow: AuthorizationFlow
  answer: AuthorizationAnswer
  pages: Pages
}

export function createAuthorizeHandlers(deps: AuthorizeDeps) {
  const { authorizationRequests, decisions, browserSessions, flow, answer, pages } = deps

  /** Checks a new request. An error is answered to the application or as a page, as RFC 6749 §4.1.2.1 allows. */
  async function check(ctx: Context, asked: AuthorizationParameters): Promise<CheckedRequest | null> {
    try {
      return await authorizationRequests.check(asked, ctx.state.address)
    } catch (error) {
      if (!(error instanceof AuthorizationRefusal && error.back && isAnswerError(error.code))) throw error
      const { code, why, back } = error
      const result = { error: code, description: why }
      const isSeen = !/\bnone\b/.test(back.prompt)
      // The page was reloaded: the application already has its response, and the error page links back to it.
      if (code === 'invalid_request_uri' && isSeen) flow.leaveWayBack(ctx, back, code)
      if (code === 'invalid_request_uri' && isSeen) throw error
      if (isUnreviewed(back.application) && isSeen) await showInterstitial(ctx, error, result)
      else await answer.send(ctx, back.address, result)
      return null
    }
  }

  /** RFC 9700 §4.11.2: a self-registered application must not use this server as an open redirector. */
  async function showInterstitial(
    ctx: Context,
    { code, back }: AuthorizationRefusal,
    result: Parameters<typeof answer.returnTo>[2],
  ) {
    const { application, address } = back!
    const t = pages.translate(ctx)
    const { host, protocol } = new URL(address.redirectUri)
    const shown = {
      title: t('authorization.interstitial.title'),
      inside: false,
      application: application.name,
      host: host || protocol,
      // The text on the page is in the reader's language; the application gets more details.
      why: t(`errors.${code}`),
      way: answer.returnTo(ctx, address, result),
    }
    await pages.show(ctx, 'oauth/interstitial', shown, 400)
  }

  async function continueFlow(ctx: Context, checked: CheckedRequest): Promise<void> {
    const { request, application } = checked
    const { browser } = ctx.state
    const next = await authorizationRequests.nextStep(checked, browser)
    switch (next.step) {
      case 'error':
        return answer.send(ctx, request, { error: next.error })
      case 'sign_in':
        return pages.go(ctx, withTicket('/login', flow.seal(ctx, request)))
      case 'consent':
        return pages.go(ctx, withTicket('/consent', flow.seal(ctx, request)))
      case 'new_password': {
        const way = withTicket(authorizePath, flow.seal(ctx, request))
        return pages.go(ctx, `/account/password?${new URLSearchParams({ next: way })}`)
      }
      case 'not_allowed': {
        const t = pages.translate(ctx)
        const shown = {
          title: t('authorization.notAllowed.title', { application: application.name }),
          inside: false,
          application: application.name,
          contacts: application.metadata.contacts ?? [],
          way: answer.returnTo(ctx, request, { error: 'access_denied' }),
        }
        return pages.show(ctx, 'oauth/not-allowed', shown, 403)
      }
      case 'answer': {
        const { userId } = browserUserOf(ctx)
        await browserSessions.visit(browser!)
        const actor = { name: `user:${userId}`, origin: originOf(ctx), credential: null } as const
        return answer.send(ctx, request, await decisions.decide(browser!, request, null, actor))
      }
    }
  }

  /** Under `prompt=none` no page is shown (a hidden iframe): errors with an OAuth code go to the application. */
  async function answerUnseen(ctx: Context, { request }: CheckedRequest, error: unknown): Promise<void> {
    if (!(error instanceof Refusal) || !request.prompt.includes('none')) throw error
    if (isAnswerError(error.code)) return answer.send(ctx, request, { error: error.code })
    if (error.status !== 503 && error.status !== 429) throw error
    return answer.send(ctx, request, { error: 'temporarily_unavailable', description: error.message })
  }

  return {
    async authorize(ctx: Context): Promise<void> {
      const asked = withValues(groupedQuery(ctx))
      const isNew = 'client_id' in asked || !('ticket' in asked)
      const checked = isNew ? await check(ctx, asked) : await flow.resume(ctx)
      if (!checked) return
      if (checked.request.uiLocales !== undefined) ctx.state.uiLocales = checked.request.uiLocales
      try {
        await continueFlow(ctx, checked)
      } catch (error) {
        await answerUnseen(ctx, checked, error)
      }
    },

    /** Redirects to a GET: a cross-site POST comes without the SameSite=Lax cookies. */
    async postAuthorize(ctx: Context): Promise<void> {
      const checked = await check(ctx, withValues((ctx.request.body ?? {}) as Form))
      if (checked) pages.go(ctx, withTicket(authorizePath, flow.sealForAnybody(checked.request)))
    },
  }
}
