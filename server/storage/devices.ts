import type { Queries } from './database.js'
import { assignments, columns, insertion, marks } from './statement.js'

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

const selectDevice = `SELECT ${columns('d', [
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
])} FROM device d`

export function createDevices() {
  return {
    async insert(tx: Queries, device: DeviceRecord): Promise<void> {
      await tx.write(...insertion('device', device))
    },

    async find(tx: Queries, id: string): Promise<DeviceRecord | null> {
      return (await tx.read<DeviceRecord>(`${selectDevice} WHERE d.id = ?`, [id]))[0] ?? null
    },

    async some(tx: Queries, ids: readonly string[]): Promise<Map<string, DeviceRecord>> {
      if (ids.length === 0) return new Map()
      const rows = await tx.read<DeviceRecord>(`${selectDevice} WHERE d.id IN (${marks(ids.length)})`, ids)
      return new Map(rows.map(row => [row.id, row]))
    },

    /** The live device that this user's client calls by this name. */
    async findByClient(tx: Queries, userId: number, clientDevice: string): Promise<DeviceRecord | null> {
      const sql = `${selectDevice} WHERE d.user_id = ? AND d.client_device = ? AND d.ended_at IS NULL`
      return (await tx.read<DeviceRecord>(sql, [userId, clientDevice]))[0] ?? null
    },

    openOf(tx: Queries, userId: number): Promise<DeviceRecord[]> {
      return tx.read(`${selectDevice} WHERE d.user_id = ? AND d.ended_at IS NULL ORDER BY d.first_seen_at, d.id`, [
        userId,
      ])
    },

    async update(tx: Queries, id: string, changes: Partial<Omit<DeviceRecord, 'id' | 'userId'>>): Promise<void> {
      const [set, values] = assignments(changes)
      await tx.write(`UPDATE device SET ${set} WHERE id = ?`, [...values, id])
    },

    /** Writes down when some were last seen, never back. */
    async seen(tx: Queries, sightings: readonly (readonly [id: string, at: number])[]): Promise<void> {
      const ids = sightings.map(([id]) => id)
      const cases = sightings.map(() => 'WHEN ? THEN ?').join(' ')
      const at = `CASE id ${cases} END`
      await tx.write(
        `UPDATE device SET last_seen_at = ${at} WHERE id IN (${marks(ids.length)}) AND last_seen_at < ${at}`,
        [...sightings.flat(), ...ids, ...sightings.flat()],
      )
    },

    /** @returns whether it was open until now. Its client's name for it becomes free. */
    async end(tx: Queries, id: string, at: number): Promise<boolean> {
      const sql = 'UPDATE device SET ended_at = ?, client_device = NULL WHERE id = ? AND ended_at IS NULL'
      return (await tx.write(sql, [at, id])) === 1
    },

    /** Ends all of a user's and forgets what tells about the person. */
    async blank(tx: Queries, userId: number, at: number): Promise<void> {
      await tx.write(
        "UPDATE device SET name = '', user_agent = '', address = '', client_device = NULL WHERE user_id = ?",
        [userId],
      )
      await tx.write('UPDATE device SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL', [at, userId])
    },
  }
}

export type Devices = ReturnType<typeof createDevices>
