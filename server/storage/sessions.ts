// Rows of sessions (table `session`), and standings: one SELECT joins sessions with user, roles, application and log
// head. Other statements: rotations.ts, session-purge.ts, open-sessions.ts, session-lists.ts.
import type { EndedSeqs } from '../policy/session.js'
import type { Cells, Dialect, Queries } from './database.js'
import { createOpenSessions } from './open-sessions.js'
import { createRotations } from './rotations.js'
import { scanSql } from './scan-sql.js'
import { createSessionPurge } from './session-purge.js'
import {
  readSession,
  type SessionRecord,
  type SessionRow,
  sessionColumns,
  sessionOf,
  writtenSession,
} from './session-rows.js'
import { assignments, columns, grouped, inChunks, insertion, padded, placeholders, positions } from './statement.js'
import { type UserRecord, userColumns, userOf } from './user-rows.js'

export type { SessionRecord }

/** A session and everything that decides whether it lives and what its tokens say, all of one instant. */
export type Standing = {
  session: SessionRecord
  user: UserRecord
  application: { id: string; active: boolean; version: number }
  ended: EndedSeqs
  /** The log's number at that instant: the `rev` of a token made from this. */
  seq: number
  /** Version of the keys at that instant: a token made from this is signed by no older ones. */
  keyVersion: number
  /** Version of the policy at that instant: a process that has another one in memory is behind. */
  policyVersion: number
  /** Version of the resource servers, and of lifetimes that applications override, at that instant. */
  resourcesVersion: number
  /**
   * The longest lifetime of access tokens that expiries of log entries allow for at that instant, in seconds: a token
   * made from this standing lives no longer.
   */
  accessLifetime: number
  /**
   * Where the user has more open sessions than `beside`: when the newest beyond that number was opened, epoch ms; it
   * and older ones may be over the limit. null where there are no more, or none was requested.
   */
  overLimitUpto: number | null
}

const selectSession = `SELECT ${columns('s', sessionColumns)} FROM session s`

/** Columns of a standing beside its session and user: of the application `a`, and of the log's head `h`. */
const outside = {
  applicationActive: 'a.active',
  applicationVersion: 'a.version',
  applicationEndedSeq: 'a.ended_seq',
  logEndedSeq: 'h.ended_seq',
  logSeq: 'h.seq',
  logKeyVersion: 'h.key_version',
  logPolicyVersion: 'h.policy_version',
  logResourceVersion: 'h.resource_version',
  logAccessLifetime: 'h.access_lifetime',
} as const
const outsideNames = Object.keys(outside) as (keyof typeof outside)[]

export const outsideColumns = outsideNames.map(name => `${outside[name]} AS ${name}`).join(', ')

export type OutsideRow = Record<keyof typeof outside, number>

/** The columns that `standingOf` reads, of a session under the alias `s`; a row may have more after them. */
export const standingColumns = `${columns('s', sessionColumns, 's_')}, ${columns('u', userColumns)},
  r.name AS roleName, r.permissions AS rolePermissions,
  ${outsideColumns}`
export const standingTables = `session s
  JOIN user u ON u.id = s.user_id
  JOIN application a ON a.id = s.application_id
  CROSS JOIN log_head h
  LEFT JOIN user_role ur ON ur.user_id = u.id
  LEFT JOIN role r ON r.name = ur.role_name`

// Positions in a row of `standingColumns`.
const userFrom = sessionColumns.length
const roleFrom = userFrom + userColumns.length
const outsideFrom = roleFrom + 2
const at = positions(outsideNames)
/** Number of cells of a standing. */
export const standingWidth = outsideFrom + outsideNames.length

/**
 * Subquery for `overLimitUpto`, from the index alone. Some open sessions do not live: callers judge each before any is
 * ended.
 */
const overLimitUpto = (hint: string, beside: number) => `(SELECT n.created_at FROM session n${hint}
  WHERE n.user_id = s.user_id AND n.ended_at IS NULL
  ORDER BY n.created_at DESC, n.id DESC LIMIT 1 OFFSET ${Math.trunc(beside) + 1})`

