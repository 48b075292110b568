// Rows of devices (table `device`): queries for recognition at sign-in, for the limit of devices per user, for times
// of last use, for ends, and for deletion of unused devices.
import type { Dialect, Queries } from './database.js'
import { scanSql } from './scan-sql.js'
import { assignments, columns, grouped, inChunks, insertion, placeholders } from './statement.js'

/** Times are epoch ms. */
export type DeviceRecord = {
  id: string
  userId: number
  clientDevice: string | null
  name: string
  browser: string
  platform: string
  userAgent: string
  address: string
  firstSeenAt: number
  lastSeenAt: number
  endedAt: number | null
}

export const deviceColumns = columns('d', [
  'id',
  'userId',
  'clientDevice',
  'name',
  'browser',
  'platform',
  'userAgent',
  'address',
  'firstSeenAt',
  'lastSeenAt',
  'endedAt',
])
const selectDevice = `SELECT ${deviceColumns} FROM device d`

/** How far a scan along `lastSeenAt` has come. */
export type SeenCursor = { id: string; lastSeenAt: number }

/** How many of the devices known longest are always searched for the one seen longest ago. */
const fewest = 1_000

export function createDeviceStore({ engine }: Pick<Dialect, 'engine'>) {
  const { hint } = scanSql(engine)
  const openOfUser = `device d${hint('device_user_open')} WHERE d.user_id = ? AND d.ended_at IS NULL`
  return {
    async insert(tx: Queries, device: DeviceRecord): Promise<void> {
      await tx.write(...insertion('device', device))
    },

    async find(tx: Queries, id: string): Promise<DeviceRecord | null> {
      return (await tx.read<DeviceRecord>(`${selectDevice} WHERE d.id = ?`, [id]))[0] ?? null
    },

    async some(tx: Queries, ids: readonly string[]): Promise<Map<string, DeviceRecord>> {
      const rows = await inChunks(ids, some =>
        tx.read<DeviceRecord>(`${selectDevice} WHERE d.id IN (${placeholders(some.length)})`, some),
      )
      return new Map(rows.map(row => [row.id, row]))
    },

    /**
     * A user's devices that are not ended, each with its sessions that are not marked as ended, by their ids. Once
     * there are `limit` sessions at least, the last device may lack some of its own, and those after it may be
     * omitted.
     */
    async withOpenSessions(
      tx: Queries,
      userId: number,
      ids: readonly string[],
      limit: number,
    ): Promise<{ device: DeviceRecord; sessionIds: string[] }[]> {
      const rows = await tx.read<DeviceRecord & { sessionId: string | null }>(
        `SELECT ${deviceColumns}, s.id AS sessionId
         FROM device d LEFT JOIN session s${hint('session_device_open')} ON s.device_id = d.id AND s.ended_at IS NULL
         WHERE d.id IN (${placeholders(ids.length)}) AND d.user_id = ? AND d.ended_at IS NULL
         ORDER BY d.id LIMIT ${Math.trunc(limit) + ids.length}`,
        [...ids, userId],
      )
      return [...grouped(rows, row => row.id).values()].map(some => {
        const { sessionId: _, ...device } = some[0]!
        return { device, sessionIds: some.flatMap(row => row.sessionId ?? []) }
      })
    },

    /** The live device that this user's client has named so. */
    async findByClient(tx: Queries, userId: number, clientDevice: string): Promise<DeviceRecord | null> {
      const sql = `${selectDevice} WHERE d.user_id = ? AND d.client_device = ? AND d.ended_at IS NULL`
      return (await tx.read<DeviceRecord>(sql, [userId, clientDevice]))[0] ?? null
    },

    /** Ids of a user's devices that are not ended, except one; at most as many as requested. */
    async openExcept(tx: Queries, userId: number, beside: string, limit: number): Promise<string[]> {
      const rows = await tx.read<{ id: string }>(
        `SELECT d.id AS id FROM ${openOfUser} AND d.id <> ? LIMIT ${Math.trunc(limit)}`,
        [userId, beside],
      )
      return rows.map(row => row.id)
    },

    /**
     * Ids of a user's devices beyond the limit, or some of them: the ones seen longest ago. Where very many are open,
     * as after an import, only those known longest are searched: no sign-in reads all.
     * @param keep never among them
     */
    async overLimitOf(tx: Queries, userId: number, keep: string, most: number, limit: number): Promise<string[]> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${openOfUser} LIMIT ${Math.trunc(most + limit)}) t`,
        [userId],
      )
      const beyond = row!.count - most
      if (beyond <= 0) return []
      const rows = await tx.read<{ id: string }>(
        `SELECT t.id AS id FROM (SELECT d.id AS id, d.last_seen_at AS lastSeenAt FROM ${openOfUser}
           ORDER BY d.first_seen_at, d.id LIMIT ${Math.max(fewest, Math.trunc(most + limit))}) t
         WHERE t.id <> ? ORDER BY t.lastSeenAt, t.id LIMIT ${beyond}`,
        [userId, keep],
      )
      return rows.map(row => row.id)
    },

    /** @returns whether the row was there: devices that were not used for long are deleted */
    async update(tx: Queries, id: string, changes: Partial<Omit<DeviceRecord, 'id' | 'userId'>>): Promise<boolean> {
      const [set, values] = assignments(changes)
      return (await tx.write(`UPDATE device SET ${set} WHERE id = ?`, [...values, id])) === 1
    },

    /** Writes when some devices were last seen; the time never goes back. */
    async seen(tx: Queries, lastSeen: readonly (readonly [id: string, at: number])[]): Promise<void> {
      const ids = lastSeen.map(([id]) => id)
      const cases = lastSeen.map(() => 'WHEN ? THEN ?').join(' ')
      const at = `CASE id ${cases} END`
      await tx.write(
        `UPDATE device SET last_seen_at = ${at} WHERE id IN (${placeholders(ids.length)}) AND last_seen_at < ${at}`,
        [...lastSeen.flat(), ...ids, ...lastSeen.flat()],
      )
    },

    /** Ends a device, and frees its client's name for it. @returns whether it was open until now */
    async end(tx: Queries, id: string, at: number): Promise<boolean> {
      const sql = 'UPDATE device SET ended_at = ?, client_device = NULL WHERE id = ? AND ended_at IS NULL'
      return (await tx.write(sql, [at, id])) === 1
    },

    /** Ends all devices of a user except one. @returns how many */
    async endAllExcept(tx: Queries, userId: number, keep: string, at: number): Promise<number> {
      const sql = `UPDATE device SET ended_at = ?, client_device = NULL
        WHERE user_id = ? AND ended_at IS NULL AND id <> ?`
      return tx.write(sql, [at, userId, keep])
    },

    /**
     * Reads the next `limit` devices that were last seen before an instant, and deletes those that have no session
     * any more, not even an ended one.
     * @returns `next`: where to continue, or null at the end
     */
    async forgetUnused(
      tx: Queries,
      before: number,
      { after, limit }: { after: SeenCursor | null; limit: number },
    ): Promise<{ forgotten: number; next: SeenCursor | null }> {
      const rows = await tx.read<SeenCursor & { endedAt: number | null }>(
        `SELECT d.id AS id, d.last_seen_at AS lastSeenAt, d.ended_at AS endedAt FROM device d${hint('device_seen')}
         WHERE d.last_seen_at < ? AND d.last_seen_at >= ? AND (d.last_seen_at > ? OR d.id > ?)
         ORDER BY d.last_seen_at, d.id LIMIT ${Math.trunc(limit)}`,
        [before, ...(after ? [after.lastSeenAt, after.lastSeenAt, after.id] : [0, 0, ''])],
      )
      const next = rows.length < limit ? null : { id: rows.at(-1)!.id, lastSeenAt: rows.at(-1)!.lastSeenAt }
      const old = rows.filter(row => row.endedAt === null || row.endedAt < before).map(row => row.id)
      const used = await inChunks(old, some =>
        tx.read<{ id: string }>(
          `SELECT DISTINCT s.device_id AS id FROM session s WHERE s.device_id IN (${placeholders(some.length)})`,
          some,
        ),
      )
      const kept = new Set(used.map(row => row.id))
      const unused = old.filter(id => !kept.has(id)).sort()
      // `last_seen_at` once more in the WHERE: a concurrent sign-in on the device has raised it.
      const forgotten = await inChunks(unused, async some => [
        await tx.write(`DELETE FROM device WHERE last_seen_at < ? AND id IN (${placeholders(some.length)})`, [
          before,
          ...some,
        ]),
      ])
      return { forgotten: forgotten.reduce((sum, count) => sum + count, 0), next }
    },

    /** Ends all devices of a user, and erases their personal data. */
    async blank(tx: Queries, userId: number, at: number): Promise<void> {
      await tx.write(
        "UPDATE device SET name = '', user_agent = '', address = '', client_device = NULL WHERE user_id = ?",
        [userId],
      )
      await tx.write('UPDATE device SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL', [at, userId])
    },
  }
}

export type DeviceStore = ReturnType<typeof createDeviceStore>
