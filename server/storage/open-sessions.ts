// The sessions of one user, or on one device, that are not marked as ended: read along an index in batches of bounded
// size, with what decides whether they live. Never all at once: one user may have tens of thousands.
import type { EndedSeqs, SessionLife } from '../policy/session.js'
import type { Dialect, Queries, Value } from './database.js'
import { scanSql } from './scan-sql.js'
import { columns, inChunks, placeholders } from './statement.js'

/** A session that is not marked as ended. It may be over all the same: policy/session.ts judges. */
export type OpenSession = SessionLife & {
  id: string
  deviceId: string
  applicationId: string
  policyVersion: number
  browserSid: string | null
  offline: boolean
  ended: EndedSeqs
  /** The policy's version in the log's head at the same instant. */
  headPolicyVersion: number
  /** For a session that was granted offline: its browser session, where the row still exists; null for all others. */
  browser: OpenSession | null
}

/** Whether a user has more open sessions, or devices, than a limit; some may be over and not marked yet. */
export type OverLimits = { sessions: boolean; devices: boolean }

/** A session that was opened by a code, through a browser session. */
export type Child = { id: string; browserSid: string; applicationId: string; offline: boolean }

/** A session that an application has on a device, with what decides which of several is ended first. */
export type LimitCandidate = Omit<OpenSession, 'ended' | 'headPolicyVersion' | 'browser'> & {
  generation: number
  lastSeenAt: number
  grantType: string
  refreshable: boolean
}

type OpenRow = Omit<OpenSession, 'ended' | 'offline' | 'browser'> & {
  offline: number
  userEndedSeq: number
  applicationEndedSeq: number
  logEndedSeq: number
}

const openColumns = columns('s', [
  'id',
  'deviceId',
  'applicationId',
  'policyVersion',
  'browserSid',
  'offline',
  'seq',
  'createdAt',
  'rotatedAt',
  'expiresAt',
  'endedAt',
])

/** Batch size of one statement where a caller reads on. */
const piece = 500

