// Rows of the dashboard's figures (table `figure`), per minute and per hour: batched upserts of counts and levels,
// and queries of time series.
import type { FigureName, Grain } from '../policy/figures.js'
import type { Dialect, Queries } from './database.js'
import { insertions, placeholders } from './statement.js'

/** `beginsAt`: epoch ms, a whole minute or hour. */
export type FigureRecord = { grain: Grain; beginsAt: number; name: FigureName; value: number }

/** How many rows one statement writes. */
const batch = 500

export function createFigureStore({ engine }: Pick<Dialect, 'engine'>) {
  async function write(tx: Queries, rows: readonly FigureRecord[], onSameKey: { sqlite: string; mysql: string }) {
    for (let from = 0; from < rows.length; from += batch) {
      const [sql, values] = insertions('figure', rows.slice(from, from + batch))
      await tx.write(`${sql} ${onSameKey[engine]}`, values)
    }
  }

  const sameKey = 'ON CONFLICT (grain, begins_at, name) DO UPDATE SET value ='

  return {
    /** Adds to the stored counts, in as few statements as possible. */
    add: (tx: Queries, rows: readonly FigureRecord[]): Promise<void> =>
      write(tx, rows, {
        sqlite: `${sameKey} value + excluded.value`,
        mysql: 'ON DUPLICATE KEY UPDATE value = value + VALUES(value)',
      }),

    /** Replaces the stored values. */
    set: (tx: Queries, rows: readonly FigureRecord[]): Promise<void> =>
      write(tx, rows, { sqlite: `${sameKey} excluded.value`, mysql: 'ON DUPLICATE KEY UPDATE value = VALUES(value)' }),

    /** Values from one instant up to another (exclusive), in steps of so many ms; steps without a row are omitted. */
    steps(
      tx: Queries,
      grain: Grain,
      names: readonly FigureName[],
      { from, upto, step }: { from: number; upto: number; step: number },
    ): Promise<{ name: FigureName; at: number; sum: number; highest: number }[]> {
      return tx.read(
        `SELECT f.name AS name, f.begins_at - f.begins_at % ? AS at,
           CAST(SUM(f.value) AS SIGNED) AS sum, MAX(f.value) AS highest
         FROM figure f WHERE f.grain = ? AND f.begins_at >= ? AND f.begins_at < ? AND f.name IN (${placeholders(names.length)})
         GROUP BY f.name, f.begins_at - f.begins_at % ? ORDER BY 1, 2`,
        [step, grain, from, upto, ...names, step],
      )
    },

    /** The newest value of a figure since an instant, or null. */
    async latest(tx: Queries, grain: Grain, name: FigureName, since: number): Promise<FigureRecord | null> {
      const rows = await tx.read<FigureRecord>(
        `SELECT f.grain AS grain, f.begins_at AS beginsAt, f.name AS name, f.value AS value FROM figure f
         WHERE f.grain = ? AND f.begins_at >= ? AND f.name = ? ORDER BY f.begins_at DESC LIMIT 1`,
        [grain, since, name],
      )
      return rows[0] ?? null
    },

    /** Deletes up to `limit` rows that began before an instant. @returns how many */
    async forget(tx: Queries, grain: Grain, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ beginsAt: number }>(
        `SELECT begins_at AS beginsAt FROM figure WHERE grain = ? AND begins_at < ?
         ORDER BY begins_at LIMIT ${Math.trunc(limit)}`,
        [grain, before],
      )
      const last = rows.at(-1)
      if (!last) return 0
      await tx.write('DELETE FROM figure WHERE grain = ? AND begins_at <= ? AND begins_at < ?', [
        ...[grain, last.beginsAt, before],
      ])
      return rows.length
    },
  }
}

export type FigureStore = ReturnType<typeof createFigureStore>
