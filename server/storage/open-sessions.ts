// The sessions of one user, or on one device, that are not marked as ended: read along an index in batches of bounded size, with
// what decides whether they live. Never all at once: one user may have tens of thousands.
import type { EndedSeqs, SessionLife } from '../policy/session.js'
import type { Dialect, Queries, Value } from './database.js'
import { scanSql } from './scan-sql.js'
import { columns, inChunks, placeholders } from './statement.js'

/** Some may be over all the same: policy/session.ts judges. */
export type OpenSession = SessionLife & {
  id: string
  deviceId: string
  applicationId: string
  policyVersion: number
  browserSid: string | null
  offline: boolean
  ended: EndedSeqs
  /** How often the policy had changed at the same instant. */
  headPolicyVersion: number
  /** The browser session of one that was granted offline, where there still is its row; null for all others. */
  browser: OpenSession | null
}

/** Whether a user has more than so many of each; some of them may be over and only not marked yet. */
export type Crowded = { sessions: boolean; devices: boolean }

/** A session that a code opened through a browser session. */
export type Child = { id: string; browserSid: string; applicationId: string; offline: boolean }

/** One of those that an application has on a device, with what tells which of them is missed least. */
export type Beside = Omit<OpenSession, 'ended' | 'headPolicyVersion' | 'browser'> & {
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
  /** An expression for the one behind so many, NULL where there is none; null where any number will do. */
  const beyond = (count: number, ids: string) =>
    count === Infinity ? null : `(${ids} LIMIT 1 OFFSET ${Math.trunc(count)})`

  async function read(tx: Queries, from: string, where: string, values: readonly Value[]): Promise<OpenSession[]> {
    // No joins: with them MariaDB sorts all that there are before it takes the first.
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

  /** Those that were granted offline count otherwise once their browser session is over. */
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
    /** One after the other, the newest first; as far as the caller goes. */
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

    /** The oldest of a user. */
    async oldestOf(tx: Queries, userId: number, limit: number): Promise<OpenSession[]> {
      const oldest = `s.user_id = ? AND s.ended_at IS NULL ORDER BY s.created_at, s.id LIMIT ${Math.trunc(limit)}`
      return withBrowsers(tx, await read(tx, byUser, oldest, [userId]))
    },

    /** Has a user more open sessions, and more open devices, than so many? The indexes alone tell, and count no further. */
    async isCrowded(tx: Queries, userId: number, most: { sessions: number; devices: number }): Promise<Crowded> {
      const [session, device] = [beyond(most.sessions, newestOpen), beyond(most.devices, openDevices)]
      const asked = [session, device].filter(sql => sql !== null)
      if (asked.length === 0) return { sessions: false, devices: false }
      const [row] = await tx.read<{ session: string | null; device: string | null }>(
        `SELECT ${session} AS session, ${device} AS device`,
        asked.map(() => userId),
      )
      return { sessions: row!.session !== null, devices: row!.device !== null }
    },

    /** Those on a device, or some of them. */
    async onDevice(tx: Queries, deviceId: string, limit: number): Promise<{ id: string; applicationId: string }[]> {
      return tx.read(
        `SELECT s.id AS id, s.application_id AS applicationId FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL LIMIT ${Math.trunc(limit)}`,
        [deviceId],
      )
    },

    /** Ids of those that a user has of one application; as many as were asked for. */
    async ofApplicationOf(tx: Queries, userId: number, applicationId: string, limit: number): Promise<string[]> {
      const rows = await tx.read<{ id: string }>(
        `SELECT s.id AS id FROM ${byUser} WHERE s.user_id = ? AND s.ended_at IS NULL AND s.application_id = ?
         LIMIT ${Math.trunc(limit)}`,
        [userId, applicationId],
      )
      return rows.map(row => row.id)
    },

    /** How many a user has beside those on one device, counted up to a limit. */
    async countBeside(tx: Queries, userId: number, deviceId: string, limit: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${byUser}
         WHERE s.user_id = ? AND s.ended_at IS NULL AND s.device_id <> ? LIMIT ${Math.trunc(limit)}) t`,
        [userId, deviceId],
      )
      return row!.count
    },

    /** Those of one application on a device. What may have superseded them is the same for all, and the caller's to know. */
    async ofApplicationOn(tx: Queries, deviceId: string, applicationId: string): Promise<Beside[]> {
      const rows = await tx.read<Omit<Beside, 'offline' | 'refreshable'> & { offline: number; refreshable: number }>(
        `SELECT ${openColumns}, ${columns('s', ['generation', 'lastSeenAt', 'grantType', 'refreshable'])} FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL AND s.application_id = ?`,
        [deviceId, applicationId],
      )
      return rows.map(row => ({ ...row, offline: row.offline === 1, refreshable: row.refreshable === 1 }))
    },

    /** What codes opened through some browser sessions, by their ids. The caller has locked those. */
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

    /** Which of these are such. */
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
