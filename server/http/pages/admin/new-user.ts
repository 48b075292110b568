// The form with which an administrator creates a user: profile, roles, and a password that is typed or generated
// (given-password.ts) and must be changed at the first sign-in.
import type { Roles } from '../../../identity/people/roles.js'
import type { Users } from '../../../identity/people/users.js'
import { checkAll } from '../../../protocol/check-all.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { chosenIn, type Problems, problemsOf, typedIn, typedProfile } from '../fields.js'
import type { Pages } from '../page.js'
import { createGivenPasswords, type GivenPasswordDeps } from './given-password.js'
import { roleChoice } from './role-texts.js'

export type NewUserPagesDeps = GivenPasswordDeps & { pages: Pages; users: Users; roles: Roles }

/** The page for a new user: the first sign-in asks for another password. */
export function createNewUserPages(deps: NewUserPagesDeps) {
  const { pages, users, roles } = deps
  const given = createGivenPasswords(deps)

  async function show(ctx: Context, typed: Record<string, unknown> | null, problems: Problems = {}): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t, may } = frame
    const choices = may('darvoza:roles:write') ? (await roles.list()).map(role => roleChoice(role, frame)) : []
    const crumbs = [{ label: t('nav.users'), href: '/admin/users' }]
    const data = {
      title: t('newUser.title'),
      lead: t('newUser.lead'),
      crumbs,
      values: typed ?? { how: 'make' },
      problems,
    }
    await pages.show(ctx, 'admin/new-user', { ...data, roles: choices }, typed ? 400 : 200)
  }

  return {
    newUserPage: (ctx: Context) => show(ctx, null),

    async createUserPage(ctx: Context): Promise<void> {
      const { may, t } = pages.frameOf(ctx)
      const chosen = may('darvoza:roles:write') ? chosenIn(ctx, 'roles') : []
      try {
        const [{ username }, { password, isMade }, profile] = await checkAll(
          () =>
            readFields(ctx, {
              username: { trim: true },
              first_name: { required: false, blank: true, trim: true },
              last_name: { required: false, blank: true, trim: true },
              email: { required: false, blank: true, trim: true },
            }),
          () => given.read(ctx),
          async () => {
            const { username, ...profile } = typedProfile(ctx)
            await users.check({ username, password: given.typedIn(ctx), ...profile }, null)
            return profile
          },
        )
        const user = await users.create(
          { username, password, ...profile, roles: chosen, mustChangePassword: true },
          browserUserOf(ctx).actor,
        )
        const text = t('newUser.made', { name: user.username })
        if (isMade) return await given.show(ctx, user, password, text)
        await pages.flash(ctx, { tone: 'good', text })
        pages.go(ctx, `/admin/users/${user.id}`)
      } catch (error) {
        const typed = typedIn(ctx, ['username', 'first_name', 'last_name', 'email'])
        await show(ctx, { ...typed, how: given.howOf(ctx), roles: chosen }, problemsOf(error, pages.frameOf(ctx)))
      }
    },
  }
}
