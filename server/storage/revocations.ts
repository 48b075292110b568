// Rows of the revocation log (table `revocation`) and its head (table `log_head`). Numbers are assigned under the row
// lock of the head, so that they follow the order of commits.
import type { TokenLives } from '../policy/key-life.js'
import { refuse } from '../protocol/errors.js'
import type { Revocation, RevocationKind } from '../protocol/log/revocation.js'
import type { Dialect, Queries } from './database.js'
import { columns, insertion, insertions, placeholders } from './statement.js'

export type RevocationRecord = Revocation & {
  actor: string
  createdAt: number
  /** When every connected verifier had applied the entry, and how many those were. */
  enforcedAt?: number | null
  enforcedVerifiers?: number | null
}

/** The one row with the position of the log. */
export type LogPosition = {
  logId: string
  seq: number
  endedSeq: number
  /** Epoch ms. */
  horizon: number
  policyVersion: number
  keyVersion: number
  applicationVersion: number
  resourceVersion: number
  /** The longest lifetime of access tokens, in seconds. */
  accessLifetime: number
  /** The highest number that was seen above `seq`: where it is higher than `seq`, the database went back. */
  seenSeq: number
  /** The entry at the requested number, or null where there is none (any more). */
  held: Revocation | null
  /** Epoch ms by the database's clock; null where the process's clock is used. */
  databaseNow: number | null
  /** The latest time, in epoch ms, at which a server is known to have served; 0 for none. */
  beatAt: number
}

/** Every entry in (after, upto] that is still live. */
export type Stretch = { after: number; upto: number; entries: Revocation[] }

/**
 * State of the log's row, read under its lock, so that a policy that another process has just set counts. `horizon`
 * is epoch ms, the lifetime seconds.
 */
export type LogRaise = { logId: string; seq: number; horizon: number; accessLifetime: number }

const entryColumns = ['seq', 'kind', 'subject', 'effect', 'exceptSid', 'reason', 'expiresAt'] as const
export const revocationColumns = columns('r', [
  ...entryColumns,
  ...(['actor', 'createdAt', 'enforcedAt', 'enforcedVerifiers'] as const),
])
const headColumns = columns('h', [
  ...(['logId', 'seq', 'endedSeq', 'horizon', 'accessLifetime'] as const),
  ...(['policyVersion', 'keyVersion', 'applicationVersion', 'resourceVersion'] as const),
])
const heldColumns = columns('r', entryColumns, 'held_')

type HeadRow = Omit<LogPosition, 'held'> & { [C in keyof Revocation as `held_${C}`]: Revocation[C] | null }

