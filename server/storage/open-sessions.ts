// The sessions of one user, or on one device, that are not marked as ended: read in pieces of bounded length along an index,
// with what decides whether they live. Nobody reads all of them: one person may have tens of thousands.
import type { EndedSeqs, SessionLife } from '../policy/session.js'
import type { Dialect, Queries, Value } from './database.js'
import { scanSql } from './scan-sql.js'
import { columns } from './statement.js'

/** Some may be over all the same: policy/session.ts judges. */
export type OpenSession = SessionLife & {
  id: string
  deviceId: string
  applicationId: string
  policyVersion: number
  ended: EndedSeqs
  /** How often the policy had changed at the same instant. */
  headPolicyVersion: number
}

type OpenRow = Omit<OpenSession, 'ended'> & {
  userEndedSeq: number
  applicationEndedSeq: number
  logEndedSeq: number
}

const openColumns = columns('s', [
  'id',
  'deviceId',
  'applicationId',
  'policyVersion',
  'seq',
  'createdAt',
  'rotatedAt',
  'expiresAt',
  'endedAt',
])

/** How many are read in one statement where a caller reads on. */
const piece = 500

export function createOpenSessions({ engine }: Pick<Dialect, 'engine'>) {
  const { hint, compared } = scanSql(engine)
  const byUser = `session s${hint('session_user')}`
  const order = ['s.created_at', 's.id']

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
    return rows.map(({ userEndedSeq, applicationEndedSeq, logEndedSeq, ...session }) => ({
      ...session,
      ended: { user: userEndedSeq, application: applicationEndedSeq, log: logEndedSeq },
    }))
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
        yield* some
        if (some.length < piece) return
        last = some.at(-1)!
      }
    },

    /** The oldest of a user. */
    oldestOf: (tx: Queries, userId: number, limit: number): Promise<OpenSession[]> =>
      read(tx, byUser, `s.user_id = ? AND s.ended_at IS NULL ORDER BY s.created_at, s.id LIMIT ${Math.trunc(limit)}`, [
        userId,
      ]),

    /** Has a user more than so many? The index alone tells, and counts no further. */
    async hasMoreThan(tx: Queries, userId: number, count: number): Promise<boolean> {
      const rows = await tx.read(
        `SELECT s.id FROM ${byUser} WHERE s.user_id = ? AND s.ended_at IS NULL
         ORDER BY s.created_at DESC LIMIT 1 OFFSET ${Math.trunc(count)}`,
        [userId],
      )
      return rows.length > 0
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

    /** Those of one application on a device that a password opened for a client with a pair. What may have superseded them is the same for all, and the caller's to know. */
    async ofApplicationOn(
      tx: Queries,
      deviceId: string,
      applicationId: string,
    ): Promise<Omit<OpenSession, 'ended' | 'headPolicyVersion'>[]> {
      return tx.read(
        `SELECT ${openColumns} FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL AND s.application_id = ?
           AND s.grant_type = 'password' AND s.refreshable = ?`,
        [deviceId, applicationId, true],
      )
    },
  }
}
