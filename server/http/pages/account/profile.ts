// The user's own profile at `/account`: the form for first name, last name and email address.
import type { Users } from '../../../identity/people/users.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, typedIn } from '../fields.js'
import type { Pages } from '../page.js'

/** The page of one's own profile: names and email address can be changed. */
export function createProfilePages({ pages, users }: { pages: Pages; users: Users }) {
  async function show(ctx: Context, typed: Record<string, string> | null, problems: Problems = {}): Promise<void> {
    const { user } = browserUserOf(ctx)
    const t = pages.translate(ctx)
    const { username, roles, createdAt, lastLoginAt, passwordChangedAt } = user
    const values = typed ?? { first_name: user.firstName, last_name: user.lastName, email: user.email }
    const data = { user: { username, roles, createdAt, lastLoginAt, passwordChangedAt }, values, problems }
    await pages.show(ctx, 'account/profile', { title: t('profile.title'), ...data }, typed ? 400 : 200)
  }

  return {
    profilePage: (ctx: Context) => show(ctx, null),

    async saveProfile(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { userId, actor } = browserUserOf(ctx)
      try {
        const { first_name, last_name, email } = readFields(ctx, {
          first_name: { blank: true, trim: true },
          last_name: { blank: true, trim: true },
          email: { blank: true, trim: true },
        })
        await users.update(userId, { firstName: first_name, lastName: last_name, email }, actor)
      } catch (error) {
        return await show(
          ctx,
          typedIn(ctx, ['first_name', 'last_name', 'email']),
          problemsOf(error, pages.frameOf(ctx)),
        )
      }
      await pages.flash(ctx, { tone: 'good', text: t('profile.saved') })
      pages.go(ctx, '/account')
    },
  }
}
