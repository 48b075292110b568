// Databases with tables and without a server, for tests of storage.
import type { DatabaseSettings } from '../../config/settings.js'
import { type Database, openDatabase } from '../../server/storage/database.js'
import { writeFirstRows } from '../../server/storage/first-rows.js'
import { passwordGrant } from '../../server/storage/session-rows.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import type { NewUser } from '../../server/storage/users.js'
import type { Engine } from './engines.js'
import { guarded } from './transaction-guard.js'

const open = new Set<Database>()

/** A new database with all tables and the rows of every installation. */
export async function aDatabase(engine: Engine): Promise<Database> {
  const database = await anOpen(await engine.migrated())
  await writeFirstRows(database, {
    application: { id: 'darvoza', name: 'Darvoza' },
    roles: { admin: ['darvoza:*'] },
    policy: '{}',
    accessLifetime: 3600,
    logId: 'a-log',
    now: 1_000_000,
  })
  return database
}

/** A database without tables; closed after the test by `closeDatabases`. */
export async function anEmptyDatabase(engine: Engine): Promise<Database> {
  return anOpen(await engine.fresh())
}

/** Another connection to an existing database; closed after the test. */
export async function anOpen(settings: DatabaseSettings): Promise<Database> {
  const database = await openDatabase(settings, undefined, guarded)
  open.add(database)
  return database
}

export async function closeDatabases(): Promise<void> {
  for (const database of open) await database.close()
  open.clear()
}

export function aUserRow(id: number, changes: Partial<NewUser> = {}): NewUser {
  return {
    id,
    username: `user${id}`,
    usernameKey: `user${id}`,
    passwordHash: '',
    firstName: '',
    lastName: '',
    email: '',
    active: true,
    permissions: [],
    endedSeq: 0,
    lastLoginAt: null,
    passwordChangedAt: 1,
    createdAt: 1,
    deletedAt: null,
    ...changes,
  }
}

/** A session of user 1, opened at `at` (epoch ms) and valid for a day. */
export function aSessionRow(id: string, at: number, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    userId: 1,
    deviceId: 'device',
    applicationId: 'darvoza',
    seq: 0,
    policyVersion: 1,
    generation: 1,
    rotatedAt: at,
    expiresAt: at + 86_400_000,
    refreshKeyVersion: 1,
    rotation: '',
    windowFrom: 1,
    windowStartedAt: 0,
    olderFrom: 1,
    olderStartedAt: 0,
    authenticatedAt: at,
    createdAt: at,
    lastSeenAt: at,
    address: '',
    endedAt: null,
    endedReason: null,
    endedBy: null,
    ...passwordGrant,
    ...changes,
  }
}
