// Who may see a page. The cookie's session is read anew with each request and judged by the policy in force, so that what
// ends it anywhere ends it here; what a person may do is read with it, never from a token.
import type { Middleware } from 'koa'
import type { BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { errorRow, Refusal, refuse } from '../../protocol/errors.js'
import { credentialFor, type PageAccess } from '../access.js'
import { type Context, visitorOf } from '../handler.js'
import type { Cookies } from './cookies.js'
import { isPassing, problemsOf, statusOf } from './fields.js'
import type { FormTokens } from './form-tokens.js'
import type { Pages } from './page.js'
import { pathWith, whereIs } from './paths.js'

export type GateDeps = {
  cookies: Cookies
  formTokens: FormTokens
  browserSessions: BrowserSessions
  pages: Pages
  issuer: string
  now: () => number
}

/** How long ago a password may have been typed for what is hard to take back, in ms. */
const longestProof = 300_000

/** Fields whose values no page ever holds: their form asks for them again. By their whole names, for others may hold such a word. */
export const secretFields: ReadonlySet<string> = new Set([
  ...['password', 'old_password', 'new_password', 'new_password_again', 'token'],
])
const asked = errorRow('insufficient_user_authentication').status

/** The field of the form that asks for the password again. */
export const proofField = '_proof'

export function createGate({ cookies, formTokens, browserSessions, pages, issuer, now }: GateDeps) {
  /** Knows the browser, and lets it through to what its user may see; otherwise leads to where that is mended. */
  function gate(access: PageAccess): Middleware {
    return async (koaContext, next) => {
      const ctx = koaContext as unknown as Context
      if (!isReading(ctx)) formTokens.requireOwnSite(ctx)
      await recognise(ctx)
      if (access.kind === 'page' && !(await admit(ctx, access))) return
      try {
        await next()
      } catch (error) {
        // It was over by the time of the change: as if it had been over when the request came.
        if (!(error instanceof Refusal && error.details.ofSender && error.status === 401)) throw error
        leadToSignIn(ctx)
      }
    }
  }

  const leadToSignIn = (ctx: Context) => pages.go(ctx, pathWith('/login', { next: whereIs(ctx, issuer) }))

  async function recognise(ctx: Context): Promise<void> {
    // Of the first time that it was asked.
    delete ctx.state.browser
    delete ctx.state.formerBrowser
    const id = cookies.read(ctx, 'darvoza')
    const found = id === undefined ? null : await browserSessions.find(id)
    if (!found) return
    if (found.end !== null) ctx.state.formerBrowser = found
    else ctx.state.browser = found
  }

  /** @returns whether the request may go on; if not it is answered */
  async function admit(ctx: Context, access: Extract<PageAccess, { kind: 'page' }>): Promise<boolean> {
    const { browser } = ctx.state
    if (!browser) {
      leadToSignIn(ctx)
      return false
    }
    ctx.state.credential = credentialFor(access, browser.session.id)
    await browserSessions.visit(browser)
    if (browser.user.mustChangePassword && !access.beforeNewPassword) {
      pages.go(ctx, pathWith('/account/password', { next: whereIs(ctx, issuer) }))
      return false
    }
    if (access.permission && !browser.user.allPermissions.includes(access.permission)) throw refuse('permission_denied')
    if (access.fresh && isReading(ctx) && !isFresh(ctx)) {
      await askAgain(ctx, {})
      return false
    }
    return true
  }

  const isReading = ({ method }: Context) => method === 'GET' || method === 'HEAD'
  const isFresh = (ctx: Context) => ctx.state.browser!.page.authenticatedAt > now() - longestProof

  /** What the body of a form must hold: the token, and the password where the last proof is too old. */
  function confirm(access: PageAccess): Middleware {
    return async (koaContext, next) => {
      const ctx = koaContext as unknown as Context
      formTokens.require(ctx, access.kind === 'visitor' && access.tokenless === true)
      if (access.kind === 'page' && access.fresh && !isFresh(ctx) && !(await proven(ctx))) return
      await next()
    }
  }

  /** @returns whether the form holds the right password; if not it is asked for, and the form's fields are kept */
  async function proven(ctx: Context): Promise<boolean> {
    const body = ctx.request.body as Record<string, unknown>
    const { [proofField]: proof, _token: _, ...fields } = body
    if (typeof proof !== 'string') {
      await askAgain(ctx, fields)
      return false
    }
    // Nothing was typed: that is no guess.
    if (proof === '') {
      await askAgain(ctx, fields, pages.translate(ctx)('problems.required'))
      return false
    }
    try {
      const { browser, actor } = visitorOf(ctx)
      await browserSessions.provePassword(browser, proof, actor)
      return true
    } catch (error) {
      const problems = problemsOf(error, pages.frameOf(ctx))
      const status = isPassing(error) ? statusOf(ctx, error) : undefined
      await askAgain(ctx, fields, problems.proof ?? problems.non_field_errors, status)
      return false
    }
  }

  /** @param fields of the form that goes on once the password was typed; a password among them is asked for again by it */
  async function askAgain(
    ctx: Context,
    fields: Record<string, unknown>,
    problem?: string,
    status = asked,
  ): Promise<void> {
    const kept = Object.entries(fields).filter(([name, value]) => typeof value === 'string' && !secretFields.has(name))
    const t = pages.translate(ctx)
    const [action, hidden] = isReading(ctx) ? ['/prove', [['next', ctx.url]]] : [ctx.path, kept]
    await pages.show(ctx, 'prove', { title: t('prove.title'), action, hidden, problem: problem ?? '' }, status)
  }

  return { gate, confirm, proven }
}

export type Gate = ReturnType<typeof createGate>