export function createSessionStore(dialect: Pick<Dialect, 'engine' | 'forUpdate'>) {
  const { hint } = scanSql(dialect.engine)
  return {
    ...createRotations(dialect),
    ...createSessionPurge(),
    ...createOpenSessions(dialect),

    async insert(tx: Queries, session: SessionRecord): Promise<void> {
      await tx.write(...insertion('session', writtenSession(session)))
    },

    /**
     * Reads everything that a refresh needs in one statement, of one instant. Sessions that do not exist are omitted.
     * @param ids as many as one statement takes: a batch of refreshes, a page of a list
     * @param beside also read from where on a user has more newer sessions than this; Infinity: do not
     */
    async standings(tx: Queries, ids: readonly string[], beside = Infinity): Promise<Map<string, Standing>> {
      const wanted = padded(ids)
      const rows = await tx.cells(
        `SELECT ${standingColumns},
           ${beside === Infinity ? 'NULL' : overLimitUpto(hint('session_user'), beside)} AS overLimitUpto
         FROM ${standingTables} WHERE s.id IN (${placeholders(wanted.length)})`,
        wanted,
      )
      const standings = new Map<string, Standing>()
      for (const [id, group] of grouped(rows, cells => cells[0] as string))
        standings.set(id, standingOf(group, group[0]![standingWidth] as number | null))
      return standings
    },

    async find(tx: Queries, id: string): Promise<SessionRecord | null> {
      const [row] = await tx.read<SessionRow>(`${selectSession} WHERE s.id = ?`, [id])
      return row ? readSession(row) : null
    },

    async lock(tx: Queries, id: string): Promise<void> {
      // SQLite's transactions have the one write lock already.
      if (dialect.forUpdate === '') return
      await tx.read(`SELECT id FROM session WHERE id = ?${dialect.forUpdate}`, [id])
    },

    async some(tx: Queries, ids: readonly string[]): Promise<Map<string, SessionRecord>> {
      const rows = await inChunks(ids, some =>
        tx.read<SessionRow>(`${selectSession} WHERE s.id IN (${placeholders(some.length)})`, some),
      )
      return new Map(rows.map(row => [row.id, readSession(row)]))
    },

    /** @returns whether it was open until now */
    async end(tx: Queries, id: string, at: number, reason: string, by: string): Promise<boolean> {
      const matched = await tx.write(
        'UPDATE session SET ended_at = ?, ended_reason = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL',
        [at, reason, by, id],
      )
      return matched === 1
    },

    /** Sessions without refresh token that codes opened for the same application through the same browser session. */
    async childrenAlike(
      tx: Queries,
      { browserSid, applicationId }: Pick<SessionRecord, 'browserSid' | 'applicationId'>,
    ): Promise<SessionRecord[]> {
      const rows = await tx.read<SessionRow>(
        `${selectSession} WHERE s.browser_sid = ? AND s.ended_at IS NULL AND s.application_id = ? AND s.refreshable = ?`,
        [browserSid, applicationId, false],
      )
      return rows.map(readSession)
    },

    /** Reuses an existing session for a code. @returns whether it was still open */
    async reuse(
      tx: Queries,
      id: string,
      taken: Pick<SessionRecord, 'seq' | 'authenticatedAt' | 'address' | 'rotatedAt' | 'lastSeenAt' | 'expiresAt'>,
    ): Promise<boolean> {
      const [sql, values] = assignments(taken)
      return (await tx.write(`UPDATE session SET ${sql} WHERE id = ? AND ended_at IS NULL`, [...values, id])) === 1
    },

    /**
     * Notes a visit to a page: the session's idle timeout starts again (sliding expiry). Its refresh token was given
     * to no client, and gets the same expiry.
     * @param terms all in ms; `every`: the least time between two visits that are written
     */
    async visit(
      tx: Queries,
      id: string,
      { now, idle, absolute, every }: { now: number; idle: number; absolute: number; every: number },
    ): Promise<void> {
      await tx.write(
        `UPDATE session SET rotated_at = ?, last_seen_at = ?,
           expires_at = CASE WHEN created_at + ? < ? THEN created_at + ? ELSE ? END
         WHERE id = ? AND ended_at IS NULL AND expires_at > ? AND rotated_at > ? AND created_at > ? AND last_seen_at <= ?`,
        [
          ...[now, now, absolute, now + idle, absolute, now + idle],
          ...[id, now, now - idle, now - absolute, now - every],
        ],
      )
    },

    /** Updates a session whose user has signed in again; the caller has locked its row. */
    async renew(
      tx: Queries,
      id: string,
      changes: Pick<SessionRecord, 'seq' | 'authenticatedAt'> & Partial<Omit<SessionRecord, 'resources'>>,
    ): Promise<void> {
      const [set, values] = assignments(changes)
      await tx.write(`UPDATE session SET ${set} WHERE id = ? AND ended_at IS NULL`, [...values, id])
    },

    /**
     * Exempts a live session from an "end all" of this transaction. One that an earlier end has superseded stays
     * over.
     */
    async raiseSeq(tx: Queries, id: string, seq: number): Promise<void> {
      await tx.write(
        `UPDATE session SET seq = ? WHERE id = ? AND ended_at IS NULL
           AND seq >= (SELECT u.ended_seq FROM user u WHERE u.id = session.user_id)
           AND seq >= (SELECT a.ended_seq FROM application a WHERE a.id = session.application_id)
           AND seq >= (SELECT h.ended_seq FROM log_head h WHERE h.id = 1)`,
        [seq, id],
      )
    },
  }
}

export type SessionStore = ReturnType<typeof createSessionStore>

/** @param rows of one session, a row for each role of its user, that begin with `standingColumns` */
export function standingOf(rows: readonly Cells[], overLimitUpto: number | null = null): Standing {
  const first = rows[0]!
  const session = sessionOf(first)
  const roles = rows.map(cells => ({
    roleName: cells[roleFrom] as string | null,
    rolePermissions: cells[roleFrom + 1] as string | null,
  }))
  const user = userOf(first, userFrom, roles)
  const numberOf = (name: keyof typeof outside) => first[outsideFrom + at[name]] as number
  return {
    session,
    user,
    application: {
      id: session.applicationId,
      active: numberOf('applicationActive') === 1,
      version: numberOf('applicationVersion'),
    },
    ended: { user: user.endedSeq, application: numberOf('applicationEndedSeq'), log: numberOf('logEndedSeq') },
    seq: numberOf('logSeq'),
    keyVersion: numberOf('logKeyVersion'),
    policyVersion: numberOf('logPolicyVersion'),
    resourcesVersion: numberOf('logResourceVersion'),
    accessLifetime: numberOf('logAccessLifetime'),
    overLimitUpto,
  }
}
