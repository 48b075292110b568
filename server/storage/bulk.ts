// Bulk inserts: many rows per statement.
import type { Queries, Value } from './database.js'
import { insertions } from './statement.js'

/** Limit of `?` marks in one statement, for every engine. */
const mostMarks = 30_000

/** Inserts rows by property names, all of the same shape. */
export async function insertRows(tx: Queries, table: string, rows: readonly Record<string, Value>[]): Promise<void> {
  if (rows.length === 0) return
  const perStatement = Math.floor(mostMarks / Object.keys(rows[0]!).length)
  for (let from = 0; from < rows.length; from += perStatement)
    await tx.write(...insertions(table, rows.slice(from, from + perStatement)))
}
