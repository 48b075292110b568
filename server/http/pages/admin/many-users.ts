// One change of several picked users: a preview shows its effect and names those left out, then it is made.
import { previewOf } from '../../../identity/bulk.js'
import type { Roles } from '../../../identity/people/roles.js'
import type { UserAct, UserActPreview, UserActs } from '../../../identity/people/user-acts.js'
import type { Users } from '../../../identity/people/users.js'
import type { OwnPermission } from '../../../policy/permissions.js'
import { isUserId } from '../../../protocol/claims.js'
import { refuse } from '../../../protocol/errors.js'
import { browserUserOf, type Context } from '../../handler.js'
import { picked, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import type { Translate } from '../texts.js'
import { flashDone } from './many-ends.js'
import { firstPeople } from './people.js'

export type ManyUsersPagesDeps = { pages: Pages; users: Users; userActs: UserActs; roles: Roles }

/** The changes of several users, each with its permission. */
const changes = {
  disable: { permission: 'darvoza:users:write', what: 'disable' },
  'sign-out': { permission: 'darvoza:sessions:end', what: 'sign_out' },
  'add-role': { permission: 'darvoza:roles:write', what: 'add_role' },
  'remove-role': { permission: 'darvoza:roles:write', what: 'remove_role' },
} as const satisfies Record<string, { permission: OwnPermission; what: UserAct['what'] }>

type Change = keyof typeof changes

export function createManyUsersPages({ pages, users, userActs, roles }: ManyUsersPagesDeps) {
  const pickedIds = (ctx: Context) => picked(ctx).filter(isUserId).map(Number)

  /** The change that the form asks for; null if no role is chosen yet. @throws permission_denied */
  async function readAct(ctx: Context, change: Change): Promise<UserAct | null> {
    const { permission, what } = changes[change]
    if (!pages.frameOf(ctx).may(permission)) throw refuse('permission_denied')
    if (what === 'disable' || what === 'sign_out') return { what }
    const { role } = typedIn(ctx, ['role'])
    return (await roles.all()).some(one => one.name === role) ? { what, role } : null
  }

  /** The administrator's own user is left out, so that nobody locks themselves out by mistake. */
  const exclusionsOf = (ctx: Context, change: Change) => ({
    keep: change === 'add-role' ? null : browserUserOf(ctx).userId,
  })

  async function apply(ctx: Context, change: Change): Promise<void> {
    const act = await readAct(ctx, change)
    if (act === null) throw refuse('not_found')
    const ids = pickedIds(ctx)
    const { actor } = browserUserOf(ctx)
    const { done, leftOut } = await userActs.run({ ids }, act, previewOf(ids), actor, exclusionsOf(ctx, change))
    const text = pages.translate(ctx)(`manyUsers.done.${change}`, { count: done, role: roleOf(act) })
    await flashDone(pages, ctx, { done, text, but: 'manyUsers.but', leftOut })
    pages.go(ctx, typedIn(ctx, ['back']).back || '/admin/users')
  }

  return {
    async changeUsersPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, here } = frame
      const { change, back } = typedIn(ctx, ['change', 'back'])
      if (!isChange(change)) throw refuse('not_found')
      const act = await readAct(ctx, change)
      const ids = pickedIds(ctx)
      const { actor } = browserUserOf(ctx)
      const reach = act && (await userActs.preview({ ids }, act, actor, exclusionsOf(ctx, change)))
      await pages.show(ctx, 'admin/change-users', {
        title: t(`manyUsers.title.${change}`),
        crumbs: [{ label: t('nav.users'), href: '/admin/users' }],
        change,
        role: act && roleOf(act),
        ids,
        back: back || here,
        reach: reach && presentReach(reach, t),
        people: reach && (await firstPeople(reach.userIds, users, frame)),
        roleNames: act === null ? (await roles.all()).map(one => one.name) : [],
      })
    },

    disableUsersPage: (ctx: Context) => apply(ctx, 'disable'),
    signOutUsersPage: (ctx: Context) => apply(ctx, 'sign-out'),
    addRoleToUsersPage: (ctx: Context) => apply(ctx, 'add-role'),
    removeRoleFromUsersPage: (ctx: Context) => apply(ctx, 'remove-role'),
  }
}

const roleOf = (act: UserAct) => ('role' in act ? act.role : '')

function isChange(text: string): text is Change {
  return Object.hasOwn(changes, text)
}

function presentReach({ leftOut, userIds: _, ...reach }: UserActPreview, t: Translate) {
  const named = leftOut.map(({ username, why }) => ({
    username,
    why: t(why === 'self' ? 'manyUsers.self' : 'manyUsers.mayMore'),
  }))
  return { ...reach, leftOut: named }
}
