// Garbage collection of sessions that have expired or are superseded: they are marked as ended, batch by batch, and
// deleted later. Nothing depends on when: whether a session lives is judged without the mark (policy/session.ts).
import type { Queries } from './database.js'
import { placeholders } from './statement.js'

/** Position of a scan of the sessions that are not marked as ended. */
export type OpenCursor = { createdAt: number; id: string }

export type Expired = { id: string; userId: number; applicationId: string; seq: number }

/** The row whose `ended_seq` was raised; the subject is an id, or '' for everybody. */
export type Superseded = { kind: 'user' | 'application' | 'all'; subject: string }

const supersededBy: Record<Superseded['kind'], (subject: string) => { from: string; values: (string | number)[] }> = {
  user: subject => ({
    from: 'JOIN user u ON u.id = s.user_id WHERE s.user_id = ? AND s.seq < u.ended_seq',
    values: [Number(subject)],
  }),
  application: subject => ({
    from: 'JOIN application a ON a.id = s.application_id WHERE s.application_id = ? AND s.seq < a.ended_seq',
    values: [subject],
  }),
  all: () => ({ from: 'CROSS JOIN log_head h WHERE h.id = 1 AND s.seq < h.ended_seq', values: [] }),
}

export function createSessionPurge() {
  /**
   * Marks up to `limit` sessions that an "end all" of a subject has superseded. @returns those that were read: fewer
   * at the end
   */
  async function markSuperseded(
    tx: Queries,
    whose: Superseded,
    at: number,
    reason: string,
    by: string,
    limit: number,
  ): Promise<string[]> {
    const { from, values } = supersededBy[whose.kind](whose.subject)
    // In the order of the index: sorting by ids would read all remaining rows for each batch.
    const rows = await tx.read<{ id: string }>(
      `SELECT s.id AS id FROM session s ${from} AND s.ended_at IS NULL LIMIT ${Math.trunc(limit)}`,
      values,
    )
    if (rows.length === 0) return []
    // In the order of ids, in which every other statement about many locks them.
    const ids = rows.map(row => row.id).sort()
    await tx.write(
      `UPDATE session SET ended_at = ?, ended_reason = ?, ended_by = ?
       WHERE ended_at IS NULL AND id IN (${placeholders(ids.length)})`,
      [at, reason, by, ...ids],
    )
    return ids
  }

  /**
   * Reads the next `limit` sessions that are not marked as ended, in the order of their sign-ins.
   * @returns those that have expired; `next`: where to continue, or null at the end
   */
  async function findExpired(
    tx: Queries,
    now: number,
    { after, limit }: { after: OpenCursor | null; limit: number },
  ): Promise<{ expired: Expired[]; next: OpenCursor | null }> {
    // All columns at once would be too much to read.
    const rows = await tx.read<OpenCursor>(
      `SELECT id, created_at AS createdAt FROM session
       WHERE ended_at IS NULL AND created_at >= ? AND (created_at > ? OR id > ?)
       ORDER BY created_at, id LIMIT ${Math.trunc(limit)}`,
      after ? [after.createdAt, after.createdAt, after.id] : [0, 0, ''],
    )
    const next = rows.length < limit ? null : rows.at(-1)!
    if (rows.length === 0) return { expired: [], next }
    const expired = await tx.read<Expired>(
      `SELECT id, user_id AS userId, application_id AS applicationId, seq FROM session
       WHERE expires_at <= ? AND id IN (${placeholders(rows.length)})`,
      [now, ...rows.map(row => row.id)],
    )
    return { expired, next }
  }

  /** @returns how many were still open */
  async function markExpired(tx: Queries, now: number, ids: readonly string[]): Promise<number> {
    return tx.write(
      `UPDATE session SET ended_at = expires_at, ended_reason = 'expired', ended_by = 'system'
       WHERE ended_at IS NULL AND expires_at <= ? AND id IN (${placeholders(ids.length)})`,
      [now, ...[...ids].sort()],
    )
  }

  /** Deletes up to `limit` sessions that ended before an instant. @returns how many */
  async function forgetEnded(tx: Queries, before: number, limit: number): Promise<number> {
    const rows = await tx.read<{ id: string }>(
      `SELECT id FROM session WHERE ended_at < ? ORDER BY ended_at LIMIT ${Math.trunc(limit)}`,
      [before],
    )
    if (rows.length === 0) return 0
    const ids = rows.map(row => row.id)
    await tx.write(`DELETE FROM page_session WHERE session_id IN (${placeholders(ids.length)})`, ids)
    return tx.write(`DELETE FROM session WHERE id IN (${placeholders(ids.length)})`, ids)
  }

  return { markSuperseded, findExpired, markExpired, forgetEnded }
}
