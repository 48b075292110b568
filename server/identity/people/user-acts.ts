// Bulk actions on users chosen by hand or by a filter: each user is changed alone, with all the rules of the single
// action.
import type { Actor } from '../../policy/actor.js'
import { rightsOf, rightsOfRoles } from '../../policy/permissions.js'
import { refuseField } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { RoleRecord, RoleStore } from '../../storage/roles.js'
import type { UserFilter, UserListStore } from '../../storage/user-lists.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import {
  type AsOf,
  chunked,
  type Done,
  findSelected,
  type LeftOut,
  type Previewed,
  type Reached,
  type Selection,
  whyLeftOut,
} from '../bulk.js'
import type { SessionStates } from '../devices/session-state.js'
import type { Sessions } from '../devices/sessions.js'
import type { WhereSignedIn } from '../devices/where-signed-in.js'
import type { ActorRights } from '../rights.js'
import type { Users } from './users.js'

export type UserSelection = Selection<number, UserFilter>

export const userActKinds = ['disable', 'sign_out', 'add_role', 'remove_role'] as const

export type UserAct = { what: 'disable' | 'sign_out' } | { what: 'add_role' | 'remove_role'; role: string }

/**
 * Preview of a bulk action. `count` is of users who would be changed; `sessions` of their live sessions, which end, or
 * whose tokens become stale; `unchanged` of users who have the wanted state already.
 */
export type UserActPreview = Previewed &
  Reached & {
    /** Live sessions of these users. */
    sessions: number
    /** Live access tokens that a change of roles makes stale; null for other actions, and for more than 250 users. */
    tokens: number | null
    unchanged: number
    leftOut: LeftOut[]
  }

export type UserActOptions = {
  /** A user who is left out: the actor, so that they do not shut out themselves among many. */
  keep?: number | null | undefined
}

export type UserActsDeps = {
  database: Database
  userStore: UserStore
  roleStore: RoleStore
  userListStore: UserListStore
  users: Users
  sessions: Sessions
  whereSignedIn: WhereSignedIn
  states: SessionStates
  rights: ActorRights
  now: () => number
}

export const mostUsersAtOnce = 5_000
/** For more users than this their access tokens are not counted. */
const mostWithTokens = 250

export function createUserActs(deps: UserActsDeps) {
  const { database, userStore, roleStore, userListStore, users, sessions, whereSignedIn, states, rights, now } = deps

  /** Users of the selection who existed at `at` (epoch ms) and are not deleted. @throws invalid_fields */
  async function find(selection: UserSelection, at: number): Promise<UserRecord[]> {
    const ids = await findSelected<number, UserFilter, number>(selection, {
      most: mostUsersAtOnce,
      what: 'users',
      named: async ids => ids,
      filtered: async (filter, page) => {
        const wanted = { ...filter, createdUpto: at }
        const { rows, next } = await userListStore.page(database, wanted, 'newest', states.terms(), page)
        return { rows: rows.map(row => row.id), next }
      },
    })
    const found: UserRecord[] = []
    for (const some of chunked(ids)) found.push(...(await userStore.some(database, some)))
    return found.filter(user => user.deletedAt === null)
  }

  /** @throws invalid_fields */
  async function requireRole(act: UserAct): Promise<RoleRecord | null> {
    if (!('role' in act)) return null
    const role = (await roleStore.list(database)).find(one => one.name === act.role)
    if (!role) throw refuseField('role', 'unknown_role', { name: act.role })
    return role
  }

  /** Runs the single action on one user. */
  function doTo(user: UserRecord, act: UserAct, actor: Actor): Promise<void> {
    switch (act.what) {
      case 'disable':
        return users.disable(user.id, actor)
      case 'sign_out':
        return sessions.endAll(user.id, actor)
      case 'add_role':
        return users.addRole(user.id, act.role, actor)
      case 'remove_role':
        return users.removeRole(user.id, act.role, actor)
    }
  }

  async function countTokens(of: readonly UserRecord[]): Promise<number> {
    let tokens = 0
    for (const { id } of of) tokens += (await whereSignedIn.countLive(id)).tokens
    return tokens
  }

  return {
    /** @throws invalid_fields, also when there are more than can be acted on at once */
    async preview(
      selection: UserSelection,
      act: UserAct,
      actor: Actor,
      { keep, asOf }: UserActOptions & AsOf = {},
    ): Promise<UserActPreview> {
      const at = asOf ?? now()
      const role = await requireRole(act)
      const given = rightsOfRoles(role !== null && act.what === 'add_role' ? [role] : [])
      const may = await rights.judge(database, actor)
      const leftOut: LeftOut[] = []
      const reached: UserRecord[] = []
      let unchanged = 0
      for (const user of await find(selection, at)) {
        if (user.id === keep) leftOut.push(leftOutOf(user, 'self'))
        else if (isSo(user, act)) unchanged++
        else if (may === null || may(rightsOf(user), rightsOf(withRole(user, act, role)), given)) reached.push(user)
        else leftOut.push(leftOutOf(user, 'permission_denied'))
      }
      let live = 0
      for (const some of chunked(reached)) {
        const ids = some.map(user => user.id)
        for (const count of (await userListStore.liveSessions(database, ids, states.terms())).values()) live += count
      }
      const tokens = 'role' in act && reached.length <= mostWithTokens ? await countTokens(reached) : null
      const userIds = reached.map(user => user.id)
      return { at, count: reached.length, userIds, sessions: live, tokens, unchanged, leftOut }
    },

    /** Runs the action on the previewed users, one after the other. @throws invalid_fields */
    async run(
      selection: UserSelection,
      act: UserAct,
      previewed: Previewed,
      actor: Actor,
      { keep }: UserActOptions = {},
    ): Promise<Done> {
      await requireRole(act)
      const leftOut: LeftOut[] = []
      let done = 0
      for (const user of await find(selection, previewed.at)) {
        if (user.id === keep) {
          leftOut.push(leftOutOf(user, 'self'))
          continue
        }
        if (isSo(user, act)) continue
        try {
          await doTo(user, act, actor)
          done++
        } catch (error) {
          const why = whyLeftOut(error)
          // Deleted meanwhile: nothing is left to do.
          if (why !== 'not_found') leftOut.push(leftOutOf(user, why))
        }
      }
      return { done, differ: done - previewed.count, leftOut }
    },
  }
}

export type UserActs = ReturnType<typeof createUserActs>

function leftOutOf({ id, username }: UserRecord, why: LeftOut['why']): LeftOut {
  return { userId: id, username, count: 1, why }
}

/** Whether the user already has the state that the action would set. */
function isSo({ active, roles }: UserRecord, act: UserAct): boolean {
  switch (act.what) {
    case 'disable':
      return !active
    case 'sign_out':
      return false
    case 'add_role':
      return roles.includes(act.role)
    case 'remove_role':
      return !roles.includes(act.role)
  }
}

/** The user's roles and permissions after the action; for a removed role those before, which include them. */
function withRole(user: UserRecord, act: UserAct, role: RoleRecord | null) {
  if (role === null || act.what !== 'add_role') return user
  return { roles: [...user.roles, role.name], allPermissions: [...user.allPermissions, ...role.permissions] }
}
