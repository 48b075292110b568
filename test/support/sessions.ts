import type { SessionRecord } from '../../server/storage/sessions.js'
import { aSessionRow } from './database.js'

export const hour = 3_600_000
/** When sessions of tests are opened. */
export const start = 1_000 * hour

/** A session's row: user 1's, just signed in. */
export const aSession = (id: string, changes: Partial<SessionRecord> = {}) => aSessionRow(id, start, changes)
