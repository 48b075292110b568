// Lists as files, row by row as they are read, so that a file of any length takes little memory.
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import type { AuditRecord } from '../../identity/audit-log.js'
import type { SessionInList } from '../../identity/session-list.js'
import type { UserInList } from '../../identity/user-list.js'
import type { Context } from '../handler.js'
import { presentTime } from '../me/present.js'

type Cell = string | number | boolean | null
/** How many rows are written in one go. */
const rowsAtOnce = 25

type Columns<Row> = Record<string, (row: Row) => Cell>

export const userColumns: Columns<UserInList> = {
  user_id: ({ user }) => user.id,
  username: ({ user }) => user.username,
  first_name: ({ user }) => user.firstName,
  last_name: ({ user }) => user.lastName,
  email: ({ user }) => user.email,
  state: ({ state }) => state,
  roles: ({ user }) => user.roles.join(' '),
  permissions: ({ user }) => user.allPermissions.join(' '),
  last_login: ({ user }) => presentTime(user.lastLoginAt),
  live_sessions: ({ liveSessions }) => liveSessions,
  created_at: ({ user }) => presentTime(user.createdAt),
}

export const sessionColumns: Columns<SessionInList> = {
  id: ({ session }) => session.id,
  user_id: ({ session }) => session.userId,
  username: ({ username }) => username,
  application: ({ session }) => session.applicationId,
  device_id: ({ session }) => session.deviceId,
  device: ({ device }) => device?.name ?? null,
  browser: ({ device }) => device?.browser ?? null,
  platform: ({ device }) => device?.platform ?? null,
  address: ({ session }) => session.address,
  signed_in_at: ({ session }) => presentTime(session.createdAt),
  last_seen_at: ({ session }) => presentTime(session.lastSeenAt),
  ends_at: ({ endsAt }) => presentTime(endsAt),
  state: ({ state }) => state,
  ended_at: ({ session }) => presentTime(session.endedAt),
  ended_reason: ({ session }) => session.endedReason,
  ended_by: ({ session }) => session.endedBy,
  ended_by_username: ({ endedByUsername }) => endedByUsername,
}

export const auditColumns: Columns<AuditRecord> = {
  seq: entry => entry.seq,
  at: entry => presentTime(entry.createdAt),
  actor: entry => entry.actor,
  action: entry => entry.action,
  subject_kind: entry => entry.subjectKind,
  subject: entry => entry.subject,
  address: entry => entry.address,
  user_agent: entry => entry.userAgent,
  request_id: entry => entry.requestId,
  before: entry => entry.beforeJson,
  after: entry => entry.afterJson,
  hash: entry => entry.hash,
}

/**
 * RFC 4180, with a head. Names and user agents are typed by strangers: a cell that a spreadsheet would take for a formula
 * gets a quote before it. Whoever stops reading stops the reading of the database.
 */
export function csvOf<Row>(columns: Columns<Row>, rows: AsyncIterable<Row>): Readable {
  const inWriting = {
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { boolean: String },
  } as const
  const texts = (some: readonly Cell[][]) => stringify(some as Cell[][], inWriting)

  async function* chunks(): AsyncGenerator<string> {
    // Spreadsheets take a file without the mark for one of their own old alphabets.
    let text = `\ufeff${texts([Object.keys(columns)])}`
    let some: Cell[][] = []
    for await (const row of rows) {
      some.push(Object.values(columns).map(cell => cell(row)))
      if (some.length < rowsAtOnce) continue
      yield text + texts(some)
      text = ''
      some = []
      // Rows of one page come without leaving this turn of the event loop: others are answered in between.
      await setImmediate()
    }
    text += texts(some)
    if (text) yield text
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** Answers a file. @param name without its ending */
export function answerCsv<Row>(ctx: Context, name: string, columns: Columns<Row>, rows: AsyncIterable<Row>): void {
  ctx.set('Content-Type', 'text/csv; charset=utf-8')
  ctx.set('Content-Disposition', `attachment; filename="${name}.csv"`)
  ctx.body = csvOf(columns, rows)
}
