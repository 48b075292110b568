// Rows of browser sessions (table `page_session`), found by the hash of the cookie. One SELECT reads the row together
// with the standing of its session.
import type { Queries } from './database.js'
import { type Standing, standingColumns, standingOf, standingTables, standingWidth } from './sessions.js'
import { columns, insertion } from './statement.js'

/** A browser that is signed in to our own pages. Times are epoch ms. */
export type BrowserSessionRecord = {
  /** SHA-256 of the cookie's value, base64url. */
  idHash: string
  sessionId: string
  formSecret: string
  authenticatedAt: number
  /** JSON of notices that the next page shows once. */
  notices: string | null
  createdAt: number
}

/** `endedHereAt` is epoch ms. */
export type SignInFacts = { seq: number; applicationEndedSeq: number; endedHereAt: number | null }

const pageColumns = ['idHash', 'sessionId', 'formSecret', 'authenticatedAt', 'notices', 'createdAt'] as const

export function createBrowserSessionStore() {
  return {
    async insert(tx: Queries, row: BrowserSessionRecord): Promise<void> {
      await tx.write(...insertion('page_session', row))
    },

    /** A browser session by its cookie, with the standing of its session; both of one instant. */
    async find(tx: Queries, idHash: string): Promise<{ page: BrowserSessionRecord; standing: Standing } | null> {
      // SQLite reads the tables of a CROSS JOIN in their order: after the others the cookie's row would be found last.
      const rows = await tx.cells(
        `SELECT ${standingColumns}, ${columns('p', pageColumns, 'p_')}
         FROM page_session p CROSS JOIN ${standingTables} WHERE p.id_hash = ? AND s.id = p.session_id`,
        [idHash],
      )
      const [first] = rows
      if (!first) return null
      const page = Object.fromEntries(pageColumns.map((name, at) => [name, first[standingWidth + at]]))
      return { page: page as BrowserSessionRecord, standing: standingOf(rows) }
    },

    /** When the password was last typed in the browser of a session, epoch ms; null where no browser holds it. */
    async authenticatedAt(tx: Queries, sessionId: string): Promise<number | null> {
      const [row] = await tx.read<{ at: number | null }>(
        'SELECT MAX(authenticated_at) AS at FROM page_session WHERE session_id = ?',
        [sessionId],
      )
      return row?.at ?? null
    },

    /**
     * What an application may rely on of a browser's sign-in, and what ended since the password was typed: all
     * sessions of the application, or one that it had on this device, by its user or an administrator. Of one
     * instant.
     */
    async signInFor(
      tx: Queries,
      sessionId: string,
      authenticatedAt: number,
      applicationId: string,
    ): Promise<SignInFacts | null> {
      const [row] = await tx.read<SignInFacts>(
        `SELECT s.seq AS seq, COALESCE(a.ended_seq, 0) AS applicationEndedSeq,
           (SELECT MAX(e.ended_at) FROM session e WHERE e.device_id = s.device_id AND e.ended_at >= ?
              AND e.application_id = ? AND e.ended_reason = 'session_ended') AS endedHereAt
         FROM session s LEFT JOIN application a ON a.id = ? WHERE s.id = ?`,
        [authenticatedAt, applicationId, applicationId, sessionId],
      )
      return row ?? null
    },

    async setAuthenticatedAt(tx: Queries, idHash: string, at: number): Promise<void> {
      await tx.write('UPDATE page_session SET authenticated_at = ? WHERE id_hash = ? AND authenticated_at < ?', [
        at,
        idHash,
        at,
      ])
    },

    /**
     * Replaces the cookie's hash after the user has signed in again: the old cookie is no longer accepted. @returns
     * whether the row was there
     */
    async renew(tx: Queries, idHash: string, next: string, authenticatedAt: number): Promise<boolean> {
      const sql = 'UPDATE page_session SET id_hash = ?, authenticated_at = ? WHERE id_hash = ?'
      return (await tx.write(sql, [next, authenticatedAt, idHash])) === 1
    },

    async setNotices(tx: Queries, idHash: string, notices: string): Promise<void> {
      await tx.write('UPDATE page_session SET notices = ? WHERE id_hash = ?', [notices, idHash])
    },

    /** Removes the notices. @returns whether they were still there: of two pages that load at once, one shows them */
    async takeNotices(tx: Queries, idHash: string, notices: string): Promise<boolean> {
      const sql = 'UPDATE page_session SET notices = NULL WHERE id_hash = ? AND notices = ?'
      return (await tx.write(sql, [idHash, notices])) === 1
    },

    async remove(tx: Queries, idHash: string): Promise<void> {
      await tx.write('DELETE FROM page_session WHERE id_hash = ?', [idHash])
    },
  }
}

export type BrowserSessionStore = ReturnType<typeof createBrowserSessionStore>
