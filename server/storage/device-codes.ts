// Rows of device codes (table `device_code`; RFC 8628), found by the hash of the device code or by the user code:
// conditional UPDATEs for polls, the user's decision, and a single redemption.
import type { Dialect, Queries, Value } from './database.js'
import { columns, insertion, placeholders } from './statement.js'

/** A user's decision about a device code. */
type Decision<D extends string> = { decision: D; decidedAt: number; userId: number; browserSid: string }
/** An approval, with the sign-in that it relies on: `seq` and `authenticatedAt` are the browser session's. */
type Approval = Decision<'approved'> & { seq: number; authenticatedAt: number }
type Denial = Decision<'denied'> & { seq: null; authenticatedAt: null }
export type DeviceDecision = Approval | Denial

/**
 * `hash`: base64url of the SHA-256 of the device code. `userCode`: as it is looked up. `address` and `userAgent` are of the
 * program that asks. Times are epoch ms, `pollInterval` is in seconds.
 */
export type DeviceCodeRecord = {
  hash: string
  userCode: string
  applicationId: string
  scope: string
  resources: readonly string[]
  address: string
  userAgent: string
  createdAt: number
  expiresAt: number
  pollInterval: number
  polledAt: number | null
  redeemedAt: number | null
  sessionId: string | null
} & (DeviceDecision | { [N in keyof Approval]: null })

/** A device code that a user has approved. */
export type ApprovedDeviceCode = DeviceCodeRecord & Approval

const deviceCodeColumns = [
  'hash',
  'userCode',
  'applicationId',
  'scope',
  'resources',
  'address',
  'userAgent',
  'createdAt',
  'expiresAt',
  'pollInterval',
  'polledAt',
  'decision',
  'decidedAt',
  'userId',
  'browserSid',
  'seq',
  'authenticatedAt',
  'redeemedAt',
  'sessionId',
] as const satisfies (keyof DeviceCodeRecord)[]

type DeviceCodeRow = Omit<DeviceCodeRecord, 'resources'> & { resources: string | null }

/** Tolerance for polls that come before their interval is over, in ms: network latency varies. */
const jitter = 500

export function createDeviceCodeStore(dialect: Pick<Dialect, 'forUpdate'>) {
  async function read(tx: Queries, rest: string, values: readonly Value[]): Promise<DeviceCodeRecord | null> {
    const [row] = await tx.read<DeviceCodeRow>(
      `SELECT ${columns('c', deviceCodeColumns)} FROM device_code c WHERE ${rest}`,
      values,
    )
    if (!row) return null
    return {
      ...row,
      resources: row.resources === null ? [] : (JSON.parse(row.resources) as string[]),
    } as DeviceCodeRecord
  }

  const write = async (tx: Queries, sql: string, values: readonly Value[]) => (await tx.write(sql, values)) === 1

  return {
    async insert(tx: Queries, { resources, ...code }: DeviceCodeRecord): Promise<void> {
      const row = { ...code, resources: resources.length === 0 ? null : JSON.stringify(resources) }
      await tx.write(...insertion('device_code', row))
    },

    find: (tx: Queries, hash: string): Promise<DeviceCodeRecord | null> => read(tx, 'c.hash = ?', [hash]),

    findByUserCode: (tx: Queries, userCode: string): Promise<DeviceCodeRecord | null> =>
      read(tx, 'c.user_code = ?', [userCode]),

    /** Like `find`, and locks the row until the transaction ends. */
    lock: (tx: Queries, hash: string): Promise<DeviceCodeRecord | null> =>
      read(tx, `c.hash = ?${dialect.forUpdate}`, [hash]),

    lockByUserCode: (tx: Queries, userCode: string): Promise<DeviceCodeRecord | null> =>
      read(tx, `c.user_code = ?${dialect.forUpdate}`, [userCode]),

    /**
     * Notes a poll of the program while there is no decision.
     * @returns whether it was undecided and had waited for its interval
     */
    poll: (tx: Queries, hash: string, now: number): Promise<boolean> =>
      write(
        tx,
        `UPDATE device_code SET polled_at = ? WHERE hash = ? AND decision IS NULL
           AND (polled_at IS NULL OR polled_at + 1000 * poll_interval <= ?)`,
        [now, hash, now + jitter],
      ),

    /**
     * For a poll that came too soon: lengthens the interval (RFC 8628 §3.5, `slow_down`).
     * @returns whether it is still undecided
     */
    slowDown: (
      tx: Queries,
      hash: string,
      { now, more, upTo }: { now: number; more: number; upTo: number },
    ): Promise<boolean> =>
      write(
        tx,
        `UPDATE device_code SET polled_at = ?, poll_interval = CASE WHEN poll_interval < ? THEN poll_interval + ? ELSE ? END
         WHERE hash = ? AND decision IS NULL`,
        [now, upTo, more, upTo, hash],
      ),

    /**
     * @param scope what is granted of the requested scope
     * @returns whether it was undecided and had not expired
     */
    decide: (tx: Queries, hash: string, by: DeviceDecision, scope: string): Promise<boolean> =>
      write(
        tx,
        `UPDATE device_code SET decision = ?, decided_at = ?, user_id = ?, browser_sid = ?, seq = ?, authenticated_at = ?,
           scope = ?
         WHERE hash = ? AND decision IS NULL AND expires_at > ?`,
        [by.decision, by.decidedAt, by.userId, by.browserSid, by.seq, by.authenticatedAt, scope, hash, by.decidedAt],
      ),

    /** Spends a device code that is approved and good at `now`. @returns whether this attempt did */
    redeem: (tx: Queries, hash: string, now: number, sessionId: string): Promise<boolean> =>
      write(
        tx,
        `UPDATE device_code SET redeemed_at = ?, session_id = ?
         WHERE hash = ? AND decision = 'approved' AND redeemed_at IS NULL AND expires_at > ?`,
        [now, sessionId, hash, now],
      ),

    /** Deletes device codes by which a user has approved an application and that were not redeemed. */
    async removeUnspent(tx: Queries, userId: number, applicationId: string): Promise<void> {
      await tx.write(
        `DELETE FROM device_code WHERE user_id = ? AND application_id = ? AND decision = 'approved' AND redeemed_at IS NULL`,
        [userId, applicationId],
      )
    },

    /** Deletes up to `limit` device codes that had expired before an instant. @returns how many */
    async forget(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ hash: string }>(
        `SELECT hash FROM device_code WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`,
        [before],
      )
      if (rows.length === 0) return 0
      const hashes = rows.map(row => row.hash)
      return tx.write(`DELETE FROM device_code WHERE hash IN (${placeholders(hashes.length)})`, hashes)
    },
  }
}

export type DeviceCodeStore = ReturnType<typeof createDeviceCodeStore>