export function createRevocationStore(dialect: Dialect) {
  return {
    /** @param held a number whose entry is read too, of the same instant */
    async head(tx: Queries, held = 0): Promise<LogPosition> {
      const [row] = await tx.read<HeadRow>(
        `SELECT ${headColumns}, COALESCE(h.seen_seq, 0) AS seenSeq, ${dialect.now ?? 'NULL'} AS databaseNow,
           COALESCE(b.beat_at, 0) AS beatAt, ${heldColumns}
         FROM log_head h LEFT JOIN heartbeat b ON b.id = 1 LEFT JOIN revocation r ON r.seq = ? WHERE h.id = 1`,
        [held],
      )
      if (!row) throw refuse('database_unavailable', { retryAfter: 1, cause: new Error('log_head has no row') })
      return readHead(row)
    },

    /**
     * Takes the next `count` numbers of the log. The row stays locked until the transaction ends, so numbers are
     * assigned in the order of commits: call it last.
     * @returns the last number taken, and what decides how long an entry is kept
     */
    async raise(tx: Queries, count: number): Promise<LogRaise> {
      await tx.write('UPDATE log_head SET seq = seq + ? WHERE id = 1', [count])
      const [row] = await tx.read<LogRaise>(
        'SELECT log_id AS logId, seq, horizon, access_lifetime AS accessLifetime FROM log_head WHERE id = 1',
      )
      return row!
    },

    /** Locks the row without taking a number: for what must happen once among all servers. */
    async lockHead(tx: Queries): Promise<void> {
      await tx.read(`SELECT id FROM log_head WHERE id = 1${dialect.forUpdate}`)
    },

    /**
     * The longest lifetimes of access tokens: by the latest policy in seconds, by those before it until `horizon`,
     * epoch ms.
     */
    async lives(tx: Queries): Promise<TokenLives> {
      const [row] = await tx.read<TokenLives>(
        'SELECT access_lifetime AS accessLifetime, horizon FROM log_head WHERE id = 1',
      )
      return row!
    },

    async insert(tx: Queries, entry: RevocationRecord): Promise<void> {
      await tx.write(...insertion('revocation', entry))
    },

    /** Inserts consecutive entries in one statement; one at least. */
    async insertAll(tx: Queries, entries: readonly RevocationRecord[]): Promise<void> {
      await tx.write(...insertions('revocation', entries))
    },

    /** Writes the last number that was taken; the row is locked since it was read (log-heads.ts). */
    async moveTo(tx: Queries, seq: number): Promise<void> {
      await tx.write('UPDATE log_head SET seq = ? WHERE id = 1', [seq])
    },

    /** The entries after one number up to another that are live at `now`; the caller keeps the range small. */
    between(tx: Queries, after: number, upto: number, now: number): Promise<Revocation[]> {
      return tx.read(
        `SELECT ${columns('r', entryColumns)} FROM revocation r
         WHERE r.seq > ? AND r.seq <= ? AND r.expires_at > ? ORDER BY r.seq`,
        [after, upto, now],
      )
    },

    /**
     * The next stretch of the log after one number, at most up to another: of the next `most` entries those that have
     * not expired at `now`. Expired ones are filtered out here and not by the statement, which would scan on and on
     * for others: however many expired rows are not deleted yet, no statement takes long.
     */
    async stretch(tx: Queries, after: number, upto: number, most: number, now: number): Promise<Stretch> {
      const read = await tx.read<Revocation>(
        `SELECT ${columns('r', entryColumns)} FROM revocation r
         WHERE r.seq > ? AND r.seq <= ? ORDER BY r.seq LIMIT ${Math.trunc(most)}`,
        [after, upto],
      )
      const reached = read.length < most ? upto : read.at(-1)!.seq
      return { after, upto: reached, entries: read.filter(entry => entry.expiresAt > now) }
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

    /** The newest entry that ended a subject, or null. */
    async latestEnd(tx: Queries, kind: RevocationKind, subject: string): Promise<RevocationRecord | null> {
      const rows = await tx.read<RevocationRecord>(
        `SELECT ${revocationColumns} FROM revocation r
         WHERE r.kind = ? AND r.subject = ? AND r.effect = 'end' ORDER BY r.seq DESC LIMIT 1`,
        [kind, subject],
      )
      return rows[0] ?? null
    },

    /** The entry of a number; null where it was deleted. */
    async find(tx: Queries, seq: number): Promise<RevocationRecord | null> {
      const rows = await tx.read<RevocationRecord>(`SELECT ${revocationColumns} FROM revocation r WHERE r.seq = ?`, [
        seq,
      ])
      return rows[0] ?? null
    },

    /** How many entries that refuse single tokens this actor has in the log at `now`; counts no further than `most`. */
    async countLiveTokens(tx: Queries, actor: string, now: number, most: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM revocation r
         WHERE r.actor = ? AND r.kind = 'token' AND r.expires_at > ? ORDER BY r.seq DESC LIMIT ${Math.trunc(most)}) live`,
        [actor, now],
      )
      return Number(row!.count)
    },

    /** Deletes up to `limit` entries that no live token can match. @returns how many */
    async forgetExpired(tx: Queries, now: number, limit: number): Promise<number> {
      const rows = await tx.read<{ seq: number }>(
        `SELECT seq FROM revocation WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`,
        [now],
      )
      if (rows.length === 0) return 0
      return tx.write(
        `DELETE FROM revocation WHERE seq IN (${placeholders(rows.length)})`,
        rows.map(row => row.seq),
      )
    },

    /** Ends all sessions that are older than this number, of every user. */
    async raiseEndedSeq(tx: Queries, seq: number): Promise<void> {
      await tx.write('UPDATE log_head SET ended_seq = ? WHERE id = 1 AND ended_seq < ?', [seq, seq])
    },

    /** Records that the log was seen at a number that the database, at this instant, does not have. */
    async noteSeen(tx: Queries, seq: number): Promise<void> {
      await tx.write('UPDATE log_head SET seen_seq = ? WHERE id = 1 AND seq < ? AND COALESCE(seen_seq, 0) < ?', [
        ...[seq, seq, seq],
      ])
    },

    /**
     * Gives the log a new id and its next number, and ends everything older. The row is locked until the transaction
     * ends.
     */
    async advance(tx: Queries, to: { logId: string; seq: number }): Promise<void> {
      await tx.write('UPDATE log_head SET log_id = ?, seq = ?, ended_seq = ?, seen_seq = NULL WHERE id = 1', [
        ...[to.logId, to.seq, to.seq],
      ])
    },

    /** Tells every process that the policy or the keys have changed. */
    async raiseVersion(tx: Queries, which: 'policy' | 'key'): Promise<void> {
      await tx.write(`UPDATE log_head SET ${which}_version = ${which}_version + 1 WHERE id = 1`)
    },

    /**
     * Sets the longest lifetime of access tokens from `now` on (seconds; epoch ms). Earlier tokens may live longer:
     * entries from now on must outlive them too.
     */
    async setLifetime(tx: Queries, accessLifetime: number, now: number): Promise<void> {
      // MySQL assigns from left to right: `horizon` is computed from the former lifetime.
      await tx.write(
        `UPDATE log_head SET horizon = CASE WHEN horizon < ? + access_lifetime * 1000 THEN ? + access_lifetime * 1000
           ELSE horizon END, access_lifetime = ? WHERE id = 1`,
        [now, now, accessLifetime],
      )
    },
  }
}

export type RevocationStore = ReturnType<typeof createRevocationStore>

function readHead(row: HeadRow): LogPosition {
  const held =
    row.held_seq === null
      ? null
      : (Object.fromEntries(entryColumns.map(name => [name, row[`held_${name}`]])) as unknown as Revocation)
  return {
    logId: row.logId,
    seq: row.seq,
    endedSeq: row.endedSeq,
    horizon: row.horizon,
    accessLifetime: row.accessLifetime,
    policyVersion: row.policyVersion,
    keyVersion: row.keyVersion,
    applicationVersion: row.applicationVersion,
    resourceVersion: row.resourceVersion,
    seenSeq: row.seenSeq,
    held,
    databaseNow: row.databaseNow,
    beatAt: row.beatAt,
  }
}
