// Users, as an administrator looks through them.
import type { Database } from '../storage/database.js'
import {
  type UserFilter,
  type UserLists,
  type UserOrder,
  type UserState,
  userListOf,
  userOrders,
  userStates,
} from '../storage/user-lists.js'
import type { UserRecord, Users } from '../storage/users.js'
import { type Counted, every, type Listed, listed, type Page, placeIn } from './listing.js'
import type { SessionStates } from './session-state.js'

export { type UserFilter, type UserOrder, type UserState, userOrders, userStates }

/** `liveSessions` is counted up to 1,000; one more stands for more. */
export type UserInList = { user: UserRecord; state: UserState; liveSessions: number }

export type UserListDeps = { database: Database; users: Users; userLists: UserLists; states: SessionStates }

export function createUserList({ database, users, userLists, states }: UserListDeps) {
  /** @throws invalid_fields */
  async function page(filter: UserFilter, order: UserOrder, page: Page): Promise<Listed<UserInList>> {
    const terms = states.terms()
    const after = placeIn(userListOf(filter, order), page)
    const walked = await userLists.page(database, filter, order, terms, { ...page, after })
    const ids = walked.rows.map(row => row.id)
    if (ids.length === 0) return listed(walked, [])
    const records = new Map((await users.some(database, ids)).map(user => [user.id, user]))
    const live = await userLists.liveSessions(database, ids, terms)
    const rows = ids.flatMap((id): UserInList[] => {
      const user = records.get(id)
      return user ? [{ user, state: stateOf(user), liveSessions: live.get(id) ?? 0 }] : []
    })
    return listed(walked, rows)
  }

  return {
    page,
    count: (filter: UserFilter): Promise<Counted> => userLists.count(database, filter, states.terms()),
    /** All of them, for a file. */
    every: (filter: UserFilter, order: UserOrder): AsyncGenerator<UserInList> =>
      every(next => page(filter, order, next)),
  }
}

export type UserList = ReturnType<typeof createUserList>

function stateOf({ active, deletedAt }: UserRecord): UserState {
  return deletedAt !== null ? 'deleted' : active ? 'active' : 'disabled'
}
