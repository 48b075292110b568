// Users, as administrators look through them. The pattern for other lists: the address says what is shown (query.ts), one
// call down, plain values for the view.

import type { PublicUser } from '../../../identity/people/public-user.js'
import type { Roles } from '../../../identity/people/roles.js'
import {
  type UserFilter,
  type UserInList,
  type UserList,
  userOrders,
  userStates,
} from '../../../identity/people/user-list.js'
import { answerCsv, userColumns } from '../../admin/csv.js'
import type { Context } from '../../handler.js'
import type { FileChoice } from '../files.js'
import type { Pages } from '../page.js'
import { readChoice, readText } from '../query.js'
import { isFiltered, readCounted, readOneOf } from './lists.js'

export type UserPagesDeps = { pages: Pages; files: FileChoice; userList: UserList; roles: Roles }

export function createUserPages({ pages, files, userList, roles }: UserPagesDeps) {
  return {
    async usersPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, may, url, query } = frame
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
      const { after: _, size: __, open: ___, row: ____, ...asked } = query
      await pages.show(ctx, 'admin/users', {
        title: t('users.title'),
        actions: [
          ...files.links(ctx, frame, more => url('/admin/users.csv', { ...asked, ...more }), t('users.file')),
          ...(may('darvoza:users:write')
            ? [{ label: t('users.new'), icon: 'add', tone: 'primary', href: '/admin/users/new' }]
            : []),
        ],
        ...{ users: results.map(presentListed), next, partial, counted, filtered: isFiltered(filter) },
        ...{ states: userStates, orders: userOrders, roleNames: (await roles.all()).map(role => role.name) },
      })
    },

    /** All that the filter finds, row by row, however many. */
    usersFile(ctx: Context): void {
      const rows = userList.every(readUserFilter(ctx), readOrder(ctx))
      answerCsv(ctx, 'darvoza-users', userColumns, rows, files.take(ctx, pages.frameOf(ctx)))
    },
  }
}

const yesOrNo = ['true', 'false'] as const

function readUserFilter(ctx: Context): UserFilter {
  const live = readOneOf(ctx, 'live', yesOrNo)
  return {
    ...{ text: readText(ctx, 'text') || undefined, role: readText(ctx, 'role') || undefined },
    ...{ state: readOneOf(ctx, 'state', userStates), live: live === undefined ? undefined : live === 'true' },
  }
}

const readOrder = (ctx: Context) => readChoice(ctx, 'order', userOrders)

export function presentUser({ id, username, firstName, lastName, email, roles, lastLoginAt }: PublicUser) {
  const name = [firstName, lastName].filter(Boolean).join(' ')
  return { id, username, name, email, roles, lastLoginAt }
}

function presentListed({ user, state, liveSessions }: UserInList) {
  return { ...presentUser(user), state, liveSessions }
}