export function createOpenSessions({ engine }: Pick<Dialect, 'engine'>) {
  const { hint, compared } = scanSql(engine)
  const byUser = `session s${hint('session_user')}`
  const order = ['s.created_at', 's.id']
  const newestOpen = `SELECT s.id FROM ${byUser} WHERE s.user_id = ? AND s.ended_at IS NULL ORDER BY s.created_at DESC`
  const openDevices = `SELECT d.id FROM device d${hint('device_user_open')} WHERE d.user_id = ? AND d.ended_at IS NULL`
  /** Expression for the id after so many rows, NULL where there is none; null where the number is not limited. */
  const beyond = (count: number, ids: string) =>
    count === Infinity ? null : `(${ids} LIMIT 1 OFFSET ${Math.trunc(count)})`

  async function read(tx: Queries, from: string, where: string, values: readonly Value[]): Promise<OpenSession[]> {
    // No joins: with them MariaDB sorts all rows before it takes the first.
    const rows = await tx.read<OpenRow>(
      `SELECT ${openColumns}, (SELECT u.ended_seq FROM user u WHERE u.id = s.user_id) AS userEndedSeq,
         (SELECT a.ended_seq FROM application a WHERE a.id = s.application_id) AS applicationEndedSeq,
         (SELECT h.ended_seq FROM log_head h WHERE h.id = 1) AS logEndedSeq,
         (SELECT h.policy_version FROM log_head h WHERE h.id = 1) AS headPolicyVersion
       FROM ${from} WHERE ${where}`,
      values,
    )
    return rows.map(({ userEndedSeq, applicationEndedSeq, logEndedSeq, offline, ...session }) => ({
      ...session,
      offline: offline === 1,
      ended: { user: userEndedSeq, application: applicationEndedSeq, log: logEndedSeq },
      browser: null,
    }))
  }

  /** Adds browser sessions: a session that was granted offline counts differently once its browser session is over. */
  async function withBrowsers(tx: Queries, sessions: OpenSession[]): Promise<OpenSession[]> {
    const ids = new Set(sessions.flatMap(one => (one.offline && one.browserSid) || []))
    if (ids.size === 0) return sessions
    const found = await inChunks([...ids], some =>
      read(tx, 'session s', `s.id IN (${placeholders(some.length)})`, some),
    )
    const browsers = new Map(found.map(one => [one.id, one]))
    return sessions.map(one => (one.offline ? { ...one, browser: browsers.get(one.browserSid ?? '') ?? null } : one))
  }

  return {
    /** The open sessions of a user one after the other, the newest first; read only as far as the caller iterates. */
    async *newestOf(tx: Queries, userId: number): AsyncGenerator<OpenSession> {
      for (let last: OpenSession | null = null; ; ) {
        const after = last && compared(order, '<', '', [last.createdAt, last.id])
        const some: OpenSession[] = await read(
          tx,
          byUser,
          `s.user_id = ? AND s.ended_at IS NULL${after ? ` AND (${after.sql})` : ''}
           ORDER BY s.created_at DESC, s.id DESC LIMIT ${piece}`,
          [userId, ...(after?.values ?? [])],
        )
        yield* await withBrowsers(tx, some)
        if (some.length < piece) return
        last = some.at(-1)!
      }
    },

    /** The oldest open sessions of a user. */
    async oldestOf(tx: Queries, userId: number, limit: number): Promise<OpenSession[]> {
      const oldest = `s.user_id = ? AND s.ended_at IS NULL ORDER BY s.created_at, s.id LIMIT ${Math.trunc(limit)}`
      return withBrowsers(tx, await read(tx, byUser, oldest, [userId]))
    },

    /**
     * Whether a user has more open sessions, or open devices, than a limit. Read from the indexes alone, no further
     * than the limit.
     */
    async overLimits(tx: Queries, userId: number, most: { sessions: number; devices: number }): Promise<OverLimits> {
      const [session, device] = [beyond(most.sessions, newestOpen), beyond(most.devices, openDevices)]
      const asked = [session, device].filter(sql => sql !== null)
      if (asked.length === 0) return { sessions: false, devices: false }
      const [row] = await tx.read<{ session: string | null; device: string | null }>(
        `SELECT ${session} AS session, ${device} AS device`,
        asked.map(() => userId),
      )
      return { sessions: row!.session !== null, devices: row!.device !== null }
    },

    /** Open sessions on a device, or some of them. */
    async onDevice(tx: Queries, deviceId: string, limit: number): Promise<{ id: string; applicationId: string }[]> {
      return tx.read(
        `SELECT s.id AS id, s.application_id AS applicationId FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL LIMIT ${Math.trunc(limit)}`,
        [deviceId],
      )
    },

    /** Ids of a user's open sessions of one application; at most as many as requested. */
    async ofApplicationOf(tx: Queries, userId: number, applicationId: string, limit: number): Promise<string[]> {
      const rows = await tx.read<{ id: string }>(
        `SELECT s.id AS id FROM ${byUser} WHERE s.user_id = ? AND s.ended_at IS NULL AND s.application_id = ?
         LIMIT ${Math.trunc(limit)}`,
        [userId, applicationId],
      )
      return rows.map(row => row.id)
    },

    /** How many open sessions a user has except those on one device, counted up to a limit. */
    async countExceptOnDevice(tx: Queries, userId: number, deviceId: string, limit: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${byUser}
         WHERE s.user_id = ? AND s.ended_at IS NULL AND s.device_id <> ? LIMIT ${Math.trunc(limit)}) t`,
        [userId, deviceId],
      )
      return row!.count
    },

    /**
     * Open sessions of one application on a device. The caller knows what may have superseded them, as it is the same
     * for all.
     */
    async ofApplicationOn(tx: Queries, deviceId: string, applicationId: string): Promise<LimitCandidate[]> {
      const rows = await tx.read<
        Omit<LimitCandidate, 'offline' | 'refreshable'> & { offline: number; refreshable: number }
      >(
        `SELECT ${openColumns}, ${columns('s', ['generation', 'lastSeenAt', 'grantType', 'refreshable'])} FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL AND s.application_id = ?`,
        [deviceId, applicationId],
      )
      return rows.map(row => ({ ...row, offline: row.offline === 1, refreshable: row.refreshable === 1 }))
    },

    /**
     * Sessions that codes opened through some browser sessions, by their ids. The caller has locked the browser
     * sessions.
     */
    async childrenOf(tx: Queries, browserSids: readonly string[]): Promise<Child[]> {
      const rows = await inChunks(browserSids, some =>
        tx.read<Omit<Child, 'offline'> & { offline: number }>(
          `SELECT ${columns('s', ['id', 'browserSid', 'applicationId', 'offline'])} FROM session s
           WHERE s.browser_sid IN (${placeholders(some.length)}) AND s.ended_at IS NULL`,
          some,
        ),
      )
      return rows.map(row => ({ ...row, offline: row.offline === 1 }))
    },

    /** Sessions of the given ones that are children. */
    async areChildren(tx: Queries, ids: readonly string[]): Promise<Set<string>> {
      const rows = await inChunks(ids, some =>
        tx.read<{ id: string }>(
          `SELECT s.id AS id FROM session s WHERE s.id IN (${placeholders(some.length)}) AND s.browser_sid IS NOT NULL`,
          some,
        ),
      )
      return new Set(rows.map(row => row.id))
    },
  }
}
