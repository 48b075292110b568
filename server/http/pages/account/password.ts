// The form to change the user's own password at `/account/password`. The new password is checked before the old one,
// because attempts at the old one are counted.
import type { OwnPassword } from '../../../identity/people/own-password.js'
import { requireGoodPassword } from '../../../identity/people/password-rules.js'
import type { BrowserSessions } from '../../../identity/sign-in/browser-sessions.js'
import { longestPassword } from '../../../policy/password.js'
import { checkAll } from '../../../protocol/check-all.js'
import { refuseField } from '../../../protocol/errors.js'
import type { PolicyInForce } from '../../../revocation/policy-in-force.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, statusOf, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { localPath } from '../paths.js'
import { homeOf } from '../sign-in.js'

export type PasswordPagesDeps = {
  pages: Pages
  ownPassword: OwnPassword
  browserSessions: BrowserSessions
  policy: PolicyInForce
  /** Allows the form to redirect to an application: the user may have come from one. */
  allowOnward: (ctx: Context, path: string) => Promise<void>
}

/** The page for one's own password; users who must choose a new password see only this page. */
export function createPasswordPages(deps: PasswordPagesDeps) {
  const { pages, ownPassword, browserSessions, policy, allowOnward } = deps

  async function show(ctx: Context, next: string, problems?: Problems, status = 400): Promise<void> {
    const t = pages.translate(ctx)
    const must = browserUserOf(ctx).user.mustChangePassword
    const { password_min_length: minLength, keep_session_on_password_change: kept } = policy()
    const title = t(must ? 'password.mustTitle' : 'password.title')
    if (next) await allowOnward(ctx, next)
    const data = { title, must, kept, minLength, next, problems: problems ?? {} }
    await pages.show(ctx, 'account/password', data, problems ? status : 200)
  }

  /**
   * Checks the new password as far as possible without the old one, as attempts with that are counted.
   * @throws invalid_fields
   */
  function requireNew({ new_password: wanted, new_password_again: again }: Record<string, string>, username: string) {
    return checkAll(
      () =>
        wanted &&
        wanted.length <= longestPassword &&
        requireGoodPassword(wanted, [username], policy().password_min_length, 'new_password'),
      () => {
        if (again && again !== wanted) throw refuseField('new_password_again', 'passwords_differ')
      },
    )
  }

  return {
    passwordPage: (ctx: Context) => show(ctx, localPath(ctx.query.next) ?? ''),

    async savePassword(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { user, sid, actor, browser } = browserUserOf(ctx)
      const next = localPath(typedIn(ctx, ['next']).next) ?? ''
      try {
        const [fields] = await checkAll(
          () =>
            readFields(ctx, {
              old_password: { maxLength: longestPassword },
              new_password: { maxLength: longestPassword },
              new_password_again: { maxLength: longestPassword },
            }),
          () => requireNew(typedIn(ctx, ['new_password', 'new_password_again']), user.username),
        )
        const change = { oldPassword: fields.old_password, newPassword: fields.new_password }
        await ownPassword.change(user.id, sid, change, actor)
      } catch (error) {
        return await show(ctx, next, problemsOf(error, pages.frameOf(ctx)), statusOf(ctx, error))
      }
      await browserSessions.passwordProved(browser)
      await pages.flash(ctx, { tone: 'good', text: t('password.saved') })
      pages.go(ctx, next || (user.mustChangePassword ? homeOf(user) : '/account/password'))
    },
  }
}
