// Users as an operator takes them to another installation, with their hashes: the one place from which these leave this
// floor. The command line has it; nothing that answers requests does.
import type { Database } from '../../storage/database.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import type { UserList } from './user-list.js'

/** As `importOne` takes it. */
export type ExportedUser = {
  id: number
  username: string
  passwordHash: string
  firstName: string
  lastName: string
  email: string
  emailVerified: boolean
  active: boolean
  roles: string[]
  /** The user's own. */
  permissions: string[]
  mustChangePassword: boolean
  /** Epoch ms. */
  lastLoginAt: number | null
  createdAt: number
}

export type UserExportDeps = { database: Database; userStore: UserStore; userList: UserList }

export function createUserExport({ database, userStore, userList }: UserExportDeps) {
  return {
    /** All who are not deleted, by their ids. */
    async *every(): AsyncGenerator<ExportedUser> {
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<UserList['page']>> = await userList.page({}, 'oldest', { after, limit })
        const ids = page.results.map(({ user }) => user.id)
        for (const user of await userStore.some(database, ids)) yield exported(user)
        if (page.next === null) return
        after = page.next
      }
    },
  }
}

/** How many are read at a time: others are answered between two pages. */
const limit = 100

export type UserExport = ReturnType<typeof createUserExport>

function exported(user: UserRecord): ExportedUser {
  return {
    id: user.id,
    username: user.username,
    passwordHash: user.passwordHash,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    emailVerified: user.emailVerified,
    active: user.active,
    roles: user.roles,
    permissions: user.permissions,
    mustChangePassword: user.mustChangePassword,
    lastLoginAt: user.lastLoginAt,
    createdAt: user.createdAt,
  }
}
