import type { Queries } from './database.js'
import { marks } from './statement.js'

export function createRoles() {
  return {
    /** Which of these names are no roles. */
    async unknown(tx: Queries, names: readonly string[]): Promise<string[]> {
      if (names.length === 0) return []
      const rows = await tx.read<{ name: string }>(
        `SELECT name FROM role WHERE name IN (${marks(names.length)})`,
        names,
      )
      const known = new Set(rows.map(row => row.name))
      return names.filter(name => !known.has(name))
    },
  }
}

export type Roles = ReturnType<typeof createRoles>
