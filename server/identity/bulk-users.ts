// One change of many users: previewed, then made one by one, each in a transaction of its own and by the rights of its
// moment. Who must be left out is named, with the reason.
import type { Actor } from '../policy/actor.js'
import { userOf } from '../policy/actor.js'
import { mayAct, type OwnPermission, rightsOf } from '../policy/permissions.js'
import { type ErrorCode, Refusal } from '../protocol/errors.js'
import type { Database } from '../storage/database.js'
import type { Roles } from '../storage/roles.js'
import type { UserRecord, Users as UserStore } from '../storage/users.js'
import type { ActorRights } from './rights.js'
import type { Sessions } from './sessions.js'
import type { Users } from './users.js'

/** What can be done to many at once, and the permission that it needs. */
export const userChanges = {
  disable: { permission: 'darvoza:users:write', role: false },
  'sign-out': { permission: 'darvoza:sessions:end', role: false },
  'add-role': { permission: 'darvoza:roles:write', role: true },
  'remove-role': { permission: 'darvoza:roles:write', role: true },
} as const satisfies Record<string, { permission: OwnPermission; role: boolean }>

export type UserChange = keyof typeof userChanges

/** Why somebody is left out: `self`, whoever does it; `unchanged`, it is so already. */
export type LeftOut = { username: string; why: ErrorCode | 'self' | 'unchanged' }

export type UserReach = {
  ids: number[]
  leftOut: LeftOut[]
  /** Of those who are reached: how many sessions end, or how many live tokens are refreshed. */
  count: number
}

/** As many as a page of the list has. */
const mostUsers = 100

export type BulkUsersDeps = {
  database: Database
  userStore: UserStore
  roles: Roles
  users: Users
  sessions: Sessions
  rights: ActorRights
}

export function createBulkUsers({ database, userStore, roles, users, sessions, rights }: BulkUsersDeps) {
  const acts: Record<UserChange, (id: number, role: string, actor: Actor) => Promise<void>> = {
    disable: (id, _, actor) => users.disable(id, actor),
    'sign-out': (id, _, actor) => sessions.endAll(id, actor),
    'add-role': (id, role, actor) => users.changeRoles(id, present => [...present, role], actor),
    'remove-role': (id, role, actor) => users.changeRoles(id, present => present.filter(one => one !== role), actor),
  }

  async function find(ids: readonly number[]): Promise<UserRecord[]> {
    const some = [...new Set(ids)].slice(0, mostUsers)
    if (some.length === 0) return []
    const found = await userStore.some(database, some)
    return found.filter(user => user.deletedAt === null).sort((a, b) => a.id - b.id)
  }

  /** Asked before, so that the preview tells what will happen; whoever is judged otherwise later is left out then. */
  async function judge(change: UserChange, role: string, actor: Actor) {
    const own = await rights.of(database, actor)
    const given = (await roles.list(database)).find(one => one.name === role)?.permissions ?? []
    return (user: UserRecord): LeftOut['why'] | null => {
      // Nobody locks themselves out in passing, among many.
      if (userOf(actor) === user.id && change !== 'add-role') return 'self'
      const holds = user.roles.includes(role)
      if (change === 'disable' && !user.active) return 'unchanged'
      if ((change === 'add-role' && holds) || (change === 'remove-role' && !holds)) return 'unchanged'
      const before = rightsOf(user)
      const after =
        change === 'add-role'
          ? rightsOf({ roles: [...user.roles, role], allPermissions: [...user.allPermissions, ...given] })
          : before
      return mayAct(own, before, after) ? null : 'permission_denied'
    }
  }

  return {
    async preview(change: UserChange, ids: readonly number[], role: string, actor: Actor): Promise<UserReach> {
      const why = await judge(change, role, actor)
      const countOf = userChanges[change].role
        ? sessions.countTokens
        : async (id: number) => (await sessions.list(id)).length
      const reach: UserReach = { ids: [], leftOut: [], count: 0 }
      for (const user of await find(ids)) {
        const reason = why(user)
        if (reason) reach.leftOut.push({ username: user.username, why: reason })
        else {
          reach.ids.push(user.id)
          reach.count += await countOf(user.id)
        }
      }
      return reach
    },

    /** `count` is the preview's to say. */
    async apply(change: UserChange, ids: readonly number[], role: string, actor: Actor): Promise<UserReach> {
      const why = await judge(change, role, actor)
      const reach: UserReach = { ids: [], leftOut: [], count: 0 }
      for (const user of await find(ids)) {
        const reason = why(user) ?? (await attempt(() => acts[change](user.id, role, actor)))
        if (reason) reach.leftOut.push({ username: user.username, why: reason })
        else reach.ids.push(user.id)
      }
      return reach
    },
  }
}

export type BulkUsers = ReturnType<typeof createBulkUsers>

/** What one person cannot have done to them says nothing about the next. */
const passedOver: ReadonlySet<ErrorCode> = new Set(['not_found', 'permission_denied', 'last_administrator'])

async function attempt(act: () => Promise<void>): Promise<ErrorCode | null> {
  try {
    await act()
    return null
  } catch (error) {
    if (error instanceof Refusal && passedOver.has(error.code)) return error.code
    throw error
  }
}

export function isUserChange(text: string): text is UserChange {
  return Object.hasOwn(userChanges, text)
}
