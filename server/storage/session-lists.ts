// The list of all users' sessions, newest sign-in first: filtered scans page by page, and counts.
import type { Lifetimes, SessionState, SessionTerms } from '../policy/session.js'
import type { Dialect, Queries } from './database.js'
import { type Condition, type Cursor, createKeysetScan, type Filter, type List, type Scan } from './keyset-scan.js'
import { scanSql } from './scan-sql.js'
import { placeholders } from './statement.js'

/** An absent field matches every session. Times are epoch ms, `until` is exclusive. */
export type SessionFilter = {
  userId?: number | undefined
  deviceId?: string | undefined
  applicationId?: string | undefined
  /** Address of the sign-in. */
  address?: string | undefined
  state?: SessionState | undefined
  /** Not marked as ended, whatever its expiry. */
  open?: boolean | undefined
  /** Earliest time of the sign-in. */
  since?: number | undefined
  until?: number | undefined
}

/** The fields of a session that the next page of a list, and ending many, need. */
export type FoundSession = { id: string; userId: number; deviceId: string }

/** The latest instant that is one lifetime ago, for the session of a row. */
function ago(session: string, terms: SessionTerms, which: 'idle' | 'absolute'): Condition {
  const { now, lifetimes, applications } = terms
  const ofOthers = agoByEra(session, now, lifetimes, which)
  if (applications.length === 0) return ofOthers
  const each = applications.map(({ id, lifetimes }) => ({ id, ...agoByEra(session, now, lifetimes, which) }))
  return {
    sql: `CASE ${session}.application_id ${each.map(({ sql }) => `WHEN ? THEN ${sql}`).join(' ')} ELSE ${ofOthers.sql} END`,
    values: [...each.flatMap(({ id, values }) => [id, ...values]), ...ofOthers.values],
  }
}

function agoByEra(
  session: string,
  now: number,
  lifetimes: readonly Lifetimes[],
  which: 'idle' | 'absolute',
): Condition {
  if (lifetimes.length === 1) return { sql: '?', values: [now - lifetimes[0]![which]] }
  const [last, ...older] = [...lifetimes].reverse()
  return {
    sql: `CASE ${older.map(() => `WHEN ${session}.policy_version <= ? THEN ?`).join(' ')} ELSE ? END`,
    values: [...older.reverse().flatMap(one => [one.upto, now - one[which]]), now - last![which]],
  }
}

/** The rules of policy/session.ts as SQL, so that the database filters rows instead of sending all. */
export function stateOf(s: string, terms: SessionTerms): Condition {
  const [absolute, idle] = [ago(s, terms, 'absolute'), ago(s, terms, 'idle')]
  return {
    sql: `CASE WHEN ${s}.ended_at IS NOT NULL THEN 'ended'
      WHEN ${s}.seq < (SELECT h.ended_seq FROM log_head h WHERE h.id = 1)
        OR ${s}.seq < (SELECT a.ended_seq FROM application a WHERE a.id = ${s}.application_id)
        OR ${s}.seq < (SELECT o.ended_seq FROM user o WHERE o.id = ${s}.user_id) THEN 'superseded'
      WHEN ${s}.created_at <= ${absolute.sql} THEN 'absolute'
      WHEN ${s}.expires_at <= ? OR ${s}.rotated_at <= ${idle.sql} THEN 'idle' ELSE 'live' END`,
    values: [...absolute.values, terms.now, ...idle.values],
  }
}

/** Condition: the session lives. What its row alone decides, and what an index serves, comes first. */
export function isLiveSql(s: string, terms: SessionTerms): Condition {
  const state = stateOf(s, terms)
  const idle = ago(s, terms, 'idle')
  return {
    sql: `${s}.ended_at IS NULL AND ${s}.expires_at > ? AND ${s}.rotated_at > ${idle.sql} AND ${state.sql} = 'live'`,
    values: [terms.now, ...idle.values, ...state.values],
  }
}

const inOrder = ['s.created_at', 's.id'] as const

export const sessionList: List = {
  table: 'session s',
  index: 'session_created',
  columns: 's.id AS id, s.user_id AS userId, s.device_id AS deviceId',
  order: [
    { column: 's.created_at', kind: 'number' },
    { column: 's.id', kind: 'text' },
  ],
  descending: true,
}

const along = (index: string) => ({ index, order: inOrder })

