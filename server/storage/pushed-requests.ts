// Rows of pushed authorization requests (table `pushed_request`; RFC 9126), found by a hash of the random part of
// their `request_uri`. A conditional UPDATE spends a request, so that it is used once.
import type { Queries } from './database.js'
import { columns, insertion, placeholders } from './statement.js'

/** `hash`: of the random part of the `request_uri`. `request`: JSON. Times are epoch ms. */
export type PushedRequestRecord = {
  hash: string
  applicationId: string
  request: string
  expiresAt: number
  keptUntil: number
  shownAt: number | null
  spentAt: number | null
}

/** Expiry that is set when the request is first used. */
export type ShownFor = Pick<PushedRequestRecord, 'expiresAt' | 'keptUntil'>

const pushedColumns = [
  'hash',
  'applicationId',
  'request',
  'expiresAt',
  'keptUntil',
  'shownAt',
  'spentAt',
] as const satisfies (keyof PushedRequestRecord)[]

export function createPushedRequestStore() {
  return {
    async insert(tx: Queries, row: PushedRequestRecord): Promise<void> {
      await tx.write(...insertion('pushed_request', row))
    },

    async find(tx: Queries, hash: string): Promise<PushedRequestRecord | null> {
      const [row] = await tx.read<PushedRequestRecord>(
        `SELECT ${columns('p', pushedColumns)} FROM pushed_request p WHERE p.hash = ?`,
        [hash],
      )
      return row ?? null
    },

    /** Sets the expiry at the first use; of concurrent uses one sets it. */
    async show(tx: Queries, hash: string, now: number, { expiresAt, keptUntil }: ShownFor): Promise<void> {
      await tx.write(
        `UPDATE pushed_request SET shown_at = ?, expires_at = ?, kept_until = ?
         WHERE hash = ? AND shown_at IS NULL AND spent_at IS NULL AND expires_at > ?`,
        [now, expiresAt, keptUntil, hash, now],
      )
    },

    /** Spends a request. @returns whether this attempt did: of concurrent ones one does */
    async spend(tx: Queries, hash: string, now: number): Promise<boolean> {
      const matched = await tx.write('UPDATE pushed_request SET spent_at = ? WHERE hash = ? AND spent_at IS NULL', [
        now,
        hash,
      ])
      return matched === 1
    },

    /** Deletes up to `limit` requests after their `keptUntil`. @returns how many */
    async forget(tx: Queries, now: number, limit: number): Promise<number> {
      const rows = await tx.read<{ hash: string }>(
        `SELECT hash FROM pushed_request WHERE kept_until <= ? ORDER BY kept_until LIMIT ${Math.trunc(limit)}`,
        [now],
      )
      if (rows.length === 0) return 0
      const hashes = rows.map(row => row.hash)
      return tx.write(`DELETE FROM pushed_request WHERE hash IN (${placeholders(hashes.length)})`, hashes)
    },
  }
}

export type PushedRequestStore = ReturnType<typeof createPushedRequestStore>
