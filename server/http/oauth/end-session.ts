// The logout endpoint (OpenID Connect RP-Initiated Logout §2): an application sends the browser of a user who has
// signed out of it. Any site can do so (CSRF): nothing ends without the user's consent or the application's
// id_token_hint.
import type { AskedLogout, CheckedLogout, LogoutRequests } from '../../identity/authorizations/logout-requests.js'
import type { BrowserSession } from '../../identity/sign-in/browser-sessions.js'
import { refuse } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { typedIn } from '../pages/fields.js'
import type { Pages } from '../pages/page.js'
import { pathWith } from '../pages/paths.js'
import type { SignOut } from '../pages/sign-out.js'
import { withParameters } from './authorization-answer.js'
import { allowFormAction } from './form-action.js'

export type EndSessionDeps = { pages: Pages; logoutRequests: LogoutRequests; signOut: SignOut }

export const logoutParameters = [
  'id_token_hint',
  'client_id',
  'post_logout_redirect_uri',
  'state',
  'ui_locales',
] as const
type Asked = AskedLogout & { ui_locales?: string | undefined }

/** The longest total of all parameters, in characters: they must fit into an address. */
const longest = 6_000

export function createEndSessionHandlers({ pages, logoutRequests, signOut }: EndSessionDeps) {
  /** Redirects to the application or, without a post_logout_redirect_uri, shows a page that confirms the sign-out. */
  async function conclude(ctx: Context, { application, hint, back }: CheckedLogout, wasAsked: boolean): Promise<void> {
    const href = back && logoutRedirectOf(back)
    // Without an id_token_hint or the person's consent there is no automatic redirect (RFC 9700 §4.11.2, open redirector).
    if (href !== null && (hint || wasAsked)) {
      ctx.status = 303
      // Not ctx.redirect, which rewrites addresses: the application's is kept byte by byte.
      ctx.set('Location', href)
      ctx.body = ''
      return
    }
    const t = pages.translate(ctx)
    const way = href === null ? null : { href }
    await pages.show(ctx, 'oauth/signed-out', { title: t('logout.done'), application: application?.name ?? '', way })
  }

  async function continueSignOut(ctx: Context, asked: Asked): Promise<void> {
    if (asked.ui_locales !== undefined) ctx.state.uiLocales = asked.ui_locales
    const checked = await logoutRequests.check(asked)
    const { browser } = ctx.state
    // An expired browser session opens no new sessions, but its children live on: they are not ended without consent
    // either.
    const step = logoutRequests.nextStep(checked, browser ?? ranOut(ctx.state.formerBrowser))
    if (step === 'ask') {
      const t = pages.translate(ctx)
      if (checked.back) allowFormAction(ctx, checked.back.uri)
      const application = checked.application?.name ?? ''
      const lead = browser
        ? t(application ? 'logout.asks' : 'logout.asked', { application, name: browser.user.username })
        : t('logout.askedLater')
      const shown = { title: t('logout.title'), ownHeading: true, asked: lead, hidden: withValues(asked) }
      return pages.show(ctx, 'oauth/logout', shown)
    }
    // There is no browser session: the application's own session, if the hint names one, ends anyway.
    if (step === 'done' && checked.hinted) await signOut.end(ctx, checked.hinted)
    await signOut.signOut(ctx)
    await conclude(ctx, checked, false)
  }

  return {
    async endSignIn(ctx: Context): Promise<void> {
      const query = new URLSearchParams(ctx.querystring)
      const asked = read(name => query.getAll(name))
      await continueSignOut(ctx, asked)
    },

    /** Redirects to a GET: a cross-site POST comes without the SameSite=Lax cookies. */
    postEndSignIn(ctx: Context): void {
      const form = (ctx.request.body ?? {}) as Form
      const asked = read(name => (Object.hasOwn(form, name) ? (form[name] ?? []) : []))
      pages.go(ctx, pathWith('/oauth/logout', asked))
    },

    /** The user has agreed to sign out. */
    async confirmLogout(ctx: Context): Promise<void> {
      const typed = typedIn(ctx, logoutParameters)
      const asked = read(name => [typed[name]])
      if (asked.ui_locales !== undefined) ctx.state.uiLocales = asked.ui_locales
      const checked = await logoutRequests.check(asked)
      await signOut.signOut(ctx)
      await conclude(ctx, checked, true)
    },
  }
}

/** Reads the parameters; one without a value counts as left out (RFC 6749 §3.1). @throws invalid_request */
function read(valuesOf: (name: (typeof logoutParameters)[number]) => readonly string[]): Asked {
  const asked: Record<string, string> = {}
  for (const name of logoutParameters) {
    const values = valuesOf(name).filter(value => value !== '')
    if (values.length > 1) throw refuse('invalid_request', { detail: `The parameter ${name} was sent more than once.` })
    if (values[0] !== undefined) asked[name] = values[0]
  }
  // Control characters would be lost in the form of a page on the way.
  if (Object.values(asked).some(value => /\p{Cc}/u.test(value)))
    throw refuse('invalid_request', { detail: 'A parameter has control characters.' })
  const length = Object.values(asked).reduce((sum, value) => sum + value.length, 0)
  if (length > longest) throw refuse('invalid_request', { detail: 'The request is too long.' })
  return asked
}

function withValues(asked: Asked): Record<string, string> {
  return Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function logoutRedirectOf({ uri, state }: { uri: string; state: string | undefined }): string {
  return state === undefined ? uri : withParameters(uri, 'query', { state })
}

/** The former browser session, if it has expired and was not ended by anybody. */
function ranOut(former: BrowserSession | undefined): BrowserSession | undefined {
  const isRunOut = former?.end === 'idle' || former?.end === 'absolute' || former?.session.endedReason === 'expired'
  return isRunOut ? former : undefined
}
