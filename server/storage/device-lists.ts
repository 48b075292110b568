// The list of all users' devices, the one seen last first: filtered scans page by page, and counts.
import type { SessionTerms } from '../policy/session.js'
import type { Dialect, Queries } from './database.js'
import { type Condition, type Cursor, createKeysetScan, type Filter, type List, type Scan } from './keyset-scan.js'
import { scanSql } from './scan-sql.js'
import { isLiveSql } from './session-lists.js'
import { placeholders, prefixRange } from './statement.js'

/** `live`: with a live session. `signed_out`: without one, and not ended. */
export const deviceStates = ['live', 'signed_out', 'ended'] as const
export type DeviceState = (typeof deviceStates)[number]

/** An absent field matches every device. Times are epoch ms, `until` is exclusive. */
export type DeviceFilter = {
  userId?: number | undefined
  /** Address of the latest sign-in. */
  address?: string | undefined
  /** Prefix of the browser's name: `Firefox`, `Chrome 142`. */
  browser?: string | undefined
  /** Prefix of the platform's name: `Android`. */
  platform?: string | undefined
  state?: DeviceState | undefined
  /** Not marked as ended. */
  open?: boolean | undefined
  /** Only devices that existed at that instant (epoch ms). */
  firstSeenUpto?: number | undefined
  /** Earliest time that the device was last seen. */
  since?: number | undefined
  until?: number | undefined
}

/** The fields of a device that the next page of a list, and ending many, need. */
export type FoundDevice = { id: string; userId: number }

const device = { table: 'device d', columns: 'd.id AS id, d.user_id AS userId', descending: true }

const bySeen: List = {
  ...device,
  index: 'device_seen',
  order: [
    { column: 'd.last_seen_at', kind: 'number' },
    { column: 'd.id', kind: 'text' },
  ],
}

/** The list of ended devices: the one ended last comes first, as they are not seen any more. */
const byEnd: List = {
  ...device,
  index: 'device_ended',
  order: [
    { column: 'd.ended_at', kind: 'number' },
    { column: 'd.first_seen_at', kind: 'number' },
    { column: 'd.id', kind: 'text' },
  ],
}

export function deviceListOf({ state }: DeviceFilter): List {
  return state === 'ended' ? byEnd : bySeen
}

/** Bounds of a scan that must find out for each device whether it has a live session, which is slow. */
const costlyScan = { budget: 2_000, highest: 2_000 }

export function createDeviceListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  return {
    page: (
      tx: Queries,
      filter: DeviceFilter,
      terms: SessionTerms,
      page: { after: Cursor | null; limit: number; budget?: number | undefined },
    ) => {
      const wanted = scanOf(dialect, filter, terms)
      const budget = page.budget ?? wanted.budget
      return scan.page<FoundDevice>(tx, deviceListOf(filter), { ...wanted, budget }, page)
    },

    count: (tx: Queries, filter: DeviceFilter, terms: SessionTerms) =>
      scan.count(tx, deviceListOf(filter), scanOf(dialect, filter, terms)),

    /** How many live sessions each device has; devices without one are omitted. */
    async liveSessions(tx: Queries, ids: readonly string[], terms: SessionTerms): Promise<Map<string, number>> {
      if (ids.length === 0) return new Map()
      const { sql, values } = isLiveSql('l', terms)
      const rows = await tx.read<{ id: string; count: number }>(
        `SELECT l.device_id AS id, COUNT(*) AS count FROM session l${scanSql(dialect.engine).hint('session_device_open')}
         WHERE l.device_id IN (${placeholders(ids.length)}) AND ${sql} GROUP BY l.device_id`,
        [...ids, ...values],
      )
      return new Map(rows.map(row => [row.id, row.count]))
    },
  }
}

export type DeviceListStore = ReturnType<typeof createDeviceListStore>

function scanOf({ engine }: Pick<Dialect, 'engine'>, filter: DeviceFilter, terms: SessionTerms): Scan {
  const { userId, address, browser, platform, state, open, firstSeenUpto, since, until } = filter
  const isEnded = state === 'ended'
  const order = isEnded ? null : bySeen.order.map(({ column }) => column)
  const isOpen = { sql: 'd.ended_at IS NULL', values: [] }
  const live = hasLive(engine, terms)
  const states: Record<DeviceState, Filter[]> = {
    ended: [
      ...(since === undefined ? [] : [{ sql: 'd.last_seen_at >= ?', values: [since] }]),
      ...(until === undefined ? [] : [{ sql: 'd.last_seen_at < ?', values: [until] }]),
    ],
    live: [isOpen, live],
    signed_out: [isOpen, { sql: `NOT ${live.sql}`, values: live.values }],
  }
  return {
    filters: [
      ...is('d.user_id', userId, 'device_user_seen', order),
      ...is('d.address', address, 'device_address', order),
      ...begins('d.browser', browser, 'device_browser'),
      ...begins('d.platform', platform, 'device_platform'),
      ...(state === undefined ? [] : states[state]),
      ...(open ? [isOpen] : []),
      ...(firstSeenUpto === undefined ? [] : [{ sql: 'd.first_seen_at <= ?', values: [firstSeenUpto] }]),
    ],
    // In the index of ends NULL sorts before every time.
    ...(isEnded ? { from: 0 } : { from: since, upto: until }),
    ...(state === 'live' || state === 'signed_out' ? costlyScan : {}),
  }
}

function hasLive(engine: Dialect['engine'], terms: SessionTerms): Condition {
  const { sql, values } = isLiveSql('l', terms)
  const of = `FROM session l${scanSql(engine).hint('session_device_open')} WHERE l.device_id = d.id`
  return { sql: `EXISTS (SELECT 1 ${of} AND ${sql})`, values }
}

function is(
  column: string,
  value: string | number | undefined,
  index: string,
  order: readonly string[] | null,
): Filter[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value], accessPath: { index, order } }]
}

function begins(column: string, prefix: string | undefined, index: string): Filter[] {
  if (!prefix) return []
  return [{ sql: `${column} >= ? AND ${column} < ?`, values: prefixRange(prefix), accessPath: { index, order: null } }]
}