export function createSessionListStore(dialect: Dialect) {
  const scan = createKeysetScan(dialect)
  const { hint } = scanSql(dialect.engine)
  return {
    page: (
      tx: Queries,
      filter: SessionFilter,
      terms: SessionTerms,
      page: { after: Cursor | null; limit: number; budget?: number | undefined },
    ) => scan.page<FoundSession>(tx, sessionList, withBudget(scanOf(filter, terms), page.budget), page),

    /**
     * How many sessions live, and of how many users, among the next few hundred users after an id.
     * @returns `upto`: the last of these users, or null at the end
     */
    async liveOfSome(
      tx: Queries,
      after: number,
      terms: SessionTerms,
    ): Promise<{ sessions: number; users: number; upto: number | null }> {
      const [edge] = await tx.read<{ id: number }>('SELECT id FROM user WHERE id > ? ORDER BY id LIMIT 1 OFFSET 499', [
        after,
      ])
      const { sql, values } = isLiveSql('s', terms)
      const [row] = await tx.read<{ sessions: number; users: number }>(
        `SELECT COUNT(*) AS sessions, COUNT(DISTINCT s.user_id) AS users FROM session s${hint('session_user')}
         WHERE s.user_id > ?${edge ? ' AND s.user_id <= ?' : ''} AND ${sql}`,
        [after, ...(edge ? [edge.id] : []), ...values],
      )
      return { ...row!, upto: edge?.id ?? null }
    },

    /** How many sessions live, and of how many users, in one statement: for where few sessions are open. */
    async liveOfAll(tx: Queries, terms: SessionTerms): Promise<{ sessions: number; users: number }> {
      const { sql, values } = isLiveSql('s', terms)
      const [row] = await tx.read<{ sessions: number; users: number }>(
        `SELECT COUNT(*) AS sessions, COUNT(DISTINCT s.user_id) AS users FROM session s${hint('session_ended')}
         WHERE ${sql}`,
        values,
      )
      return row!
    },

    /** How many sessions on each device are not marked as ended; devices without one are omitted. */
    async openOn(tx: Queries, deviceIds: readonly string[]): Promise<Map<string, number>> {
      const rows = await tx.read<{ id: string; count: number }>(
        `SELECT s.device_id AS id, COUNT(*) AS count FROM session s${hint('session_device_open')}
         WHERE s.device_id IN (${placeholders(deviceIds.length)}) AND s.ended_at IS NULL GROUP BY s.device_id`,
        deviceIds,
      )
      return new Map(rows.map(row => [row.id, row.count]))
    },

    count: (tx: Queries, filter: SessionFilter, terms: SessionTerms) =>
      scan.count(tx, sessionList, scanOf(filter, terms)),
  }
}

export type SessionListStore = ReturnType<typeof createSessionListStore>

function withBudget(scan: Scan, budget: number | undefined): Scan {
  return { ...scan, budget: budget ?? scan.budget }
}

function scanOf(filter: SessionFilter, terms: SessionTerms): Scan {
  const { userId, deviceId, applicationId, address, state, open, since, until } = filter
  // Sessions older than `oldestAlive` have expired under any era and application; those younger than `newestOld` under none.
  const all = [...terms.lifetimes, ...terms.applications.flatMap(one => one.lifetimes)].map(one => one.absolute)
  const oldestAlive = terms.now - Math.max(...all) + 1
  const newestOld = terms.now - Math.min(...all) + 1
  const isOfTime = state === 'live' || state === 'idle'
  const filters: Filter[] = [
    ...is('s.device_id', deviceId, 'session_device_created'),
    ...is('s.user_id', userId, 'session_user_created'),
    ...is('s.address', address, 'session_address'),
    ...is('s.application_id', applicationId, 'session_application'),
    ...(state === undefined ? [] : ofState(state, terms)),
    ...(open ? [isOpen] : []),
  ]
  return {
    filters,
    from: isOfTime ? Math.max(since ?? 0, oldestAlive) : since,
    // An idle session is found only by reading its row, and such rows lie far apart.
    budget: state === 'idle' ? 12_000 : undefined,
    upto: state === 'absolute' ? Math.min(until ?? newestOld, newestOld) : until,
  }
}

function is(column: string, value: string | number | undefined, index: string): Filter[] {
  return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value], accessPath: along(index) }]
}

const isOpen: Filter = { sql: 's.ended_at IS NULL', values: [], accessPath: along('session_ended') }

function ofState(state: SessionState, terms: SessionTerms): Filter[] {
  if (state === 'ended')
    return [{ sql: 's.ended_at IS NOT NULL', values: [], accessPath: { index: 'session_ended', order: null } }]
  if (state === 'live') return [isOpen, isLiveSql('s', terms)]
  const { sql, values } = stateOf('s', terms)
  const judged = { sql: `${sql} = ?`, values: [...values, state] }
  if (state !== 'idle') return [isOpen, judged]
  // Conditions on the session's own row come first.
  const idle = ago('s', terms, 'idle')
  const mayBeIdle = { sql: `s.expires_at <= ? OR s.rotated_at <= ${idle.sql}`, values: [terms.now, ...idle.values] }
  return [isOpen, mayBeIdle, judged]
}
