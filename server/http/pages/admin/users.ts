// The list of users for administrators, and the pattern for other lists: the address holds the filter (query.ts), the
// handler makes one call to the layer below, and passes plain values to the view.

import type { PublicUser } from '../../../identity/people/public-user.js'
import type { Roles } from '../../../identity/people/roles.js'
import { type UserFilter, type UserList, userOrders, userStates } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { answerCsv } from '../../admin/csv.js'
import type { Context } from '../../handler.js'
import { pageOf } from '../../lists/columns.js'
import { readTyped } from '../../lists/filters.js'
import { userColumns, userFilters } from '../../lists/users.js'
import type { FileChoice } from '../files.js'
import type { Pages } from '../page.js'
import { readChoice } from '../query.js'
import { isFiltered, readCounted } from './lists.js'

export type UserPagesDeps = { pages: Pages; files: FileChoice; users: Users; userList: UserList; roles: Roles }

export function createUserPages({ pages, files, users, userList, roles }: UserPagesDeps) {
  const readFilter = (ctx: Context): Promise<UserFilter> =>
    readTyped(ctx, userFilters, { users, userList, frame: pages.frameOf(ctx), which: [] })

  return {
    async usersPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, may, url, query } = frame
      const filter = await readFilter(ctx)
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => userList.page(filter, readOrder(ctx), page),
        () => userList.count(filter),
      )
      const [only] = results
      // A search on the home page leads to the user's page if there is only one result.
      if (query.open && only && results.length === 1 && next === null && !query.after && only.state !== 'deleted')
        return pages.go(ctx, `/admin/users/${only.user.id}`)
      const { after: _, size: __, open: ___, row: ____, ...asked } = query
      await pages.show(ctx, 'admin/users', {
        title: t('users.title'),
        actions: [
          ...files.links(ctx, frame, more => url('/admin/users.csv', { ...asked, ...more }), t('users.file')),
          ...(may('darvoza:users:write')
            ? [{ label: t('users.new'), icon: 'add', tone: 'primary', href: '/admin/users/new' }]
            : []),
        ],
        users: results.map(one => pageOf(userColumns, one)),
        next,
        partial,
        counted,
        filtered: isFiltered(filter),
        states: userStates,
        orders: userOrders,
        roleNames: (await roles.all()).map(role => role.name),
      })
    },

    /** The CSV file of all rows that the filter finds, streamed row by row. */
    async usersFile(ctx: Context): Promise<void> {
      const rows = userList.every(await readFilter(ctx), readOrder(ctx))
      answerCsv(ctx, 'darvoza-users', userColumns, rows, files.take(ctx, pages.frameOf(ctx)))
    },
  }
}

const readOrder = (ctx: Context) => readChoice(ctx, 'order', userOrders)

export function presentUser({ id, username, firstName, lastName, email, roles, lastLoginAt }: PublicUser) {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  return { id, username, name, email, roles, lastLoginAt }
}
