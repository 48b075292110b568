// One change of the users that were picked in the list: a page tells its reach and names who is left out, then it is made.
import {
  type BulkUsers,
  isUserChange,
  type UserChange,
  type UserReach,
  userChanges,
} from '../../../identity/bulk-users.js'
import type { Roles } from '../../../identity/roles.js'
import { isUserId } from '../../../protocol/claims.js'
import { refuse } from '../../../protocol/errors.js'
import { type Context, visitorOf } from '../../handler.js'
import { picked, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import type { Translate } from '../texts.js'

export type ManyUsersPagesDeps = { pages: Pages; bulkUsers: BulkUsers; roles: Roles }

export function createManyUsersPages({ pages, bulkUsers, roles }: ManyUsersPagesDeps) {
  const pickedIds = (ctx: Context) => picked(ctx).filter(isUserId).map(Number)

  /** What was asked for; null where the role is still to be chosen. @throws not_found, permission_denied */
  async function readChange(ctx: Context, text: string): Promise<{ change: UserChange; role: string | null }> {
    if (!isUserChange(text)) throw refuse('not_found')
    const { permission, role: named } = userChanges[text]
    if (!pages.frameOf(ctx).may(permission)) throw refuse('permission_denied')
    if (!named) return { change: text, role: '' }
    const { role } = typedIn(ctx, ['role'])
    const there = (await roles.list()).some(one => one.name === role)
    return { change: text, role: there ? role : null }
  }

  async function apply(ctx: Context, wanted: UserChange): Promise<void> {
    const { change, role } = await readChange(ctx, wanted)
    if (role === null) throw refuse('not_found')
    const { ids, leftOut } = await bulkUsers.apply(change, pickedIds(ctx), role, visitorOf(ctx).actor)
    const { t, format } = pages.frameOf(ctx)
    const done = t(`manyUsers.done.${change}`, { count: ids.length, role })
    const names = leftOut.map(one => one.username)
    const but = names.length > 0 ? ` ${t('manyUsers.but', { names: format.list(names) })}` : ''
    await pages.tell(ctx, { tone: names.length > 0 ? 'warn' : 'good', text: done + but })
    pages.go(ctx, typedIn(ctx, ['back']).back || '/admin/users')
  }

  return {
    async changeUsersPage(ctx: Context): Promise<void> {
      const { t, here } = pages.frameOf(ctx)
      const { change: asked, back } = typedIn(ctx, ['change', 'back'])
      const { change, role } = await readChange(ctx, asked)
      const wanted = pickedIds(ctx)
      const reach = role === null ? null : await bulkUsers.preview(change, wanted, role, visitorOf(ctx).actor)
      await pages.show(ctx, 'admin/change-users', {
        title: t(`manyUsers.title.${change}`),
        crumbs: [{ label: t('nav.users'), href: '/admin/users' }],
        ...{ change, role, wanted, back: back || here },
        reach: reach && presentReach(reach, t),
        roleNames: role === null ? (await roles.list()).map(one => one.name) : [],
      })
    },

    disableUsersPage: (ctx: Context) => apply(ctx, 'disable'),
    signOutUsersPage: (ctx: Context) => apply(ctx, 'sign-out'),
    addRoleToUsersPage: (ctx: Context) => apply(ctx, 'add-role'),
    removeRoleFromUsersPage: (ctx: Context) => apply(ctx, 'remove-role'),
  }
}

const reasons: Partial<Record<UserReach['leftOut'][number]['why'], string>> = {
  self: 'manyUsers.self',
  unchanged: 'manyUsers.unchanged',
  permission_denied: 'manyUsers.mayMore',
}

function presentReach({ ids, leftOut, count }: UserReach, t: Translate) {
  const named = leftOut.map(({ username, why }) => ({ username, why: t(reasons[why] ?? `errors.${why}`) }))
  return { ids, count, leftOut: named }
}
