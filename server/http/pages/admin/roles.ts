// The pages of roles: permissions, holders, and the effect of a change on issued tokens.
import type { ListedRole, Roles } from '../../../identity/people/roles.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Actor } from '../../../policy/actor.js'
import { checkAll } from '../../../protocol/check-all.js'
import { browserUserOf, type Context, type Handler } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { type Problems, problemsOf, typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { readWhole } from '../query.js'
import { readCounted } from './lists.js'
import { choicesOf, countText, isOwn, matrixOf, meaningOf, presentRole } from './role-texts.js'

export type RolePagesDeps = { pages: Pages; roles: Roles; userList: UserList }

type RolePage =
  | 'rolesPage'
  | 'roleMatrixPage'
  | 'newRolePage'
  | 'createRolePage'
  | 'rolePage'
  | 'permitRolePage'
  | 'renameRolePage'
  | 'deleteRolePage'

/** Number of roles side by side in the matrix. */
const columnsPerPage = 8
const nameRule = { name: { trim: true, maxLength: 100 } } as const

/** A refused form, to be shown again. */
type Refused = { form: 'create' | 'permissions' | 'name'; values: Record<string, unknown>; problems: Problems }

export function createRolePages({ pages, roles, userList }: RolePagesDeps): Record<RolePage, Handler> {
  async function showList(ctx: Context): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t, may } = frame
    await pages.show(ctx, 'admin/roles', {
      title: t('roles.title'),
      lead: t('roles.lead'),
      actions: may('darvoza:roles:write')
        ? [{ label: t('roles.new'), icon: 'add', tone: 'primary', href: '/admin/roles/-/new' }]
        : [],
      roles: (await roles.list()).map(role => presentRole(role, frame)),
    })
  }

  async function showMatrix(ctx: Context): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const all = await roles.list()
    const from = Math.min(readWhole(ctx, 'from', 0), Math.max(all.length - 1, 0))
    const columns = all.slice(from, from + columnsPerPage)
    await pages.show(ctx, 'admin/role-matrix', {
      title: t('roles.title'),
      lead: t('roles.lead'),
      columns: columns.map(role => role.name),
      matrix: matrixOf(columns, frame),
      previous: from > 0 ? Math.max(from - columnsPerPage, 0) : null,
      next: from + columnsPerPage < all.length ? from + columnsPerPage : null,
    })
  }

  async function showNew(ctx: Context, refused: Refused | null = null): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const crumbs = [{ label: t('nav.roles'), href: '/admin/roles' }]
    const data = { title: t('roles.new'), lead: t('roles.newMore'), crumbs, choices: choicesOf(frame) }
    const typed = { values: refused?.values ?? {}, problems: refused?.problems ?? {} }
    await pages.show(ctx, 'admin/new-role', { ...data, ...typed }, refused ? 400 : 200)
  }

  async function showOne(ctx: Context, role: ListedRole, refused: Refused | null = null): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const [holders, live] = await Promise.all([
      readCounted(
        ctx,
        page => userList.page({ role: role.name }, 'oldest', page),
        async () => role.holders,
      ),
      userList.count({ role: role.name, live: true }),
    ])
    const typed = (form: Refused['form'], values: Record<string, unknown>) =>
      refused?.form === form ? { values: refused.values, problems: refused.problems } : { values, problems: {} }
    const own = role.permissions.filter(isOwn)
    const others = role.permissions.filter(permission => !isOwn(permission))
    await pages.show(
      ctx,
      'admin/role',
      {
        title: role.name,
        crumbs: [{ label: t('nav.roles'), href: '/admin/roles' }],
        role: presentRole(role, frame),
        permissions: role.permissions.map(permission => ({ permission, meaning: meaningOf(permission, frame) })),
        live: { count: live.count, text: countText(live, frame) },
        holders: holders.results.map(({ user, state, liveSessions }) => ({
          id: user.id,
          username: user.username,
          state,
          liveSessions,
          name: [user.firstName, user.lastName].filter(Boolean).join(' '),
        })),
        next: holders.next,
        counted: holders.counted,
        choices: choicesOf(frame),
        permit: typed('permissions', { own, permissions: others.join('\n') }),
        rename: typed('name', { name: role.name }),
      },
      refused ? 400 : 200,
    )
  }

  /** Changes the role of the address, shows a notice, and redirects to the role's address, which may be new. */
  async function change(
    ctx: Context,
    form: 'permissions' | 'name',
    work: (ctx: Context, name: string, actor: Actor) => Promise<string>,
    textKey: string,
  ): Promise<void> {
    const role = await roles.require(ctx.params.name ?? '')
    let name: string
    try {
      name = await work(ctx, role.name, browserUserOf(ctx).actor)
    } catch (error) {
      const problems = problemsOf(error, pages.frameOf(ctx))
      return showOne(ctx, role, { form, values: valuesIn(ctx), problems })
    }
    await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)(textKey, { name }) })
    pages.go(ctx, `/admin/roles/${name}`)
  }

  async function permit(ctx: Context, name: string, actor: Actor): Promise<string> {
    await roles.update(name, { permissions: permissionsIn(ctx) }, actor)
    return name
  }

  async function rename(ctx: Context, name: string, actor: Actor): Promise<string> {
    const { name: newName } = readFields(ctx, nameRule)
    await roles.update(name, { newName }, actor)
    return newName
  }

  return {
    rolesPage: showList,
    roleMatrixPage: showMatrix,
    newRolePage: (ctx: Context) => showNew(ctx),

    async createRolePage(ctx: Context): Promise<void> {
      let name: string
      try {
        const [read] = await checkAll(
          () => readFields(ctx, nameRule),
          () => roles.check(typedIn(ctx, ['name']).name.trim(), permissionsIn(ctx)),
        )
        name = read.name
        await roles.create(name, permissionsIn(ctx), browserUserOf(ctx).actor)
      } catch (error) {
        const problems = problemsOf(error, pages.frameOf(ctx))
        return showNew(ctx, { form: 'create', values: valuesIn(ctx), problems })
      }
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('roles.created', { name }) })
      pages.go(ctx, `/admin/roles/${name}`)
    },

    async rolePage(ctx: Context): Promise<void> {
      await showOne(ctx, await roles.require(ctx.params.name ?? ''))
    },

    permitRolePage: (ctx: Context) => change(ctx, 'permissions', permit, 'roles.permitted'),
    renameRolePage: (ctx: Context) => change(ctx, 'name', rename, 'roles.renamed'),

    async deleteRolePage(ctx: Context): Promise<void> {
      const { name } = await roles.require(ctx.params.name ?? '')
      await roles.remove(name, browserUserOf(ctx).actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('roles.deleted', { name }) })
      pages.go(ctx, '/admin/roles')
    },
  }
}

/** The permissions in a form: built-in ones as checkboxes `own:NAME`, others as lines of a text. */
function permissionsIn(ctx: Context): string[] {
  return [
    ...ticked(ctx),
    ...typedIn(ctx, ['permissions'])
      .permissions.split(/[\s,]+/)
      .filter(Boolean),
  ]
}

function ticked(ctx: Context): string[] {
  const names = Object.keys((ctx.request.body ?? {}) as object)
  return names.filter(name => name.startsWith('own:')).map(name => name.slice('own:'.length))
}

function valuesIn(ctx: Context): Record<string, unknown> {
  return { ...typedIn(ctx, ['name', 'permissions']), own: ticked(ctx) }
}
