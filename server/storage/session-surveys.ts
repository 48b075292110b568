// Scans of many sessions, for the preview of a policy change. policy/ judges the rows: the conditions only filter out
// rows that cannot matter.
import { setImmediate } from 'node:timers/promises'
import type { SurveyedSession, Tightening } from '../policy/policy-preview.js'
import type { AccessSpan } from '../policy/session.js'
import type { Queries, Value } from './database.js'
import type { Condition } from './keyset-scan.js'
import { columns, placeholders } from './statement.js'

/** Part of a table, by a column's values: after one (exclusive), up to the other (inclusive). */
export type Stretch<Key> = { after: Key; upto: Key }

type SurveyedRow = Omit<SurveyedSession, 'ended' | 'offline'> & {
  offline: number
  userEndedSeq: number
  applicationEndedSeq: number
  logEndedSeq: number
}

const surveyed = columns('s', [
  ...['id', 'userId', 'deviceId', 'applicationId', 'policyVersion', 'browserSid', 'offline'],
  ...['seq', 'createdAt', 'rotatedAt', 'expiresAt', 'endedAt'],
])
/** Open sessions that only time, or the limit of their number, can end. */
const fromOpen = (endedAt: string) => `FROM session s
  JOIN user u ON u.id = s.user_id AND u.active = ? AND u.deleted_at IS NULL AND s.seq >= u.ended_seq
  JOIN application a ON a.id = s.application_id AND a.active = ? AND s.seq >= a.ended_seq
  JOIN log_head h ON h.id = 1 AND s.seq >= h.ended_seq
  WHERE ${endedAt} IS NULL AND s.expires_at > ?`
/** An expression, not a column: SQLite would otherwise scan all open sessions, and not the stretch. */
const endedInStretch = '+s.ended_at'
const openValues = (now: number) => [true, true, now]

export function createSessionSurveyStore() {
  async function read(
    tx: Queries,
    from: string,
    conditions: string,
    values: readonly Value[],
  ): Promise<SurveyedSession[]> {
    const rows = await tx.read<SurveyedRow>(
      `SELECT ${surveyed}, u.ended_seq AS userEndedSeq, a.ended_seq AS applicationEndedSeq, h.ended_seq AS logEndedSeq
       ${from} AND ${conditions}`,
      values,
    )
    return rows.map(({ userEndedSeq, applicationEndedSeq, logEndedSeq, offline, ...session }) => ({
      ...session,
      offline: offline === 1,
      ended: { user: userEndedSeq, application: applicationEndedSeq, log: logEndedSeq },
    }))
  }

  return {
    /** Sessions of a stretch that live by the former lifetimes and not by the new ones. */
    outliving(
      tx: Queries,
      { after, upto }: Stretch<string>,
      tightenings: readonly Tightening[],
      now: number,
    ): Promise<SurveyedSession[]> {
      const each = tightenings.map(
        ({ applicationId }) => `(s.policy_version BETWEEN ? AND ? AND s.rotated_at > ? AND s.created_at > ?
                AND (s.rotated_at <= ? OR s.created_at <= ?)${applicationId === null ? '' : ' AND s.application_id = ?'})`,
      )
      const values = tightenings.flatMap(one => [
        ...[one.from, one.upto, now - one.before.idle, now - one.before.absolute],
        ...[now - one.after.idle, now - one.after.absolute],
        ...(one.applicationId === null ? [] : [one.applicationId]),
      ])
      return read(tx, fromOpen(endedInStretch), `s.id > ? AND s.id <= ? AND (${each.join(' OR ')})`, [
        ...openValues(now),
        ...[after, upto],
        ...values,
      ])
    },

    /** How many sessions of a stretch have an access token that lives; those of the built-in pages never have. */
    async withAccess(
      tx: Queries,
      { after, upto }: Stretch<string>,
      spans: readonly AccessSpan[],
      now: number,
    ): Promise<number> {
      const given = hasAccess(spans, now)
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count ${fromOpen(endedInStretch)} AND s.id > ? AND s.id <= ? AND (${given.sql})
         AND NOT EXISTS (SELECT 1 FROM page_session p WHERE p.session_id = s.id)`,
        [...openValues(now), after, upto, ...given.values],
      )
      return row!.count
    },

    /** Users of a stretch with more open sessions than this. */
    async nearLimit(tx: Queries, { after, upto }: Stretch<number>, most: number): Promise<number[]> {
      const rows = await tx.read<{ userId: number }>(
        `SELECT user_id AS userId FROM session s WHERE ${endedInStretch} IS NULL AND user_id > ? AND user_id <= ?
         GROUP BY user_id HAVING COUNT(*) > ? ORDER BY user_id`,
        [after, upto, most],
      )
      return rows.map(row => row.userId)
    },

    /** All open sessions of some users, each user's oldest first. */
    ofUsers(tx: Queries, userIds: readonly number[], now: number): Promise<SurveyedSession[]> {
      const conditions = `s.user_id IN (${placeholders(userIds.length)}) ORDER BY s.user_id, s.created_at, s.id`
      return read(tx, fromOpen('s.ended_at'), conditions, [...openValues(now), ...userIds])
    },

    /**
     * Whether a session is open that was opened under an older version of the policy.
     * @param openedBefore epoch ms; later ones are not read
     */
    async anyOlderPolicy(tx: Queries, version: number, openedBefore: number): Promise<boolean> {
      const rows = await tx.read(
        'SELECT id FROM session WHERE ended_at IS NULL AND created_at < ? AND policy_version < ? LIMIT 1',
        [openedBefore, version],
      )
      return rows.length > 0
    },

    /** The whole table in stretches of `size` rows, by session id. */
    byId: (tx: Queries, size: number) => stretches(tx, 'id', '', lastOfTexts, size),
    /** The whole table in stretches of `size` rows, by user id. */
    byUser: (tx: Queries, size: number) => stretches(tx, 'user_id', -1, Number.MAX_SAFE_INTEGER, size),
  }
}

export type SessionSurveyStore = ReturnType<typeof createSessionSurveyStore>

/** A text that sorts after every id. */
const lastOfTexts = '\u{10ffff}'

/** Condition: session `s` has an access token that may live at `now`. */
export function hasAccess(spans: readonly AccessSpan[], now: number): Condition {
  const each = spans.map(({ from, upto, lifetime, only, except }) => {
    const sql = 's.policy_version BETWEEN ? AND ? AND s.last_seen_at > ?'
    const values = [from, upto, now - lifetime]
    if (only !== null) return { sql: `${sql} AND s.application_id = ?`, values: [...values, only] }
    if (except.length === 0) return { sql, values }
    return {
      sql: `${sql} AND s.application_id NOT IN (${placeholders(except.length)})`,
      values: [...values, ...except],
    }
  })
  return { sql: each.map(one => `(${one.sql})`).join(' OR '), values: each.flatMap(one => one.values) }
}

/**
 * No statement takes long, and between two others can run, as SQLite answers without leaving this turn of the event
 * loop.
 */
async function* stretches<Key extends string | number>(
  tx: Queries,
  column: 'id' | 'user_id',
  first: Key,
  last: Key,
  size: number,
): AsyncGenerator<Stretch<Key>> {
  for (let after = first; ; ) {
    const [row] = await tx.read<{ upto: Key }>(
      `SELECT ${column} AS upto FROM session WHERE ${column} > ? ORDER BY ${column} LIMIT 1 OFFSET ${Math.trunc(size)}`,
      [after],
    )
    yield { after, upto: row?.upto ?? last }
    if (!row) return
    after = row.upto
    await setImmediate()
  }
}
