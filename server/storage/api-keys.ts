// Rows of API keys. The hash is written, and searched for; it is never read.
import type { Dialect, Queries, Value } from './database.js'
import { columns, inChunks, insertion, placeholders } from './statement.js'
import { foldUser, type UserRecord, type UserRow, userColumns } from './user-rows.js'

/** Times are epoch ms. */
export type ApiKeyRecord = {
  id: string
  userId: number
  name: string
  /** The last characters of the key. */
  hint: string
  scopes: readonly string[]
  /** The resource server that the key is for; null for this server itself. */
  resource: string | null
  elevated: boolean
  createdAt: number
  expiresAt: number | null
  lastUsedAt: number | null
  lastUsedAddress: string | null
  endedAt: number | null
  endedWhy: string | null
}

/** A key and the user it acts for, read in one snapshot. */
export type ApiKeyStanding = { key: ApiKeyRecord; user: UserRecord }

const keyColumns = [
  'id',
  'userId',
  'name',
  'hint',
  'scopes',
  'resource',
  'elevated',
  'createdAt',
  'expiresAt',
  'lastUsedAt',
  'lastUsedAddress',
  'endedAt',
  'endedWhy',
] as const satisfies (keyof ApiKeyRecord)[]

type KeyRow = Omit<ApiKeyRecord, 'scopes' | 'elevated'> & { scopes: string; elevated: number }
type StandingRow = { [C in (typeof keyColumns)[number] as `k_${C}`]: KeyRow[C] } & UserRow

const selectKey = `SELECT ${columns('k', keyColumns)} FROM api_key k`

export function createApiKeyStore(dialect: Pick<Dialect, 'forUpdate'>) {
  async function readMany(tx: Queries, rest: string, values: readonly Value[]): Promise<ApiKeyRecord[]> {
    return (await tx.read<KeyRow>(`${selectKey} ${rest}`, values)).map(readKey)
  }

  async function readStanding(tx: Queries, where: string, values: readonly Value[]): Promise<ApiKeyStanding | null> {
    const rows = await tx.read<StandingRow>(
      `SELECT ${columns('k', keyColumns, 'k_')}, ${columns('u', userColumns)},
         r.name AS roleName, r.permissions AS rolePermissions
       FROM api_key k
       JOIN user u ON u.id = k.user_id
       LEFT JOIN user_role ur ON ur.user_id = u.id
       LEFT JOIN role r ON r.name = ur.role_name
       WHERE ${where}`,
      values,
    )
    const first = rows[0] as Record<string, Value> | undefined
    if (!first) return null
    const row: Record<string, Value> = {}
    for (const name of keyColumns) row[name] = first[`k_${name}`]!
    return { key: readKey(row as unknown as KeyRow), user: foldUser(rows) }
  }

  return {
    async insert(tx: Queries, key: ApiKeyRecord & { hash: string }): Promise<void> {
      await tx.write(...insertion('api_key', { ...key, scopes: JSON.stringify(key.scopes) }))
    },

    find: async (tx: Queries, id: string): Promise<ApiKeyRecord | null> =>
      (await readMany(tx, 'WHERE k.id = ?', [id]))[0] ?? null,

    async some(tx: Queries, ids: readonly string[]): Promise<Map<string, ApiKeyRecord>> {
      const found = await inChunks(ids, some => readMany(tx, `WHERE k.id IN (${placeholders(some.length)})`, some))
      return new Map(found.map(key => [key.id, key]))
    },

    /** API keys of a user: first those that were not ended, and each the newest first. */
    ofUser: (tx: Queries, userId: number, limit: number): Promise<ApiKeyRecord[]> =>
      readMany(
        tx,
        `WHERE k.user_id = ? ORDER BY CASE WHEN k.ended_at IS NULL THEN 0 ELSE 1 END, k.created_at DESC, k.id DESC
         LIMIT ${Math.trunc(limit)}`,
        [userId],
      ),

    /** How many API keys of a user are good at `now`. */
    async countLive(tx: Queries, userId: number, now: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM api_key k
         WHERE k.user_id = ? AND k.ended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)`,
        [userId, now],
      )
      return row!.count
    },

    /**
     * Finds an API key by the hash of its text, with everything that decides what it may do: one statement, of one
     * instant.
     */
    standingByHash: (tx: Queries, hash: string) => readStanding(tx, 'k.hash = ?', [hash]),

    standing: (tx: Queries, id: string) => readStanding(tx, 'k.id = ?', [id]),

    async lock(tx: Queries, id: string): Promise<void> {
      // SQLite's transactions have the one write lock already.
      if (dialect.forUpdate === '') return
      await tx.read(`SELECT id FROM api_key WHERE id = ?${dialect.forUpdate}`, [id])
    },

    /** Ends an API key; the caller has locked its user's row. @returns whether it was not ended until now */
    async end(tx: Queries, id: string, at: number, why: string): Promise<boolean> {
      const matched = await tx.write(
        'UPDATE api_key SET ended_at = ?, ended_why = ? WHERE id = ? AND ended_at IS NULL',
        [at, why, id],
      )
      return matched === 1
    },

    /**
     * Ends all API keys of a user; the caller has locked the user's row. By their ids: along another index that an
     * optimizer might choose it could wait for locks on other users' keys. @returns how many were not ended until now
     */
    async endOfUser(tx: Queries, userId: number, at: number, why: string): Promise<number> {
      const rows = await tx.read<{ id: string; endedAt: number | null }>(
        'SELECT id, ended_at AS endedAt FROM api_key WHERE user_id = ?',
        [userId],
      )
      const ids = rows.filter(row => row.endedAt === null).map(row => row.id)
      if (ids.length === 0) return 0
      return tx.write(
        `UPDATE api_key SET ended_at = ?, ended_why = ? WHERE id IN (${placeholders(ids.length)}) AND ended_at IS NULL`,
        [at, why, ...ids.sort()],
      )
    },

    /** Erases names and addresses of a deleted user's API keys, which are personal data. */
    async blank(tx: Queries, userId: number): Promise<void> {
      await tx.write("UPDATE api_key SET name = '', last_used_address = NULL WHERE user_id = ?", [userId])
    },

    /** Notes a use of an API key; the time never goes back, and keys of deleted users stay as they are. */
    async used(tx: Queries, id: string, at: number, address: string): Promise<void> {
      await tx.write(
        `UPDATE api_key SET last_used_at = ?, last_used_address = ?
         WHERE id = ? AND ended_at IS NULL AND (last_used_at IS NULL OR last_used_at <= ?)`,
        [at, address, id, at],
      )
    },

    /** Deletes up to `limit` keys that were ended, or expired, before an instant. @returns how many */
    async forgetOver(tx: Queries, before: number, limit: number): Promise<number> {
      const most = Math.trunc(limit)
      const over = async (column: string) =>
        (
          await tx.read<{ id: string }>(`SELECT id FROM api_key WHERE ${column} < ? ORDER BY ${column} LIMIT ${most}`, [
            before,
          ])
        ).map(row => row.id)
      const ids = [...new Set([...(await over('ended_at')), ...(await over('expires_at'))])].slice(0, most)
      if (ids.length > 0) await tx.write(`DELETE FROM api_key WHERE id IN (${placeholders(ids.length)})`, ids)
      return ids.length
    },
  }
}

export type ApiKeyStore = ReturnType<typeof createApiKeyStore>

function readKey(row: KeyRow): ApiKeyRecord {
  return { ...row, scopes: JSON.parse(row.scopes) as string[], elevated: row.elevated === 1 }
}
