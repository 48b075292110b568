// The initial rows of a new database: heads of both logs, heartbeat, sequence of user ids, first version of the
// policy, built-in application, and built-in roles.
import { builtInApplication } from '../policy/application-metadata.js'
import { applicationSortKey } from './applications.js'
import type { Database, Queries, Value } from './database.js'
import { insertion } from './statement.js'

export type FirstRows = {
  /** The built-in application, which owns password sign-ins. */
  application: { id: string; name: string }
  roles: Record<string, readonly string[]>
  /** JSON of the first policy. */
  policy: string
  /** How long access tokens live by that policy, in seconds. */
  accessLifetime: number
  /** Random id of a new log. */
  logId: string
  /** Epoch ms. */
  now: number
}

/** Inserts the rows that every installation has, where they are missing. Servers that start together take turns. */
export async function writeFirstRows(database: Database, first: FirstRows): Promise<void> {
  const { now } = first
  const ignore = database.dialect.engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
  await database.transaction(async tx => {
    const ensure = (table: string, row: Record<string, Value>) => ensureRow(tx, ignore, table, row)
    await ensure('log_head', {
      id: 1,
      logId: first.logId,
      seq: 0,
      endedSeq: 0,
      horizon: 0,
      accessLifetime: first.accessLifetime,
      policyVersion: 1,
      keyVersion: 1,
    })
    await ensure('audit_head', { id: 1, seq: 0, hash: '', droppedSeq: 0, droppedHash: '', droppedMark: '' })
    await ensure('heartbeat', { id: 1, outageStartedAt: 0, outageEndedAt: 0, beatAt: now })
    await ensure('last_number', { name: 'user', value: 0 })
    await ensure('policy_version', {
      version: 1,
      policy: first.policy,
      actor: 'system',
      reason: 'first',
      createdAt: now,
    })
    await ensure('application', {
      ...first.application,
      sortKey: applicationSortKey(first.application.id, first.application.name),
      kind: builtInApplication.kind,
      origin: builtInApplication.origin,
      active: true,
      endedSeq: 0,
      createdAt: now,
      metadata: JSON.stringify(builtInApplication.metadata),
      resourceScopes: JSON.stringify(builtInApplication.resourceScopes),
    })
    for (const [name, permissions] of Object.entries(first.roles)) {
      await ensure('role', { name, permissions: JSON.stringify(permissions), builtIn: true })
    }
  })
}

async function ensureRow(tx: Queries, ignore: string, table: string, row: Record<string, Value>): Promise<void> {
  const [sql, values] = insertion(table, row)
  await tx.write(sql.replace('INSERT', ignore), values)
}
