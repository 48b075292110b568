// Refresh tokens of the former service. The row ensures that a token is exchanged once, on any number of servers.
import type { Dialect, Queries, Value } from './database.js'
import { columns, insertions, placeholders } from './statement.js'

export type LegacyTokenRecord = {
  hash: string
  userId: number | null
  listedAt: number | null
  exchangedAt: number | null
  sessionId: string | null
  generation: number
  endedAt: number | null
  expiresAt: number
}

/** A token on the former service's list of outstanding tokens. */
export type ListedLegacyToken = Pick<LegacyTokenRecord, 'hash' | 'userId' | 'listedAt' | 'expiresAt'>

/** The exchange of a token for a session. */
export type LegacyExchange = { userId: number; exchangedAt: number; sessionId: string; generation: number }

export type LegacyCountRecord = { day: number; what: string; value: number }

const tokenColumns = [
  'hash',
  'userId',
  'listedAt',
  'exchangedAt',
  'sessionId',
  'generation',
  'endedAt',
  'expiresAt',
] as const satisfies (keyof LegacyTokenRecord)[]

export function createLegacyTokenStore({ engine, forUpdate }: Pick<Dialect, 'engine' | 'forUpdate'>) {
  const ignore = engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE'

  async function read(tx: Queries, rest: string, values: readonly Value[]): Promise<LegacyTokenRecord[]> {
    return tx.read<LegacyTokenRecord>(`SELECT ${columns('l', tokenColumns)} FROM legacy_token l ${rest}`, values)
  }

  async function insertAll(tx: Queries, rows: readonly LegacyTokenRecord[]): Promise<number> {
    const [sql, values] = insertions('legacy_token', rows)
    return tx.write(sql.replace('INSERT', ignore), values)
  }

  return {
    async find(tx: Queries, hash: string): Promise<LegacyTokenRecord | null> {
      return (await read(tx, 'WHERE l.hash = ?', [hash]))[0] ?? null
    },

    /** Like `find`; the caller has locked the user's row. */
    async lock(tx: Queries, hash: string): Promise<LegacyTokenRecord | null> {
      return (await read(tx, `WHERE l.hash = ?${forUpdate}`, [hash]))[0] ?? null
    },

    some: (tx: Queries, hashes: readonly string[]): Promise<LegacyTokenRecord[]> =>
      read(tx, `WHERE l.hash IN (${placeholders(hashes.length)})`, hashes),

    /** Spends a token. @returns whether this attempt did */
    async exchange(tx: Queries, token: { hash: string; expiresAt: number }, by: LegacyExchange): Promise<boolean> {
      if ((await insertAll(tx, [{ ...token, listedAt: null, endedAt: null, ...by }])) === 1) return true
      const matched = await tx.write(
        `UPDATE legacy_token SET user_id = ?, exchanged_at = ?, session_id = ?, generation = ?, expires_at = ?
         WHERE hash = ? AND exchanged_at IS NULL AND ended_at IS NULL`,
        [by.userId, by.exchangedAt, by.sessionId, by.generation, token.expiresAt, token.hash],
      )
      return matched === 1
    },

    /** Ends a token that was not exchanged. @returns whether it could have been exchanged until now */
    async end(tx: Queries, token: { hash: string; userId: number; expiresAt: number }, at: number): Promise<boolean> {
      const row = { ...token, listedAt: null, exchangedAt: null, sessionId: null, generation: 0, endedAt: at }
      if ((await insertAll(tx, [row])) === 1) return true
      const matched = await tx.write(
        'UPDATE legacy_token SET ended_at = ? WHERE hash = ? AND exchanged_at IS NULL AND ended_at IS NULL',
        [at, token.hash],
      )
      return matched === 1
    },

    /** Imports outstanding tokens of the former service; existing rows stay as they are. @returns how many are new */
    async list(tx: Queries, tokens: readonly ListedLegacyToken[]): Promise<number> {
      if (tokens.length === 0) return 0
      const rows = tokens.map(({ hash, userId, listedAt, expiresAt }) => ({
        ...{ hash, userId, listedAt, exchangedAt: null, sessionId: null, generation: 0, endedAt: null, expiresAt },
      }))
      return insertAll(tx, rows)
    },

    /**
     * Ends tokens on the former service's blacklist that were not exchanged. @returns how many could have been until
     * now
     */
    async endAll(tx: Queries, hashes: readonly string[], at: number): Promise<number> {
      if (hashes.length === 0) return 0
      return tx.write(
        `UPDATE legacy_token SET ended_at = ? WHERE exchanged_at IS NULL AND ended_at IS NULL
           AND hash IN (${placeholders(hashes.length)})`,
        [at, ...hashes],
      )
    },

    /** How many listed tokens may still be presented. */
    async countToCome(tx: Queries, now: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM legacy_token l
         WHERE l.exchanged_at IS NULL AND l.ended_at IS NULL AND l.expires_at > ?`,
        [now],
      )
      return row!.count
    },

    /** Deletes up to `limit` tokens that had expired before an instant. @returns how many */
    async forget(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ hash: string }>(
        `SELECT l.hash AS hash FROM legacy_token l WHERE l.expires_at <= ? ORDER BY l.expires_at LIMIT ${Math.trunc(limit)}`,
        [before],
      )
      if (rows.length === 0) return 0
      return tx.write(
        `DELETE FROM legacy_token WHERE hash IN (${placeholders(rows.length)})`,
        rows.map(row => row.hash),
      )
    },

    async count(tx: Queries, counts: readonly LegacyCountRecord[]): Promise<void> {
      const [sql, values] = insertions('legacy_count', counts)
      const again =
        engine === 'sqlite'
          ? 'ON CONFLICT (day, what) DO UPDATE SET value = value + excluded.value'
          : 'ON DUPLICATE KEY UPDATE value = value + VALUES(value)'
      await tx.write(`${sql} ${again}`, values)
    },

    /** Counts of the newest days that have any, the newest first. */
    counts: (tx: Queries, since: number): Promise<LegacyCountRecord[]> =>
      tx.read(
        `SELECT c.day AS day, c.what AS what, c.value AS value FROM legacy_count c
         WHERE c.day >= ? ORDER BY c.day DESC, c.what`,
        [since],
      ),
  }
}

export type LegacyTokenStore = ReturnType<typeof createLegacyTokenStore>
