// Users, as administrators look through them. The pattern for other lists: the address says what is shown (query.ts), one
// call down, plain values for the view.
import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { Roles } from '../../../identity/roles.js'
import { type UserFilter, type UserInList, type UserList, userOrders, userStates } from '../../../identity/user-list.js'
import type { UserRecord } from '../../../identity/users.js'
import type { Context } from '../../handler.js'
import type { Pages } from '../page.js'
import { readChoice, readText } from '../query.js'
import { isFiltered, readCounted, readOneOf } from './lists.js'

export type UserPagesDeps = { pages: Pages; userList: UserList; roles: Roles }

export function createUserPages({ pages, userList, roles }: UserPagesDeps) {
  return {
    async usersPage(ctx: Context): Promise<void> {
      const { t, may, url, query } = pages.frameOf(ctx)
      const filter = readUserFilter(ctx)
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => userList.page(filter, readOrder(ctx), page),
        () => userList.count(filter),
      )
      const [only] = results
      // Who looks for somebody on the home page wants that page rather than a list of one.
      if (query.open && only && results.length === 1 && next === null && !query.after && only.state !== 'deleted')
        return pages.go(ctx, `/admin/users/${only.user.id}`)
      const { after: _, size: __, open: ___, ...asked } = query
      await pages.show(ctx, 'admin/users', {
        title: t('users.title'),
        actions: [
          { label: t('users.file'), icon: 'download', href: url('/admin/users.csv', asked) },
          ...(may('darvoza:users:write')
            ? [{ label: t('users.new'), icon: 'add', tone: 'primary', href: '/admin/users/new' }]
            : []),
        ],
        ...{ users: results.map(presentListed), next, partial, counted, filtered: isFiltered(filter) },
        ...{ states: userStates, orders: userOrders, roleNames: (await roles.list()).map(role => role.name) },
      })
    },

    /** All that the filter finds, row by row, however many. */
    usersFile(ctx: Context): void {
      const rows = rowsOf(userList.every(readUserFilter(ctx), readOrder(ctx)))
      // A cell that begins like a formula is none.
      const file = stringify({ header: true, columns: [...columns], escape_formulas: true, bom: true })
      ctx.type = 'text/csv'
      ctx.set('Content-Disposition', 'attachment; filename="darvoza-users.csv"')
      ctx.set('Cache-Control', 'no-store')
      const source = Readable.from(rows)
      source.on('error', error => file.destroy(error))
      file.on('close', () => source.destroy())
      ctx.body = source.pipe(file)
    },
  }
}

const columns = [
  ...['id', 'username', 'first_name', 'last_name', 'email', 'state', 'roles', 'own_permissions'],
  ...['live_sessions', 'last_sign_in', 'created'],
] as const

async function* rowsOf(users: AsyncGenerator<UserInList>): AsyncGenerator<Record<(typeof columns)[number], unknown>> {
  for await (const { user, state, liveSessions } of users)
    yield {
      ...{ id: user.id, username: user.username, first_name: user.firstName, last_name: user.lastName },
      ...{ email: user.email, state, roles: user.roles.join(' '), own_permissions: user.permissions.join(' ') },
      ...{ live_sessions: liveSessions, last_sign_in: isoTime(user.lastLoginAt), created: isoTime(user.createdAt) },
    }
}

const isoTime = (at: number | null) => (at === null ? '' : new Date(at).toISOString())

const yesOrNo = ['true', 'false'] as const

function readUserFilter(ctx: Context): UserFilter {
  const live = readOneOf(ctx, 'live', yesOrNo)
  return {
    ...{ text: readText(ctx, 'text') || undefined, role: readText(ctx, 'role') || undefined },
    ...{ state: readOneOf(ctx, 'state', userStates), live: live === undefined ? undefined : live === 'true' },
  }
}

const readOrder = (ctx: Context) => readChoice(ctx, 'order', userOrders)

export function presentUser({ id, username, firstName, lastName, email, roles, lastLoginAt }: UserRecord) {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  return { id, username, name, email, roles, lastLoginAt }
}

function presentListed({ user, state, liveSessions }: UserInList) {
  return { ...presentUser(user), state, liveSessions }
}
