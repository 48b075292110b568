// Import of very many users from another system, and of their groups. Batches are judged and written in one transaction
// each; a dry run judges them alike and writes nothing.
import type { Actor } from '../../policy/actor.js'
import { type Group, type GroupRole, rolesOfGroups } from '../../policy/group-roles.js'
import { type Database, isDuplicate, type Queries } from '../../storage/database.js'
import type { RoleRecord } from '../../storage/roles.js'
import type { Changes } from '../../tokens/changes.js'
import {
  createImportJudgement,
  type ImportJudgementDeps,
  type ImportOutcome,
  type JudgedBatch,
} from './import-judgement.js'
import { noteOf, type UserToImport } from './new-user.js'

export type { ImportOutcome }

export type UserImportDeps = ImportJudgementDeps & { database: Database; changes: Changes }

/** Retries where concurrent changes take the same name or id. */
const tries = 5

export function createUserImport(deps: UserImportDeps) {
  const { database, userStore, roleStore, rights, changes } = deps
  const judge = createImportJudgement(deps)

  /** @param dryRun reports what would happen, and changes nothing */
  function begin(actor: Actor, { dryRun }: { dryRun: boolean }) {
    const so = { ids: new Set<number>(), keys: new Set<string>(), lastId: 0, roles: new Map<string, RoleRecord>() }

    async function importBatch(users: readonly UserToImport[]): Promise<JudgedBatch> {
      if (dryRun) return judge(database, users, so, actor)
      const roles = [...new Set(users.flatMap(user => user.roles ?? []))]
      return changes.run(
        actor,
        async (tx, { note }) => {
          const judged = await judge(tx, users, so, actor)
          const { rows, lastId } = judged
          if (rows.length === 0) return judged
          await userStore.raiseLastId(tx, lastId)
          await userStore.insertAll(tx, rows)
          for (const row of rows) note(noteOf('user_imported', row, row.id, judged.newIds.has(row.id)))
          return judged
        },
        { roles },
      )
    }

    return {
      /**
       * Maps groups to roles, which are created where they do not exist.
       * @throws permission_denied
       */
      async addGroups(groups: readonly Group[]): Promise<GroupRole[]> {
        const planned = async (tx: Queries) => {
          const found = rolesOfGroups(groups, await roleStore.all(tx))
          const made = found.filter(one => one.outcome === 'made')
          await rights.requireGiving(tx, actor, new Set(made.flatMap(one => one.permissions)))
          return { found, made: made.map(({ role, permissions }) => ({ name: role, permissions, builtIn: false })) }
        }
        const write = () =>
          changes.run(actor, async (tx, { note }) => {
            const { found, made } = await planned(tx)
            for (const role of made) {
              await roleStore.insert(tx, role)
              note({ action: 'role_created', subject: role.name, after: { permissions: role.permissions } })
            }
            return { found, made }
          })
        const { found, made } = dryRun ? await planned(database) : await retryOnDuplicate(write)
        for (const role of made) so.roles.set(role.name, role)
        return found
      },

      /** @returns the outcome of each user, in the same order */
      async addUsers(users: readonly UserToImport[]): Promise<ImportOutcome[]> {
        if (users.length === 0) return []
        const judged = await retryOnDuplicate(() => importBatch(users))
        for (const id of judged.ids) so.ids.add(id)
        for (const key of judged.keys) so.keys.add(key)
        so.lastId = judged.lastId
        return judged.outcomes
      },
    }
  }

  return { begin }
}

export type UserImport = ReturnType<typeof createUserImport>

/** Retries after a concurrent change took a name or an id between the read and the write: the next read sees it. */
async function retryOnDuplicate<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isDuplicate(error) || attempt === tries) throw error
    }
  }
}
