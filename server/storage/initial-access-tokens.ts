// Rows of initial access tokens. The hash is written, and searched for; it is never read.
import type { Queries, Value } from './database.js'
import { columns, insertion, placeholders } from './statement.js'

/** Times are epoch ms. */
export type InitialAccessTokenRecord = {
  id: string
  name: string
  /** The last characters of the token. */
  hint: string
  scopes: readonly string[]
  /** null: any number. */
  mostUses: number | null
  uses: number
  createdBy: string
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  endedAt: number | null
}

const tokenColumns = [
  ...(['id', 'name', 'hint', 'scopes', 'mostUses', 'uses'] as const),
  ...(['createdBy', 'createdAt', 'expiresAt', 'lastUsedAt', 'endedAt'] as const),
] as const satisfies (keyof InitialAccessTokenRecord)[]

type TokenRow = Omit<InitialAccessTokenRecord, 'scopes'> & { scopes: string }

/** `?`: now. */
const isGood = `ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?) AND (most_uses IS NULL OR uses < most_uses)`

export function createInitialAccessTokenStore() {
  async function read(tx: Queries, rest: string, values: readonly Value[]): Promise<InitialAccessTokenRecord[]> {
    const rows = await tx.read<TokenRow>(
      `SELECT ${columns('t', tokenColumns)} FROM initial_access_token t ${rest}`,
      values,
    )
    return rows.map(row => ({ ...row, scopes: JSON.parse(row.scopes) as string[] }))
  }

  return {
    async insert(tx: Queries, token: InitialAccessTokenRecord & { hash: string }): Promise<void> {
      await tx.write(...insertion('initial_access_token', { ...token, scopes: JSON.stringify(token.scopes) }))
    },

    find: async (tx: Queries, id: string): Promise<InitialAccessTokenRecord | null> =>
      (await read(tx, 'WHERE t.id = ?', [id]))[0] ?? null,

    /** The initial access token of a hash, if it is good at `now`. */
    findGood: async (tx: Queries, hash: string, now: number): Promise<InitialAccessTokenRecord | null> =>
      (await read(tx, `WHERE t.hash = ? AND ${isGood}`, [hash, now]))[0] ?? null,

    /** Initial access tokens: first those that were not ended, and each the newest first. */
    list: (tx: Queries, limit: number): Promise<InitialAccessTokenRecord[]> =>
      read(
        tx,
        `ORDER BY CASE WHEN t.ended_at IS NULL THEN 0 ELSE 1 END, t.created_at DESC, t.id DESC LIMIT ${Math.trunc(limit)}`,
        [],
      ),

    async countGood(tx: Queries, now: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM initial_access_token WHERE ${isGood}`,
        [now],
      )
      return row!.count
    },

    /** Takes one use of a token: atomic, however many requests arrive at once. @returns whether there was one left */
    async use(tx: Queries, id: string, now: number): Promise<boolean> {
      const matched = await tx.write(
        `UPDATE initial_access_token SET uses = uses + 1, last_used_at = ? WHERE id = ? AND ${isGood}`,
        [now, id, now],
      )
      return matched === 1
    },

    /** Ends a token. @returns whether it was not ended until now */
    async end(tx: Queries, id: string, at: number): Promise<boolean> {
      const matched = await tx.write('UPDATE initial_access_token SET ended_at = ? WHERE id = ? AND ended_at IS NULL', [
        at,
        id,
      ])
      return matched === 1
    },

    /** Deletes up to `limit` tokens that were ended, or expired, before an instant. @returns how many */
    async forgetOver(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ id: string }>(
        `SELECT id FROM initial_access_token WHERE ended_at < ? OR expires_at < ? ORDER BY id LIMIT ${Math.trunc(limit)}`,
        [before, before],
      )
      const ids = rows.map(row => row.id)
      if (ids.length > 0)
        await tx.write(`DELETE FROM initial_access_token WHERE id IN (${placeholders(ids.length)})`, ids)
      return ids.length
    },
  }
}

export type InitialAccessTokenStore = ReturnType<typeof createInitialAccessTokenStore>
