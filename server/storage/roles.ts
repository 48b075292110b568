// Rows of roles and their assignment to users (tables `role`, `user_role`): the list with numbers of holders, row
// locks in the order of names, changes of permissions, renaming, and deletion.
import type { Queries } from './database.js'
import type { Counted } from './keyset-scan.js'
import { insertion, placeholders } from './statement.js'

export type RoleRecord = { name: string; permissions: string[]; builtIn: boolean }
/** `holders`: how many users have it, counted up to 10,000. */
export type ListedRole = RoleRecord & { holders: Counted }

const highestCount = 10_000
const countedAtOnce = 100

const selectRoles =
  'SELECT r.name AS name, r.permissions AS permissions, r.built_in AS builtIn FROM role r ORDER BY r.name'

type RoleRow = { name: string; permissions: string; builtIn: number }

export function createRoleStore(dialect: { forUpdate: string }) {
  return {
    /** Locks a role until the transaction ends; null where there is none. */
    async lock(tx: Queries, name: string): Promise<RoleRecord | null> {
      const rows = await tx.read<RoleRow>(
        `SELECT name, permissions, built_in AS builtIn FROM role WHERE name = ?${dialect.forUpdate}`,
        [name],
      )
      return rows[0] ? readRole(rows[0]) : null
    },

    /**
     * Locks the roles of some users, of whom there must be one, and other roles, in the order of their names.
     * @param how `share`: no transaction may change them, while others may hold the same lock
     */
    async lockOf(
      tx: Queries,
      userIds: readonly number[],
      others: readonly string[],
      how: 'update' | 'share',
    ): Promise<void> {
      // SQLite's transactions have the one write lock already.
      if (dialect.forUpdate === '') return
      const held = await tx.read<{ name: string }>(
        `SELECT DISTINCT role_name AS name FROM user_role WHERE user_id IN (${placeholders(userIds.length)})`,
        userIds,
      )
      const each = [...new Set([...others, ...held.map(row => row.name)])].sort()
      if (each.length === 0) return
      // MariaDB has no FOR SHARE.
      const lock = how === 'update' ? dialect.forUpdate : ' LOCK IN SHARE MODE'
      await tx.read(`SELECT name FROM role WHERE name IN (${placeholders(each.length)}) ORDER BY name${lock}`, each)
    },

    /** Locks roles in the order of their names; names without a role are skipped. */
    async lockAll(tx: Queries, names: readonly string[]): Promise<void> {
      for (const name of names.toSorted()) await this.lock(tx, name)
    },

    /** All roles, by name. */
    all: async (tx: Queries): Promise<RoleRecord[]> => (await tx.read<RoleRow>(selectRoles)).map(readRole),

    async list(tx: Queries): Promise<ListedRole[]> {
      const rows = await tx.read<RoleRow>(selectRoles)
      const counts = new Map<string, number>()
      for (let from = 0; from < rows.length; from += countedAtOnce) {
        const names = rows.slice(from, from + countedAtOnce).map(row => row.name)
        const each = names.map(
          () => `SELECT ? AS name, COUNT(*) AS count FROM
            (SELECT 1 FROM user_role ur WHERE ur.role_name = ? LIMIT ${highestCount + 1}) t`,
        )
        const found = await tx.read<{ name: string; count: number }>(
          each.join(' UNION ALL '),
          names.flatMap(name => [name, name]),
        )
        for (const { name, count } of found) counts.set(name, count)
      }
      return rows.map(row => {
        const count = counts.get(row.name) ?? 0
        return { ...readRole(row), holders: { count: Math.min(count, highestCount), more: count > highestCount } }
      })
    },

    async insert(tx: Queries, { name, permissions, builtIn }: RoleRecord): Promise<void> {
      await tx.write(...insertion('role', { name, permissions: JSON.stringify(permissions), builtIn }))
    },

    async setPermissions(tx: Queries, name: string, permissions: readonly string[]): Promise<void> {
      await tx.write('UPDATE role SET permissions = ? WHERE name = ?', [JSON.stringify(permissions), name])
    },

    /** Renames a role; its holders keep it. */
    async rename(tx: Queries, name: string, newName: string): Promise<void> {
      await tx.write('UPDATE role SET name = ? WHERE name = ?', [newName, name])
      await tx.write('UPDATE user_role SET role_name = ? WHERE role_name = ?', [newName, name])
    },

    /** Deletes a role; its holders lose it. */
    async delete(tx: Queries, name: string): Promise<void> {
      await tx.write('DELETE FROM user_role WHERE role_name = ?', [name])
      await tx.write('DELETE FROM role WHERE name = ?', [name])
    },
  }
}

export type RoleStore = ReturnType<typeof createRoleStore>

function readRole({ name, permissions, builtIn }: RoleRow): RoleRecord {
  return { name, permissions: JSON.parse(permissions) as string[], builtIn: builtIn === 1 }
}
