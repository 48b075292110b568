// Devices of everybody, the one seen last first: found by what filters want, and counted.
import type { SessionTerms } from '../policy/session.js'
import type { Dialect, Queries } from './database.js'
import { livesAs } from './session-lists.js'
import { marks, prefixRange } from './statement.js'
import { createWalk, type Filter, type List, type Place, type Walk } from './walk.js'

/** `live`: with a session that lives. `signed_out`: known, with none. */
export const deviceStates = ['live', 'signed_out', 'ended'] as const
export type DeviceState = (typeof deviceStates)[number]

/** What is left out does not matter. Times are epoch ms, `until` is without. */
export type DeviceFilter = {
  userId?: number | undefined
  /** Of the latest sign-in. */
  address?: string | undefined
  /** How its name begins: `Firefox`, `Chrome 142`. */
  browser?: string | undefined
  /** How its name begins: `Android`. */
  platform?: string | undefined
  state?: DeviceState | undefined
  /** Last seen. */
  since?: number | undefined
  until?: number | undefined
}

/** What of a device a list needs to go on, and an end of many to know whom it reaches. */
export type FoundDevice = { id: string; userId: number }

const inOrder = ['d.last_seen_at', 'd.id'] as const

export const deviceList: List = {
  table: 'device d',
  index: 'device_seen',
  columns: 'd.id AS id, d.user_id AS userId',
  order: [
    { column: 'd.last_seen_at', kind: 'number' },
    { column: 'd.id', kind: 'text' },
  ],
  descending: true,
}

export function createDeviceLists(dialect: Dialect) {
  const walk = createWalk(dialect)
  return {
    page: (
      tx: Queries,
      filter: DeviceFilter,
      terms: SessionTerms,
      page: { after: Place | null; limit: number; budget?: number | undefined },
    ) => walk.page<FoundDevice>(tx, deviceList, { ...walkOf(filter, terms), budget: page.budget }, page),

    count: (tx: Queries, filter: DeviceFilter, terms: SessionTerms) =>
      walk.count(tx, deviceList, walkOf(filter, terms)),

    /** How many sessions live on each; devices without one are left out. */
    async liveSessions(tx: Queries, ids: readonly string[], terms: SessionTerms): Promise<Map<string, number>> {
      if (ids.length === 0) return new Map()
      const { sql, values } = livesAs('l', terms)
      const rows = await tx.read<{ id: string; count: number }>(
        `SELECT l.device_id AS id, COUNT(*) AS count FROM session l
         WHERE l.device_id IN (${marks(ids.length)}) AND ${sql} GROUP BY l.device_id`,
        [...ids, ...values],
      )
      return new Map(rows.map(row => [row.id, row.count]))
    },
  }
}

export type DeviceLists = ReturnType<typeof createDeviceLists>

function walkOf({ userId, address, browser, platform, state, since, until }: DeviceFilter, terms: SessionTerms): Walk {
  return {
    filters: [
      ...is('d.user_id', userId, 'device_user_seen'),
      ...is('d.address', address, 'device_address'),
      ...begins('d.browser', browser, 'device_browser'),
      ...begins('d.platform', platform, 'device_platform'),
      ...(state === undefined ? [] : states[state](terms)),
    ],
    from: since,
    upto: until,
  }
}

const isOpen: Filter = { sql: 'd.ended_at IS NULL', values: [] }

const states: Record<DeviceState, (terms: SessionTerms) => Filter[]> = {
  ended: () => [{ sql: 'd.ended_at IS NOT NULL', values: [], way: { index: 'device_ended', order: null } }],
  live(terms) {
    const { sql, values } = livesAs('l', terms)
    return [isOpen, { sql: `EXISTS (SELECT 1 FROM session l WHERE l.device_id = d.id AND ${sql})`, values }]
  },
  signed_out(terms) {
    const [open, live] = states.live(terms)
    return [open!, { sql: `NOT ${live!.sql}`, values: live!.values }]
  },
}

function is(column: string, value: string | number | undefined, index: string): Filter[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value], way: { index, order: inOrder } }]
}

function begins(column: string, prefix: string | undefined, index: string): Filter[] {
  if (!prefix) return []
  return [{ sql: `${column} >= ? AND ${column} < ?`, values: prefixRange(prefix), way: { index, order: null } }]
}
