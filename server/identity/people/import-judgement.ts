// Judges each user of an import: a batch at a time, by a few reads, and alike in a dry run and in the import itself.
import type { Actor } from '../../policy/actor.js'
import { rightsOfRoles } from '../../policy/permissions.js'
import type { Policy } from '../../policy/policies.js'
import { usernameKey } from '../../policy/username.js'
import { Refusal, refuse, refuseField } from '../../protocol/errors.js'
import type { Queries } from '../../storage/database.js'
import type { RoleRecord, RoleStore } from '../../storage/roles.js'
import type { NewUser, UserRecord, UserStore } from '../../storage/users.js'
import type { ActorRights } from '../rights.js'
import { newUser, requireImportable, type UserToImport } from './new-user.js'
import { usernameTaken } from './new-users.js'
import { type DifferingField, differencesOf } from './user-differences.js'

export type ImportOutcome =
  | { outcome: 'imported'; id: number }
  /** The user exists already, without a difference. */
  | { outcome: 'unchanged'; id: number }
  /** The user exists already, and differs in these fields; the existing values stay. */
  | { outcome: 'kept'; id: number; differs: DifferingField[] }
  | { outcome: 'refused'; refusal: Refusal }

type Found = Extract<ImportOutcome, { id: number }>

/** What an import has done so far, or would have done in a dry run. */
export type Progress = {
  ids: ReadonlySet<number>
  keys: ReadonlySet<string>
  /** The last id that was assigned. */
  lastId: number
  roles: ReadonlyMap<string, RoleRecord>
}

export type JudgedBatch = {
  /** One for each user, in the same order. */
  outcomes: ImportOutcome[]
  /** New users to be inserted, with their roles. */
  rows: (NewUser & { roles: string[] })[]
  lastId: number
  ids: number[]
  /** Those of `ids` that the import has assigned. */
  newIds: ReadonlySet<number>
  keys: string[]
}

export type ImportJudgementDeps = {
  userStore: UserStore
  roleStore: RoleStore
  rights: ActorRights
  policy: () => Policy
  now: () => number
}

export function createImportJudgement({ userStore, roleStore, rights, policy, now }: ImportJudgementDeps) {
  /** Roles by their names, locked in the global lock order; in a dry run as the import would have created them. */
  async function rolesOf(
    tx: Queries,
    users: readonly UserToImport[],
    progress: Progress,
  ): Promise<Map<string, RoleRecord>> {
    const found = new Map(progress.roles)
    for (const name of [...new Set(users.flatMap(user => user.roles ?? []))].sort()) {
      const role = await roleStore.lock(tx, name)
      if (role) found.set(name, role)
    }
    return found
  }

  return async function judge(
    tx: Queries,
    users: readonly UserToImport[],
    progress: Progress,
    actor: Actor,
  ): Promise<JudgedBatch> {
    const roles = await rolesOf(tx, users, progress)
    const mayDo = await rights.judge(tx, actor)
    const ids = new Set<number>()
    const newIds = new Set<number>()
    const keys = new Set<string>()
    const rows: JudgedBatch['rows'] = []
    const byKey = new Map(
      (await userStore.someByKeys(tx, users.map(nameOf))).map(user => [user.usernameKey!, user] as const),
    )
    const wanted = users.flatMap(user => (Number.isSafeInteger(user.id) ? [user.id!] : []))
    const byId = new Map((await userStore.some(tx, wanted)).map(user => [user.id, user] as const))
    let lastId = Math.max(progress.lastId, await userStore.lastId(tx))

    const outcomes: ImportOutcome[] = []
    for (const user of users) outcomes.push(await outcomeOf(user))
    return { outcomes, rows, lastId, ids: [...ids], newIds, keys: [...keys] }

    async function outcomeOf(user: UserToImport): Promise<ImportOutcome> {
      try {
        requireImportable(user)
        const key = nameOf(user)
        if (user.id !== undefined && (ids.has(user.id) || progress.ids.has(user.id)))
          throw refuseField('id', 'user_id_taken')
        if (keys.has(key) || progress.keys.has(key)) throw usernameTaken()
        const there = existingUser(user, key)
        const outcome: Found = there ? compared(user, there) : await added(user)
        ids.add(outcome.id)
        keys.add(key)
        return outcome
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        if (error.code !== 'invalid_fields' && error.code !== 'permission_denied') throw error
        return { outcome: 'refused', refusal: error }
      }
    }

    function existingUser(user: UserToImport, key: string): UserRecord | null {
      const named = byKey.get(key)
      if (user.id === undefined) return named ?? null
      const holder = byId.get(user.id)
      if (holder?.usernameKey === key) return holder
      if (holder) throw refuseField('id', holder.deletedAt === null ? 'user_id_taken' : 'user_id_deleted')
      if (named) throw refuseField('username', 'username_of_another', { id: named.id })
      return null
    }

    function compared(user: UserToImport, there: UserRecord): Found {
      const differs = differencesOf(user, there, policy().password_cost)
      const { id } = there
      return differs.length > 0 ? { outcome: 'kept', id, differs } : { outcome: 'unchanged', id }
    }

    async function added(user: UserToImport): Promise<Found> {
      const held = [...new Set(user.roles ?? [])]
      const given = held.map(name => {
        const role = roles.get(name)
        if (!role) throw refuseField('roles', 'unknown_role', { name })
        return role
      })
      requireGiving(given, user.permissions ?? [])
      const id = user.id ?? (await nextId())
      if (user.id === undefined) newIds.add(id)
      lastId = Math.max(lastId, id)
      rows.push({ ...newUser(user, id, now()), roles: held })
      return { outcome: 'imported', id }
    }

    function requireGiving(given: readonly RoleRecord[], permissions: readonly string[]): void {
      if (mayDo === null) return
      const noRights = new Set<string>()
      if (!mayDo(noRights, noRights, rightsOfRoles(given, permissions))) throw refuse('permission_denied')
      // Creating users does not include giving roles, not even the actor's own roles.
      if (given.length > 0 && !mayDo(new Set(['darvoza:roles:write']))) throw refuse('permission_denied')
    }

    /** The next free id: some users have ids outside of the sequence. */
    async function nextId(): Promise<number> {
      let id = lastId + 1
      while (ids.has(id) || progress.ids.has(id) || (await userStore.find(tx, id))) id++
      return id
    }
  }
}

const nameOf = ({ username }: UserToImport) => usernameKey(username)
