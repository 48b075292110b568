// The list of users, for administrators.
import type { Database } from '../../storage/database.js'
import {
  type UserFilter,
  type UserListStore,
  type UserOrder,
  type UserState,
  userListOf,
  userOrders,
  userStates,
} from '../../storage/user-lists.js'
import type { UserStore } from '../../storage/users.js'
import type { SessionStates } from '../devices/session-state.js'
import { type Counted, cursorIn, every, type Listed, listed, type Page } from '../listing.js'

import { type PublicUser, publicUser } from './public-user.js'

export { type UserFilter, type UserOrder, type UserState, userOrders, userStates }

/** `liveSessions` is counted up to 1,000; 1,001 stands for more. */
export type UserInList = { user: PublicUser; state: UserState; liveSessions: number }

export type UserListDeps = {
  database: Database
  userStore: UserStore
  userListStore: UserListStore
  states: SessionStates
}

export function createUserList({ database, userStore, userListStore, states }: UserListDeps) {
  /** @throws invalid_fields */
  async function page(filter: UserFilter, order: UserOrder, page: Page): Promise<Listed<UserInList>> {
    const terms = states.terms()
    const after = cursorIn(userListOf(filter, order), page)
    const scanned = await userListStore.page(database, filter, order, terms, { ...page, after })
    const ids = scanned.rows.map(row => row.id)
    if (ids.length === 0) return listed(scanned, [])
    const records = new Map((await userStore.some(database, ids)).map(user => [user.id, user]))
    const live = await userListStore.liveSessions(database, ids, terms)
    const rows = ids.flatMap((id): UserInList[] => {
      const user = records.get(id)
      return user ? [{ user: publicUser(user), state: stateOf(user), liveSessions: live.get(id) ?? 0 }] : []
    })
    return listed(scanned, rows)
  }

  return {
    page,
    count: (filter: UserFilter): Promise<Counted> => userListStore.count(database, filter, states.terms()),
    /** All users that match, for a file. */
    every: (filter: UserFilter, order: UserOrder): AsyncGenerator<UserInList> =>
      every(next => page(filter, order, next)),
  }
}

export type UserList = ReturnType<typeof createUserList>

function stateOf({ active, deletedAt }: Pick<PublicUser, 'active' | 'deletedAt'>): UserState {
  return deletedAt !== null ? 'deleted' : active ? 'active' : 'disabled'
}
