// Asks for the password again before an action that is hard to undo; the action continues once it is typed.
import type { BrowserSessions } from '../../identity/sign-in/browser-sessions.js'
import { isRecentlyAuthenticated } from '../../policy/recent-authentication.js'
import { errorRow } from '../../protocol/errors.js'
import { browserUserOf, type Context, isReading } from '../handler.js'
import { isTemporary, problemsOf, statusOf } from './fields.js'
import type { Pages } from './page.js'

export type PasswordProofDeps = { browserSessions: BrowserSessions; pages: Pages; now: () => number }

/** Form fields that no page stores: their form asks again. Whole names, as others may contain such a word. */
export const secretFields: ReadonlySet<string> = new Set([
  'password',
  'old_password',
  'new_password',
  'new_password_again',
  'token',
  'key',
])

/** The field of the form that asks for the password again. */
export const passwordProofField = '_proof'

const askedStatus = errorRow('insufficient_user_authentication').status

export function createPasswordProof({ browserSessions, pages, now }: PasswordProofDeps) {
  /** Asks for the password, and keeps the form's other fields; a secret field is asked for again by its own form. */
  async function ask(ctx: Context, fields: Record<string, unknown>, problem = '', status = askedStatus): Promise<void> {
    const kept = Object.entries(fields).filter(([name, value]) => typeof value === 'string' && !secretFields.has(name))
    const [action, hidden] = isReading(ctx) ? ['/prove', [['next', ctx.url]]] : [ctx.path, kept]
    await pages.show(ctx, 'prove', { title: pages.translate(ctx)('prove.title'), action, hidden, problem }, status)
  }

  return {
    /** Whether the password was typed recently. */
    isRecent: ({ state }: Context) => isRecentlyAuthenticated(state.browser!.page.authenticatedAt, now()),

    ask,

    /** Whether the form holds the right password; if not, the request is answered by a page that asks for it. */
    async isGiven(ctx: Context): Promise<boolean> {
      const body = ctx.request.body as Record<string, unknown>
      const { [passwordProofField]: password, _token: _, ...fields } = body
      if (typeof password !== 'string') {
        await ask(ctx, fields)
        return false
      }
      // An empty password does not count as a failed attempt.
      if (password === '') {
        await ask(ctx, fields, pages.translate(ctx)('problems.required'))
        return false
      }
      try {
        const { browser, actor } = browserUserOf(ctx)
        await browserSessions.provePassword(browser, password, actor)
        return true
      } catch (error) {
        const problems = problemsOf(error, pages.frameOf(ctx))
        const status = isTemporary(error) ? statusOf(ctx, error) : undefined
        await ask(ctx, fields, problems.proof ?? problems.non_field_errors, status)
        return false
      }
    },
  }
}

export type PasswordProof = ReturnType<typeof createPasswordProof>
