// Export of users to another installation, with their password hashes: no other module hands these out. Only the
// command line uses it, never the HTTP server.
import type { Database } from '../../storage/database.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import type { UserList } from './user-list.js'

/** An exported user, as `importOne` accepts it. */
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
  /** Permissions given to the user directly. */
  permissions: string[]
  mustChangePassword: boolean
  /** Epoch ms. */
  lastLoginAt: number | null
  createdAt: number
}

export type UserExportDeps = { database: Database; userStore: UserStore; userList: UserList }

export function createUserExport({ database, userStore, userList }: UserExportDeps) {
  return {
    /** All users who are not deleted, by id. */
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

/** Page size: other requests are served between two pages. */
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
