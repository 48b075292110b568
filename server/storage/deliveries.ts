// Queue of logout tokens to be sent to applications: a row for each end of a session that an application is notified
// of. A server takes a row to send it under a lease; `taker` is the random id of the attempt that holds the lease.
import type { Dialect, Queries } from './database.js'
import { assignments, columns, inChunks, insertions, placeholders } from './statement.js'

export const deliveryStates = ['waiting', 'sent', 'gave_up'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/**
 * Why an attempt failed: failures of outgoing requests; `STATUS`: an unexpected HTTP status; `NO_URI`: the
 * application has no address any more; `NO_KEY`: there is no key for its algorithm.
 */
export const deliveryFailures = [
  'ADDRESS',
  'SCHEME',
  'NOT_ALLOWED',
  'UNKNOWN_HOST',
  'UNREACHABLE',
  'TIMEOUT',
  'STATUS',
  'NO_URI',
  'NO_KEY',
] as const
export type DeliveryFailure = (typeof deliveryFailures)[number]

/** `session`: the session itself has ended. `browser`: its browser session has ended, which it outlives. */
export type NotifiedEnd = 'session' | 'browser'

/** Times are epoch ms. */
export type DeliveryRecord = {
  id: string
  sessionId: string
  ended: NotifiedEnd
  applicationId: string
  userId: number
  state: DeliveryState
  round: number
  attempts: number
  nextAt: number
  taker: string | null
  failure: DeliveryFailure | null
  status: number | null
  createdAt: number
  since: number
  doneAt: number | null
}

/** An end of a session that an application is to get a logout token for. */
export type EndToNotify = Pick<DeliveryRecord, 'sessionId' | 'ended' | 'applicationId' | 'userId'>

export const deliveryColumns = columns('d', [
  'id',
  'sessionId',
  'ended',
  'applicationId',
  'userId',
  'state',
  'round',
  'attempts',
  'nextAt',
  'taker',
  'failure',
  'status',
  'createdAt',
  'since',
  'doneAt',
])

export type Outcome = Partial<Pick<DeliveryRecord, 'state' | 'nextAt' | 'failure' | 'status' | 'doneAt'>>

const endColumns = columns('s', ['applicationId', 'userId'])
const ofNotifiedApplications = 'JOIN application a ON a.id = s.application_id WHERE a.told_of_ends = ?'

export function createDeliveryStore({ engine }: Pick<Dialect, 'engine'>) {
  const ignore = engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE'
  return {
    /** Ends of these sessions, where they have ended and their application accepts logout tokens. */
    async endsOf(tx: Queries, sessionIds: readonly string[]): Promise<EndToNotify[]> {
      const rows = await inChunks(sessionIds, some =>
        tx.read<Omit<EndToNotify, 'ended'>>(
          `SELECT s.id AS sessionId, ${endColumns} FROM session s
           ${ofNotifiedApplications} AND s.id IN (${placeholders(some.length)}) AND s.ended_at IS NOT NULL`,
          [true, ...some],
        ),
      )
      return rows.map(row => ({ ...row, ended: 'session' }))
    },

    /**
     * Children of browser sessions, of applications that accept logout tokens: `session` for those that ended with
     * the browser session or had expired before, `browser` for those that outlive it.
     */
    async endsOfBrowsers(tx: Queries, browserSids: readonly string[]): Promise<EndToNotify[]> {
      const rows = await inChunks(browserSids, some =>
        tx.read<Omit<EndToNotify, 'ended'> & { endedAt: number | null }>(
          `SELECT s.id AS sessionId, s.ended_at AS endedAt, ${endColumns} FROM session s
           ${ofNotifiedApplications} AND s.browser_sid IN (${placeholders(some.length)}) AND (s.ended_at IS NULL OR s.ended_reason = 'expired')`,
          [true, ...some],
        ),
      )
      return rows.map(({ endedAt, ...row }) => ({ ...row, ended: endedAt === null ? 'browser' : 'session' }))
    },

    /** Inserts deliveries. Idempotent: each end has one row, and existing rows stay as they are. */
    async insertAll(tx: Queries, rows: readonly DeliveryRecord[]): Promise<void> {
      await inChunks(rows, async some => {
        const [sql, values] = insertions('delivery', some)
        await tx.write(sql.replace('INSERT', ignore), values)
        return []
      })
    },

    /** Applications with due deliveries, the one that has waited longest first. */
    async dueApplications(tx: Queries, now: number): Promise<string[]> {
      const rows = await tx.read<{ applicationId: string; dueAt: number }>(
        `SELECT application_id AS applicationId, MIN(next_at) AS dueAt FROM delivery
         WHERE state = 'waiting' GROUP BY application_id`,
      )
      return rows
        .filter(row => row.dueAt <= now)
        .sort((a, b) => a.dueAt - b.dueAt)
        .map(row => row.applicationId)
    },

    /**
     * Takes some due deliveries. Of several servers one gets each, until `until`.
     * @param taker a random text
     */
    async take(
      tx: Queries,
      applicationId: string,
      { now, until, taker, limit }: { now: number; until: number; taker: string; limit: number },
    ): Promise<DeliveryRecord[]> {
      for (;;) {
        const due = await tx.read<{ id: string }>(
          `SELECT d.id AS id FROM delivery d WHERE d.state = 'waiting' AND d.application_id = ? AND d.next_at <= ?
           ORDER BY d.next_at LIMIT ${Math.trunc(limit)}`,
          [applicationId, now],
        )
        if (due.length === 0) return []
        const ids = due.map(row => row.id).sort()
        const claimed = await tx.write(
          `UPDATE delivery SET next_at = ?, taker = ?, attempts = attempts + 1
           WHERE id IN (${placeholders(ids.length)}) AND state = 'waiting' AND next_at <= ?`,
          [until, taker, ...ids, now],
        )
        // Another server has taken all of these rows: there may be others that are due.
        if (claimed === 0) continue
        return tx.read<DeliveryRecord>(
          `SELECT ${deliveryColumns} FROM delivery d WHERE d.id IN (${placeholders(ids.length)}) AND d.taker = ?`,
          [...ids, taker],
        )
      }
    },

    /**
     * Writes the outcome of some deliveries that were taken; changes nothing where the lease ran out and another
     * attempt took them.
     */
    async settle(tx: Queries, ids: readonly string[], taker: string, outcome: Outcome): Promise<void> {
      const [set, values] = assignments(outcome)
      await tx.write(
        `UPDATE delivery SET ${set}, taker = NULL WHERE id IN (${placeholders(ids.length)}) AND taker = ?`,
        [...values, ...ids, taker],
      )
    },

    /**
     * Gives up on up to `limit` deliveries that have been due, or waited behind such, since before an instant.
     * @returns how many
     */
    async giveUp(
      tx: Queries,
      applicationId: string,
      { before, now, limit, outcome }: { before: number; now: number; limit: number; outcome: Outcome },
    ): Promise<number> {
      const rows = await tx.read<{ id: string }>(
        `SELECT d.id AS id FROM delivery d
         WHERE d.state = 'waiting' AND d.application_id = ? AND d.since <= ? AND (d.next_at <= ? OR d.taker IS NULL)
         LIMIT ${Math.trunc(limit)}`,
        [applicationId, before, now],
      )
      if (rows.length === 0) return 0
      const [set, values] = assignments({ ...outcome, state: 'gave_up', doneAt: now })
      await tx.write(
        `UPDATE delivery SET ${set}, taker = NULL
         WHERE state = 'waiting' AND (next_at <= ? OR taker IS NULL) AND id IN (${placeholders(rows.length)})`,
        [...values, now, ...rows.map(row => row.id).sort()],
      )
      return rows.length
    },

    async find(tx: Queries, id: string): Promise<DeliveryRecord | null> {
      const [row] = await tx.read<DeliveryRecord>(`SELECT ${deliveryColumns} FROM delivery d WHERE d.id = ?`, [id])
      return row ?? null
    },

    /** Queues another token for the same end; one that waits, and is not being sent, becomes due now. */
    async sendAgain(tx: Queries, id: string, now: number): Promise<void> {
      const rescheduled = await tx.write(
        "UPDATE delivery SET next_at = ? WHERE id = ? AND state = 'waiting' AND taker IS NULL",
        [now, id],
      )
      if (rescheduled > 0) return
      await tx.write(
        `UPDATE delivery SET state = 'waiting', round = round + 1, attempts = 0, next_at = ?, since = ?, done_at = NULL,
           failure = NULL, status = NULL WHERE id = ? AND state <> 'waiting'`,
        [now, now, id],
      )
    },

    /** How many deliveries wait, counted up to a limit. */
    async waiting(tx: Queries, limit: number): Promise<number> {
      const [row] = await tx.read<{ count: number }>(
        `SELECT COUNT(*) AS count FROM (SELECT 1 FROM delivery WHERE state = 'waiting' LIMIT ${Math.trunc(limit)}) t`,
      )
      return row!.count
    },

    /** Deletes up to `limit` deliveries that were created before an instant. @returns how many */
    async forget(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ id: string }>(
        `SELECT id FROM delivery WHERE created_at < ? ORDER BY created_at, id LIMIT ${Math.trunc(limit)}`,
        [before],
      )
      if (rows.length === 0) return 0
      const ids = rows.map(row => row.id)
      return tx.write(`DELETE FROM delivery WHERE id IN (${placeholders(ids.length)})`, ids)
    },
  }
}

export type DeliveryStore = ReturnType<typeof createDeliveryStore>
