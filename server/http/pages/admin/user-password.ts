// The page on which an administrator resets a user's password: typed, or generated and shown once. The user must change it
// at the next sign-in.
import type { WhereSignedIn } from '../../../identity/devices/where-signed-in.js'
import type { PublicUser } from '../../../identity/people/public-user.js'
import type { Users } from '../../../identity/people/users.js'
import { isUserId } from '../../../protocol/claims.js'
import { refuse } from '../../../protocol/errors.js'
import { browserUserOf, type Context } from '../../handler.js'
import { type Problems, problemsOf } from '../fields.js'
import type { Pages } from '../page.js'
import { createGivenPasswords, type GivenPassword, type GivenPasswordDeps } from './given-password.js'

export type UserPasswordPagesDeps = GivenPasswordDeps & { pages: Pages; users: Users; whereSignedIn: WhereSignedIn }

export function createUserPasswordPages(deps: UserPasswordPagesDeps) {
  const { pages, users, whereSignedIn } = deps
  const given = createGivenPasswords(deps)

  async function showPassword(ctx: Context, user: PublicUser, problems: Problems = {}): Promise<void> {
    const t = pages.translate(ctx)
    const crumbs = [
      { label: t('nav.users'), href: '/admin/users' },
      { label: user.username, href: `/admin/users/${user.id}` },
    ]
    const { id, username } = user
    const isAgain = Object.keys(problems).length > 0
    const data = {
      title: t('user.resetTitle', { name: username }),
      crumbs,
      user: { id, username },
      how: isAgain ? given.howOf(ctx) : 'make',
      problems,
    }
    const { count } = await whereSignedIn.countSessions(id)
    const rights = await users.usableByPassword(id, browserUserOf(ctx).actor)
    await pages.show(ctx, 'admin/reset-password', { ...data, sessionCount: count, rights }, isAgain ? 400 : 200)
  }

  return {
    async resetPasswordPage(ctx: Context): Promise<void> {
      await showPassword(ctx, await users.require(userIdIn(ctx)))
    },

    async savePasswordOfUser(ctx: Context): Promise<void> {
      const user = await users.require(userIdIn(ctx))
      let password: GivenPassword
      try {
        password = given.read(ctx)
        // A password set by somebody else must be changed at the next sign-in.
        await users.setPassword(user.id, password.password, browserUserOf(ctx).actor, true)
      } catch (error) {
        return await showPassword(ctx, user, problemsOf(error, pages.frameOf(ctx)))
      }
      const text = pages.translate(ctx)('user.nowReset', { name: user.username })
      if (password.isMade) return await given.show(ctx, user, password.password, text)
      await pages.flash(ctx, { tone: 'good', text })
      pages.go(ctx, `/admin/users/${user.id}`)
    },
  }
}

/** The id of the user that a path names. @throws not_found */
export function userIdIn(ctx: Context): number {
  if (!isUserId(ctx.params.id)) throw refuse('not_found')
  return Number(ctx.params.id)
}
