// One user with very many devices and sessions, inserted directly into the tables.
import { randomUUID } from 'node:crypto'
import type { Value } from '../../server/storage/database.js'
import type { DeviceRecord } from '../../server/storage/devices.js'
import { writtenSession } from '../../server/storage/session-rows.js'
import { insertions } from '../../server/storage/statement.js'
import { aSessionRow } from './database.js'
import type { TestServer } from './server.js'

type Row = Record<string, Value>

export type Crowd = { devices: number; sessions: number }

/**
 * Devices are last seen one second apart, up to an hour ago; sessions are spread over them, opened one millisecond
 * apart.
 */
export async function aCrowd(
  { composed }: Pick<TestServer, 'composed'>,
  userId: number,
  { devices, sessions }: Crowd,
): Promise<{ deviceIds: string[] }> {
  const {
    storage: { database },
    revocation: { now, policy },
  } = composed.parts
  const start = now() - 3_600_000
  const deviceIds = Array.from({ length: devices }, () => randomUUID())
  const rows = deviceIds.map((id, index) => aDeviceRow(id, userId, start - (devices - index) * 1_000))
  await insertAll('device', rows)
  const { version } = policy.eras()
  const [head] = await database.read<{ seq: number }>('SELECT seq FROM log_head')
  await insertAll(
    'session',
    Array.from({ length: sessions }, (_, index) =>
      writtenSession(
        aSessionRow(randomUUID(), start + index, {
          userId,
          deviceId: deviceIds[index % devices]!,
          seq: head!.seq,
          policyVersion: version,
        }),
      ),
    ),
  )
  return { deviceIds }

  async function insertAll(table: string, all: readonly Row[]): Promise<void> {
    for (let from = 0; from < all.length; from += 1_000)
      await database.transaction(async tx => {
        await tx.write(...insertions(table, all.slice(from, from + 1_000)))
      })
  }
}

export function aDeviceRow(
  id: string,
  userId: number,
  seenAt: number,
  changes: Partial<DeviceRecord> = {},
): DeviceRecord {
  return {
    id,
    userId,
    clientDevice: null,
    name: 'Firefox',
    browser: 'Firefox 132',
    platform: 'Linux',
    userAgent: '',
    address: '192.0.2.7',
    firstSeenAt: seenAt,
    lastSeenAt: seenAt,
    endedAt: null,
    ...changes,
  }
}
