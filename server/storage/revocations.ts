import type { Revocation, RevocationKind } from '../policy/revocation.js'
import type { Dialect, Queries } from './database.js'
import { columns, insertion, marks } from './statement.js'

export type RevocationRecord = Revocation & { actor: string; createdAt: number }

/** The one row that says where the log stands. */
export type LogPosition = {
  logId: string
  seq: number
  endedSeq: number
  /** Epoch ms. */
  horizon: number
  policyVersion: number
  keyVersion: number
  /** Epoch ms by the database's clock; null where that is this process's. */
  databaseNow: number | null
}

/** Under the row's lock, so no policy that another process has just set is missed. `horizon` is epoch ms, the lifetime seconds. */
export type LogRaise = { seq: number; horizon: number; accessLifetime: number }

const entryColumns = ['seq', 'kind', 'subject', 'effect', 'exceptSid', 'reason', 'expiresAt'] as const
export const revocationColumns = columns('r', [...entryColumns, 'actor', 'createdAt'])
const headColumns = columns('h', ['logId', 'seq', 'endedSeq', 'horizon', 'policyVersion', 'keyVersion'])

export function createRevocations(dialect: Dialect) {
  return {
    async head(tx: Queries): Promise<LogPosition> {
      const now = dialect.now ?? 'NULL'
      const [row] = await tx.read<LogPosition>(
        `SELECT ${headColumns}, ${now} AS databaseNow FROM log_head h WHERE h.id = 1`,
      )
      return row!
    },

    /**
     * Takes the next `count` numbers of the log. The row stays locked until the transaction ends, so numbers are given
     * out in the order of commits: raise it last.
     * @returns the last number taken, and what says how long an entry matters
     */
    async raise(tx: Queries, count: number): Promise<LogRaise> {
      await tx.write('UPDATE log_head SET seq = seq + ? WHERE id = 1', [count])
      const [row] = await tx.read<LogRaise>(
        'SELECT seq, horizon, access_lifetime AS accessLifetime FROM log_head WHERE id = 1',
      )
      return row!
    },

    /** Locks the row without taking a number: for what must happen once among all servers. */
    async lockHead(tx: Queries): Promise<void> {
      await tx.read(`SELECT id FROM log_head WHERE id = 1${dialect.forUpdate}`)
    },

    async insert(tx: Queries, entry: RevocationRecord): Promise<void> {
      await tx.write(...insertion('revocation', entry))
    },

    /** The entries after one number up to another that still matter at `now`. */
    async between(tx: Queries, after: number, upto: number, now: number): Promise<Revocation[]> {
      return tx.read(
        `SELECT ${columns('r', entryColumns)} FROM revocation r
         WHERE r.seq > ? AND r.seq <= ? AND r.expires_at > ? ORDER BY r.seq`,
        [after, upto, now],
      )
    },

    /** The newest entry about a subject, or null. */
    async latestOf(tx: Queries, kind: RevocationKind, subject: string): Promise<RevocationRecord | null> {
      const rows = await tx.read<RevocationRecord>(
        `SELECT ${revocationColumns} FROM revocation r
         WHERE r.kind = ? AND r.subject = ? ORDER BY r.seq DESC LIMIT 1`,
        [kind, subject],
      )
      return rows[0] ?? null
    },

    /** Forgets up to `limit` entries that no live token can match. @returns how many */
    async forgetExpired(tx: Queries, now: number, limit: number): Promise<number> {
      const rows = await tx.read<{ seq: number }>(
        `SELECT seq FROM revocation WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`,
        [now],
      )
      if (rows.length === 0) return 0
      return tx.write(
        `DELETE FROM revocation WHERE seq IN (${marks(rows.length)})`,
        rows.map(row => row.seq),
      )
    },

    /** Everybody's sessions that are older than this number are over. */
    async raiseEndedSeq(tx: Queries, seq: number): Promise<void> {
      await tx.write('UPDATE log_head SET ended_seq = ? WHERE id = 1 AND ended_seq < ?', [seq, seq])
    },

    /** Tells every process that the policy or the keys are others now. */
    async raiseVersion(tx: Queries, which: 'policy' | 'key'): Promise<void> {
      await tx.write(`UPDATE log_head SET ${which}_version = ${which}_version + 1 WHERE id = 1`)
    },

    /**
     * Writes down how long access tokens live from now on (seconds), and until when those of the policy before may
     * live (epoch ms).
     */
    async setLifetime(tx: Queries, accessLifetime: number, horizon: number): Promise<void> {
      await tx.write(
        'UPDATE log_head SET access_lifetime = ?, horizon = CASE WHEN horizon < ? THEN ? ELSE horizon END WHERE id = 1',
        [accessLifetime, horizon, horizon],
      )
    },
  }
}

export type Revocations = ReturnType<typeof createRevocations>
