// The consent page: whether an application may have the scopes that it asks for. Both answers are sent to the
// application; all other cases lead to the authorization endpoint, which determines the next step.
import type { AuthorizationRequests } from '../../identity/authorizations/authorization-requests.js'
import type { Consents } from '../../identity/authorizations/consents.js'
import type { Decisions } from '../../identity/authorizations/decisions.js'
import type { BrowserSession, BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { isUnreviewed } from '../../policy/application-metadata.js'
import { isNative, isPublic } from '../../policy/authorization-rules.js'
import { type ConsentedScopes, wordsIn } from '../../policy/consent.js'
import { type ErrorCode, Refusal } from '../../protocol/errors.js'
import { browserUserOf, type Context } from '../handler.js'
import type { AuthorizationAnswer } from '../oauth/authorization-answer.js'
import { type AuthorizationFlow, authorizePath, type OpenedFlow, withTicket } from '../oauth/authorization-flow.js'
import { allowFormAction } from '../oauth/form-action.js'
import { typedIn } from './fields.js'
import type { Pages } from './page.js'
import { webAddress } from './paths.js'
import { scopeTexts } from './scope-texts.js'

export type ConsentPagesDeps = {
  pages: Pages
  authorizationRequests: AuthorizationRequests
  decisions: Decisions
  consents: Consents
  browserSessions: BrowserSessions
  flow: AuthorizationFlow
  answer: AuthorizationAnswer
}

/** Refusals because something has changed since the page was shown; the endpoint determines the next step. */
const outdatedPage: ReadonlySet<ErrorCode> = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'access_denied',
])

export function createConsentPages(deps: ConsentPagesDeps) {
  const { pages, authorizationRequests, decisions, consents, browserSessions, flow, answer } = deps

  async function open(ctx: Context) {
    const opened = await flow.reopen(ctx)
    const { browser } = browserUserOf(ctx)
    const { step } = await authorizationRequests.nextStep(opened, browser)
    return { ...opened, step, browser, scopes: consents.asked(opened.request) }
  }

  const redirectToAuthorize = (ctx: Context, ticket: string) => pages.go(ctx, withTicket(authorizePath, ticket))

  async function show(ctx: Context, asked: Asked, isChanged: boolean): Promise<void> {
    const { request, application, ticket, scopes, browser } = asked
    const { metadata } = application
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const remembered = await consents.remembered(browser.user.id, application.id)
    allowFormAction(ctx, request.redirectUri)
    const data = {
      title: t('consent.title', { application: application.name }),
      // A page without menus, so that the question is answered first.
      inside: false,
      application: application.name,
      site: webAddress(metadata.client_uri),
      policy: webAddress(metadata.policy_uri),
      terms: webAddress(metadata.tos_uri),
      destination: destinationOf(request.redirectUri),
      isUnreviewed: isUnreviewed(application),
      registeredAt: application.origin === 'registration' ? application.createdAt : null,
      document: application.origin === 'document' ? new URL(application.id).host : null,
      isInstalled: isPublic(application) && isNative(application),
      isAgain: remembered !== null,
      isChanged,
      rights: scopeTexts(consents.described(scopes), frame),
      hidden: { ticket, shown: browserSessions.formTokenOf(browser, aboutOf(asked)) },
    }
    await pages.show(ctx, 'consent', data, isChanged ? 400 : 200)
  }

  /** Consents to exactly the scopes shown. @returns whether the application was answered */
  async function allow(ctx: Context, { request, scopes, browser }: Asked): Promise<boolean> {
    try {
      const result = await decisions.decide(browser, request, wordsIn(scopes), browserUserOf(ctx).actor)
      await answer.send(ctx, request, result)
      return true
    } catch (error) {
      if (error instanceof Refusal && outdatedPage.has(error.code)) return false
      throw error
    }
  }

  return {
    async consentPage(ctx: Context): Promise<void> {
      const asked = await open(ctx)
      if (asked.step === 'consent') await show(ctx, asked, false)
      else redirectToAuthorize(ctx, asked.ticket)
    },

    async saveConsent(ctx: Context): Promise<void> {
      const asked = await open(ctx)
      const { decision, shown } = typedIn(ctx, ['decision', 'shown'])
      if (decision === 'deny') return answer.send(ctx, asked.request, { error: 'access_denied' })
      // The user consented in another tab meanwhile: this answer is still accepted.
      if (asked.step !== 'consent' && asked.step !== 'answer') return redirectToAuthorize(ctx, asked.ticket)
      const wasShown = browserSessions.isFormTokenOf(asked.browser, shown, aboutOf(asked))
      if (decision !== 'allow' || !wasShown) return show(ctx, asked, true)
      if (!(await allow(ctx, asked))) redirectToAuthorize(ctx, asked.ticket)
    },
  }
}

type Asked = OpenedFlow & { step: string; browser: BrowserSession; scopes: ConsentedScopes }

/** What the user consents to: the form's MAC covers it, so that it is exactly what was shown. */
function aboutOf({ ticket, application, scopes, browser }: Asked): string {
  return JSON.stringify(['consent', ticket, browser.user.id, application.id, scopes])
}

/** The host of a redirect URI, or the private-use scheme of a native application (RFC 8252 §7.1). */
function destinationOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return host || protocol
}
