// Rows of the audit log (table `audit_entry`) and its head (table `audit_head`): inserts at the end of the hash
// chain, searches, entries about one user, and deletion of the oldest entries.
import type { AuditRow } from '../policy/audit.js'
import type { Dialect, Queries } from './database.js'
import { scanSql } from './scan-sql.js'
import { assignments, columns, insertions } from './statement.js'

export type AuditRecord = AuditRow & { hash: string }

/** The end of the chain; `dropped…`: its beginning. Hashes are base64url, `''` before the first entry. */
export type AuditPosition = {
  seq: number
  hash: string
  mark: string
  droppedSeq: number
  droppedHash: string
  droppedMark: string
}

export const auditColumns = columns('e', [
  'seq',
  'createdAt',
  'actor',
  'action',
  'subjectKind',
  'subject',
  'address',
  'userAgent',
  'requestId',
  'beforeJson',
  'afterJson',
  'hash',
])
const headColumns = columns('h', ['seq', 'hash', 'mark', 'droppedSeq', 'droppedHash', 'droppedMark'])

/** Filters of a search in the audit log; an absent field matches every entry. `before` is a number of the log. */
export type AuditSearch = {
  before: number
  limit: number
  actor?: string
  action?: string
  subject?: { kind: string; id: string }
}

/** How many sessions and devices of one user are searched: those that ended, or were seen, last. */
const mostPlaces = 1_000
const subjectsOf = {
  session: `SELECT id FROM session WHERE user_id = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ${mostPlaces}`,
  device: `SELECT id FROM device WHERE user_id = ? ORDER BY last_seen_at DESC LIMIT ${mostPlaces}`,
}

export function createAuditStore(dialect: Pick<Dialect, 'engine' | 'forUpdate'>) {
  const { select, hint } = scanSql(dialect.engine)

  return {
    /** Locks the end of the chain; after the rows of the change and before the log's head. */
    async lockHead(tx: Queries): Promise<AuditPosition> {
      const [row] = await tx.read<AuditPosition>(
        `SELECT ${headColumns} FROM audit_head h WHERE h.id = 1${dialect.forUpdate}`,
      )
      return row!
    },

    async head(tx: Queries): Promise<AuditPosition> {
      const [row] = await tx.read<AuditPosition>(`SELECT ${headColumns} FROM audit_head h WHERE h.id = 1`)
      return row!
    },

    /** Inserts consecutive entries in one statement. */
    async insertAll(tx: Queries, entries: readonly AuditRecord[]): Promise<void> {
      await tx.write(...insertions('audit_entry', entries))
    },

    async moveHead(tx: Queries, changes: Partial<AuditPosition>): Promise<void> {
      const [set, values] = assignments(changes)
      await tx.write(`UPDATE audit_head SET ${set} WHERE id = 1`, values)
    },

    /** Entries after a number, in the order of the chain. */
    after(tx: Queries, seq: number, limit: number): Promise<AuditRecord[]> {
      return tx.read(
        `SELECT ${auditColumns} FROM audit_entry e WHERE e.seq > ? ORDER BY e.seq LIMIT ${Math.trunc(limit)}`,
        [seq],
      )
    },

    /** Entries that match a search, the newest first. */
    search(tx: Queries, search: AuditSearch): Promise<AuditRecord[]> {
      const conditions = ['e.seq < ?']
      const values: (string | number)[] = [search.before]
      const where = (condition: string, ...asked: (string | number)[]) => {
        conditions.push(condition)
        values.push(...asked)
      }
      if (search.actor !== undefined) where('e.actor = ?', search.actor)
      if (search.action !== undefined) where('e.action = ?', search.action)
      if (search.subject) where('e.subject_kind = ? AND e.subject = ?', search.subject.kind, search.subject.id)
      return tx.read(
        `SELECT ${auditColumns} FROM audit_entry e WHERE ${conditions.join(' AND ')}
         ORDER BY e.seq DESC LIMIT ${Math.trunc(search.limit)}`,
        values,
      )
    },

    /**
     * Entries about a user, and about the user's sessions and devices as long as these are stored; the newest first.
     * Each entry with the name of the device that it is about, '' for others.
     */
    ofPerson(
      tx: Queries,
      userId: number,
      { before, limit }: Pick<AuditSearch, 'before' | 'limit'>,
    ): Promise<(AuditRecord & { deviceName: string })[]> {
      const newest = `ORDER BY e.seq DESC LIMIT ${Math.trunc(limit)}`
      const about = (kind: keyof typeof subjectsOf) =>
        `${select} ${auditColumns} FROM (${subjectsOf[kind]}) p CROSS JOIN audit_entry e${hint('audit_entry_subject')}
         WHERE e.subject_kind = '${kind}' AND e.subject = p.id AND e.seq < ? ${newest}`
      return tx.read(
        `SELECT a.*, COALESCE(d.name, '') AS deviceName FROM (
           SELECT * FROM (SELECT ${auditColumns} FROM audit_entry e
             WHERE e.subject_kind = 'user' AND e.subject = ? AND e.seq < ? ${newest}) x
           UNION ALL SELECT * FROM (${about('session')}) y
           UNION ALL SELECT * FROM (${about('device')}) z
           ORDER BY seq DESC LIMIT ${Math.trunc(limit)}) a
         LEFT JOIN device d ON a.subjectKind = 'device' AND d.id = a.subject ORDER BY a.seq DESC`,
        [String(userId), before, userId, before, userId, before],
      )
    },

    /** The entry that created a user; null where that is older than the log. */
    async beginningOfUser(tx: Queries, userId: number): Promise<Pick<AuditRecord, 'action' | 'afterJson'> | null> {
      const [row] = await tx.read<Pick<AuditRecord, 'action' | 'afterJson'>>(
        `SELECT e.action AS action, e.after_json AS afterJson FROM audit_entry e${hint('audit_entry_subject')}
         WHERE e.subject_kind = 'user' AND e.subject = ? AND e.action IN ('user_created', 'user_imported')
         ORDER BY e.seq LIMIT 1`,
        [String(userId)],
      )
      return row ?? null
    },

    /** The last entry that was written before an instant, among the first `limit` entries; or null. */
    async lastBefore(tx: Queries, before: number, limit: number): Promise<AuditRecord | null> {
      const rows = await tx.read<AuditRecord>(
        `SELECT ${auditColumns} FROM audit_entry e ORDER BY e.seq LIMIT ${Math.trunc(limit)}`,
      )
      return rows.filter(row => row.createdAt < before).at(-1) ?? null
    },

    /** Deletes entries up to a number. @returns how many */
    dropUpTo(tx: Queries, seq: number): Promise<number> {
      return tx.write('DELETE FROM audit_entry WHERE seq <= ?', [seq])
    },
  }
}

export type AuditStore = ReturnType<typeof createAuditStore>
