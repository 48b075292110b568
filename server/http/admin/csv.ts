// Lists as files, row by row as they are read, so that a file of any length takes little memory.
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import type { SessionInList } from '../../identity/devices/session-list.js'
import type { AuditRecord } from '../../identity/logs/audit-log.js'
import type { UserInList } from '../../identity/people/user-list.js'
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { presentTime } from '../me/present.js'
import { secondIn } from '../pages/days.js'
import { knownZone } from '../pages/reader.js'
import { readChoice } from './filters.js'
import { readQuery } from './paging.js'

type Cell = string | number | boolean | null
/** How many rows are written in one go. */
const rowsAtOnce = 25

/** An instant, epoch ms: it stands there in UTC, and where a zone is known beside it as clocks there show it. */
type Time<Row> = { at: (row: Row) => number | null }
type Columns<Row> = Record<string, ((row: Row) => Cell) | Time<Row>>

/** Spreadsheets split lines where their language says: Uzbek and Russian ones at semicolons. */
export const separators = { comma: ',', semicolon: ';', tab: '\t' } as const
export type Separator = keyof typeof separators

export type CsvChoice = { separator: Separator; zone: string | null }
const usualChoice: CsvChoice = { separator: 'comma', zone: null }

export const userColumns: Columns<UserInList> = {
  user_id: ({ user }) => user.id,
  username: ({ user }) => user.username,
  first_name: ({ user }) => user.firstName,
  last_name: ({ user }) => user.lastName,
  email: ({ user }) => user.email,
  state: ({ state }) => state,
  roles: ({ user }) => user.roles.join(' '),
  permissions: ({ user }) => user.allPermissions.join(' '),
  own_permissions: ({ user }) => user.permissions.join(' '),
  last_login: { at: ({ user }) => user.lastLoginAt },
  live_sessions: ({ liveSessions }) => liveSessions,
  created_at: { at: ({ user }) => user.createdAt },
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
  signed_in_at: { at: ({ session }) => session.createdAt },
  last_seen_at: { at: ({ session }) => session.lastSeenAt },
  ends_at: { at: ({ endsAt }) => endsAt },
  state: ({ state }) => state,
  ended_at: { at: ({ session }) => session.endedAt },
  ended_reason: ({ session }) => session.endedReason,
  ended_by: ({ session }) => session.endedBy,
  ended_by_username: ({ endedByUsername }) => endedByUsername,
}

export const auditColumns: Columns<AuditRecord> = {
  seq: entry => entry.seq,
  at: { at: entry => entry.createdAt },
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
 * gets a quote before it, also where it would split the line at another separator. Whoever stops reading stops the reading
 * of the database.
 */
export function csvOf<Row>(columns: Columns<Row>, rows: AsyncIterable<Row>, choice = usualChoice): Readable {
  const { separator, zone } = choice
  const read = Object.entries(columns).flatMap(([name, column]): [string, (row: Row) => Cell][] => {
    if (typeof column === 'function') return [[name, column]]
    const utc: [string, (row: Row) => Cell] = [name, row => presentTime(column.at(row))]
    return zone === null ? [utc] : [utc, [`${name} (${zone})`, row => localTime(column.at(row), zone)]]
  })
  const inWriting = {
    delimiter: separators[separator],
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { boolean: String, string: (text: string) => text.replace(hiddenFormula, "$1'$2") },
  } as const
  const texts = (some: readonly Cell[][]) => stringify(some as Cell[][], inWriting)

  async function* chunks(): AsyncGenerator<string> {
    // Spreadsheets take a file without the mark for one of their own old alphabets.
    let text = `\ufeff${texts([read.map(([name]) => name)])}`
    let some: Cell[][] = []
    for await (const row of rows) {
      some.push(read.map(([, cell]) => cell(row)))
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

/** Behind what may be another program's separator; not a negative number, as JSON has them. */
const hiddenFormula = /([,;\t]\s*)([=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g

/** `2026-01-31 14:05:09`, which spreadsheets take for a time. */
function localTime(at: number | null, zone: string): string | null {
  return at === null ? null : secondIn(at, zone).replace('T', ' ')
}

/** Answers a file. @param name without its ending */
export function answerCsv<Row>(
  ctx: Context,
  name: string,
  columns: Columns<Row>,
  rows: AsyncIterable<Row>,
  choice: CsvChoice,
): void {
  ctx.set('Content-Type', 'text/csv; charset=utf-8')
  ctx.set('Content-Disposition', `attachment; filename="${name}.csv"`)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = csvOf(columns, rows, choice)
}

/** What the address says: `separator`, comma by default; `zone` for local times as well. @throws invalid_fields */
export function readCsvChoice(ctx: Context): CsvChoice {
  const separator = readChoice(ctx, 'separator', [...Object.keys(separators), ',', ';'] as (Separator | ',' | ';')[])
  const zone = readQuery(ctx, 'zone') ?? null
  if (zone !== null && knownZone(zone) === null) throw refuseField('zone', 'not_time_zone')
  return { separator: separator === ';' ? 'semicolon' : separator === ',' ? 'comma' : (separator ?? 'comma'), zone }
}
