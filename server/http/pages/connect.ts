// The page where a user approves a program on another device, by the user code that it shows (RFC 8628 §3.3). Without a
// sign-in nothing about a code is shown; a signed-in user sees which program asks, from where and for which scopes, and
// is asked each time.
import type { Consents } from '../../identity/authorizations/consents.js'
import type { DeviceDecisions, WaitingProgram } from '../../identity/authorizations/device-decisions.js'
import type { BrowserSession, BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { isUnreviewed, mayUse } from '../../policy/application-metadata.js'
import { type ConsentedScopes, wordsIn } from '../../policy/consent.js'
import { type ErrorCode, Refusal } from '../../protocol/errors.js'
import { shownUserCode, userCodeIn } from '../../protocol/user-code.js'
import { browserUserOf, type Context, originOf } from '../handler.js'
import { problemsOf, statusOf, typedIn } from './fields.js'
import type { Pages } from './page.js'
import { pathWith, webAddress } from './paths.js'
import { qrCodeOf } from './qr-code.js'
import { readText } from './query.js'
import { scopeTexts } from './scope-texts.js'

export type ConnectPagesDeps = {
  pages: Pages
  issuer: string
  deviceDecisions: DeviceDecisions
  consents: Consents
  browserSessions: BrowserSessions
}

export const devicePath = '/device'

/** The address of the page for a user code. @param userCode as stored, or as typed */
export const pathOfUserCode = (userCode: string) => pathWith(devicePath, { user_code: shownUserCode(userCode) })

/** Query parameters of the page after a decision. */
const decided = { approved: { done: 1 }, denied: { denied: 1 } } as const

/** Refusals because something has changed since the page was shown; the page shows the next step instead. */
const outdatedPage: ReadonlySet<ErrorCode> = new Set(['access_denied', 'consent_required', 'unknown_application'])

export function createConnectPages(deps: ConnectPagesDeps) {
  const { pages, issuer, deviceDecisions, consents, browserSessions } = deps

  /** The page without a sign-in: the code is not looked up, so that nothing about it is revealed. */
  async function showWelcome(ctx: Context, typed: string): Promise<void> {
    const code = userCodeIn(typed)
    const here = code === null ? devicePath : pathOfUserCode(code)
    const data = {
      title: pages.translate(ctx)('connect.title'),
      inside: false,
      userCode: code === null ? '' : shownUserCode(code),
      signIn: pathWith('/login', { next: here }),
      qrCode: qrCodeOf(issuer + here),
    }
    await pages.show(ctx, 'connect/welcome', data)
  }

  async function askForCode(ctx: Context, typed = '', error?: unknown): Promise<void> {
    const frame = pages.frameOf(ctx)
    const problems = error === undefined ? {} : problemsOf(error, frame)
    // The text is no user code at all: "no program waits for it" would send the user to check the program.
    if (problems.user_code && userCodeIn(typed) === null) problems.user_code = frame.t('connect.noCode')
    const data = { title: frame.t('connect.title'), inside: false, typed, problems }
    await pages.show(ctx, 'connect/code', data, error === undefined ? 200 : statusOf(ctx, error))
  }

  async function question(ctx: Context, asked: Asked, isChanged = false): Promise<void> {
    const { found, scopes, browser } = asked
    const { application } = found
    const { metadata, name } = application
    const frame = pages.frameOf(ctx)
    const data = {
      title: frame.t('connect.ask', { application: name }),
      // A page without menus, so that the question is answered first.
      inside: false,
      application: name,
      userCode: shownUserCode(found.userCode),
      program: found.program,
      address: found.address,
      askedAt: found.createdAt,
      site: webAddress(metadata.client_uri),
      policy: webAddress(metadata.policy_uri),
      terms: webAddress(metadata.tos_uri),
      isUnreviewed: isUnreviewed(application),
      isChanged,
      rights: scopeTexts(consents.described(scopes), frame),
      hidden: { user_code: found.userCode, shown: browserSessions.formTokenOf(browser, aboutOf(asked)) },
    }
    await pages.show(ctx, 'connect/question', data, isChanged ? 400 : 200)
  }

  async function notAllowed(ctx: Context, { name: application, metadata }: WaitingProgram['application']) {
    const title = pages.translate(ctx)('authorization.notAllowed.title', { application })
    const shown = { title, inside: false, application, contacts: metadata.contacts ?? [] }
    await pages.show(ctx, 'connect/not-allowed', shown, 403)
  }

  async function done(ctx: Context, decision: Decision): Promise<void> {
    const title = pages.translate(ctx)(`connect.done.${decision}`)
    await pages.show(ctx, 'connect/done', { title, inside: false, decision })
  }

  async function showDecision(ctx: Context, { application }: WaitingProgram, decision: Decision) {
    const t = pages.translate(ctx)
    const tone = decision === 'approved' ? 'good' : 'info'
    await pages.flash(ctx, { tone, text: t(`connect.told.${decision}`, { application: application.name }) })
    pages.go(ctx, pathWith(devicePath, decided[decision]))
  }

  /** The page without a code in the address. */
  async function showBlank(ctx: Context): Promise<void> {
    if ('done' in ctx.query) return done(ctx, 'approved')
    if ('denied' in ctx.query) return done(ctx, 'denied')
    await askForCode(ctx)
  }

  function withScopes(found: WaitingProgram, browser: BrowserSession): Asked {
    return { found, scopes: consents.asked(found), browser }
  }

  return {
    async connectPage(ctx: Context): Promise<void> {
      const { browser } = ctx.state
      const typed = readText(ctx, 'user_code')
      if (!browser) return showWelcome(ctx, typed)
      if (browser.user.mustChangePassword) return pages.go(ctx, pathWith('/account/password', { next: ctx.url }))
      if (typed === '') return showBlank(ctx)
      try {
        const found = await deviceDecisions.find(typed, browser, originOf(ctx))
        if (found.decision !== null) return await showDecision(ctx, found, found.decision)
        if (!mayUse(found.application.metadata, browser.user.roles)) return await notAllowed(ctx, found.application)
        await question(ctx, withScopes(found, browser))
      } catch (error) {
        await askForCode(ctx, typed, error)
      }
    },

    async decideConnect(ctx: Context): Promise<void> {
      const { browser, actor } = browserUserOf(ctx)
      const { user_code: typed, decision, shown } = typedIn(ctx, ['user_code', 'decision', 'shown'])
      try {
        const found = await deviceDecisions.find(typed, browser, originOf(ctx))
        // The button was clicked twice.
        if (found.decision !== null) return await showDecision(ctx, found, found.decision)
        const asked = withScopes(found, browser)
        const wasShown = browserSessions.isFormTokenOf(browser, shown, aboutOf(asked))
        if (!wasShown || (decision !== 'allow' && decision !== 'deny')) return await question(ctx, asked, true)
        if (decision === 'deny') await deviceDecisions.deny(found, browser)
        else await deviceDecisions.approve(found, wordsIn(asked.scopes), browser, actor)
        await showDecision(ctx, found, decision === 'deny' ? 'denied' : 'approved')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        const here = pathWith(devicePath, { user_code: typed })
        // The application's sessions were ended after this browser signed in: only a newer sign-in can approve it
        // again.
        if (error.code === 'login_required') return pages.go(ctx, pathWith('/login', { again: 1, next: here }))
        if (outdatedPage.has(error.code)) return pages.go(ctx, here)
        await askForCode(ctx, typed, error)
      }
    },
  }
}

type Decision = keyof typeof decided

type Asked = { found: WaitingProgram; scopes: ConsentedScopes; browser: BrowserSession }

/** What the user has approved: the form's MAC covers it, so that it is exactly what was shown. */
function aboutOf({ found, scopes, browser }: Asked): string {
  const { userCode, createdAt, application, address, program } = found
  return JSON.stringify(['device', userCode, createdAt, browser.user.id, application.id, scopes, address, program])
}
