// A password that an administrator gives a user: generated here, or typed. A generated one is only in the answer to the
// form: it is not stored, not logged, and in no address; a page that is loaded again does not show it.
import { makePassword } from '../../../policy/password.js'
import type { PolicyInForce } from '../../../revocation/policy-in-force.js'
import type { Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { typedIn } from '../fields.js'
import type { Pages } from '../page.js'

export type GivenPasswordDeps = { pages: Pages; policy: PolicyInForce; random: (size: number) => Buffer }

export type GivenPassword = { password: string; isMade: boolean }

export function createGivenPasswords({ pages, policy, random }: GivenPasswordDeps) {
  return {
    /** Reads the form. @throws invalid_fields if the password should be typed and is missing */
    read(ctx: Context): GivenPassword {
      if (typedIn(ctx, ['how']).how === 'make')
        return { password: makePassword(policy().password_min_length, random), isMade: true }
      return { password: readFields(ctx, { password: {} }).password, isMade: false }
    },

    /** The typed password, if any. */
    typedIn: (ctx: Context): string | undefined => {
      const { how, password } = typedIn(ctx, ['how', 'password'])
      return how === 'make' ? undefined : password || undefined
    },

    /** The chosen way, `typed` or `make`, to show the form again. */
    howOf: (ctx: Context): string => (typedIn(ctx, ['how']).how === 'typed' ? 'typed' : 'make'),

    /** Shows the generated password, only this once. */
    async show(ctx: Context, user: { id: number; username: string }, password: string, text: string): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const crumbs = [
        { label: t('nav.users'), href: '/admin/users' },
        { label: user.username, href: `/admin/users/${user.id}` },
      ]
      const title = t('newUser.shown', { name: user.username })
      await pages.show(ctx, 'admin/given-password', { title, crumbs, user, password, text })
    },
  }
}
