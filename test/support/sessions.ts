// Session rows, and the live sessions and devices of a user.
import type { LiveDevice, LiveSession } from '../../server/identity/devices/where-signed-in.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import { aSessionRow } from './database.js'
import type { TestServer } from './server.js'

export const hour = 3_600_000
/** The time at which sessions of tests are opened, epoch ms. */
export const start = 1_000 * hour

/** A session row of user 1, opened at `start`. */
export const aSession = (id: string, changes: Partial<SessionRecord> = {}) => aSessionRow(id, start, changes)

/** The live sessions of a user, oldest first. */
export async function sessionsOf({ composed }: Pick<TestServer, 'composed'>, userId: number): Promise<LiveSession[]> {
  return (await composed.parts.devices.whereSignedIn.sessions(userId, { limit: 1_000 })).results
}

/** The devices of a user that are not ended, oldest first. */
export async function devicesOf({ composed }: Pick<TestServer, 'composed'>, userId: number): Promise<LiveDevice[]> {
  return (await composed.parts.devices.whereSignedIn.devices(userId, { limit: 1_000 })).results
}
