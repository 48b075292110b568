// Rows of authorization codes (table `code`; RFC 6749 §4.1.2), found by the hash of the code. One conditional UPDATE
// redeems a code, so that it is used once on any number of servers.
import type { Dialect, Queries, Value } from './database.js'
import { columns, insertion } from './statement.js'

/**
 * `hash`: base64url of the SHA-256 of the code. `seq` and `authenticatedAt` are the browser session's: a code carries
 * the sign-in it came from. `redirectUri` is null where the request had none. Times are epoch ms.
 */
export type CodeRecord = {
  hash: string
  applicationId: string
  userId: number
  deviceId: string
  browserSid: string
  seq: number
  authenticatedAt: number
  redirectUri: string | null
  challenge: string | null
  scope: string
  resources: readonly string[]
  nonce: string | null
  dpopJkt: string | null
  createdAt: number
  expiresAt: number
  redeemedAt: number | null
  redemption: string | null
  redeemer: string | null
  sessionId: string | null
}

/** A redemption of a code, and the session that it opens. `redemption`: random, one for each attempt. */
export type Redemption = { redemption: string; redeemer: string; sessionId: string }

const codeColumns = [
  'hash',
  'applicationId',
  'userId',
  'deviceId',
  'browserSid',
  'seq',
  'authenticatedAt',
  'redirectUri',
  'challenge',
  'scope',
  'resources',
  'nonce',
  'dpopJkt',
  'createdAt',
  'expiresAt',
  'redeemedAt',
  'redemption',
  'redeemer',
  'sessionId',
] as const satisfies (keyof CodeRecord)[]

type CodeRow = Omit<CodeRecord, 'resources'> & { resources: string | null }

export function createCodeStore(dialect: Pick<Dialect, 'forUpdate'>) {
  async function read(tx: Queries, rest: string, values: readonly Value[]): Promise<CodeRecord | null> {
    const [row] = await tx.read<CodeRow>(`SELECT ${columns('c', codeColumns)} FROM code c ${rest}`, values)
    return row ? { ...row, resources: row.resources === null ? [] : (JSON.parse(row.resources) as string[]) } : null
  }

  return {
    async insert(tx: Queries, { resources, ...code }: CodeRecord): Promise<void> {
      const row = { ...code, resources: resources.length === 0 ? null : JSON.stringify(resources) }
      await tx.write(...insertion('code', row))
    },

    find: (tx: Queries, hash: string): Promise<CodeRecord | null> => read(tx, 'WHERE c.hash = ?', [hash]),

    /** Like `find`; the caller has locked the user's row. */
    lock: (tx: Queries, hash: string): Promise<CodeRecord | null> =>
      read(tx, `WHERE c.hash = ?${dialect.forUpdate}`, [hash]),

    /** Spends a code that is good at `now`. @returns whether this attempt did */
    async redeem(tx: Queries, hash: string, now: number, by: Redemption): Promise<boolean> {
      const matched = await tx.write(
        `UPDATE code SET redeemed_at = ?, redemption = ?, redeemer = ?, session_id = ?
         WHERE hash = ? AND redeemed_at IS NULL AND expires_at > ?`,
        [now, by.redemption, by.redeemer, by.sessionId, hash, now],
      )
      return matched === 1
    },

    /** Deletes codes of a user for an application that were not redeemed. */
    async removeUnspent(tx: Queries, userId: number, applicationId: string): Promise<void> {
      await tx.write('DELETE FROM code WHERE user_id = ? AND application_id = ? AND redeemed_at IS NULL', [
        userId,
        applicationId,
      ])
    },

    /** Deletes up to `limit` codes that had expired before an instant. @returns how many */
    async forget(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ hash: string }>(
        `SELECT hash FROM code WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`,
        [before],
      )
      if (rows.length === 0) return 0
      return tx.write(
        `DELETE FROM code WHERE hash IN (${rows.map(() => '?').join(', ')})`,
        rows.map(row => row.hash),
      )
    },
  }
}

export type CodeStore = ReturnType<typeof createCodeStore>
