// The hot statements of a refresh: one conditional UPDATE (compare-and-swap) decides which of concurrent requests rotates.
import type { Dialect, Queries } from './database.js'
import { padded } from './statement.js'

export type RotationClaim = { id: string; generation: number; applicationId: string }

/** Rotation rules of some sessions at `now`; all in ms. */
export type RotationTerms = {
  now: number
  idle: number
  absolute: number
  grace: number
  /** Random id of one attempt: the row stores it, and so shows which attempt won. */
  rotation: string
  keyVersion: number
  /** Only sessions that were opened under these versions of the policy; all where absent. */
  opened?: { from: number; upto: number }
}

export function createRotations({ engine }: Pick<Dialect, 'engine'>) {
  // By primary key, whatever else the WHERE has: with the hint MySQL does not weigh the other indexes first. For SQLite
  // see below.
  const session = engine === 'mysql' ? 'session FORCE INDEX (PRIMARY)' : 'session'

  return {
    /**
     * Rotates many sessions in one conditional statement: each claim that names the current generation of a session
     * that lives wins. `standings` then tells who did, by `rotation`.
     */
    async rotate(tx: Queries, claims: readonly RotationClaim[], terms: RotationTerms): Promise<void> {
      const { now, idle, absolute, grace, rotation, keyVersion } = terms
      // MySQL assigns from left to right and later expressions see the new values: a column is read before it is
      // assigned. advanceSpans() in policy/rotation.ts is the same in TypeScript.
      await tx.write(
        `UPDATE ${session} SET
           older_from = CASE WHEN ? - window_started_at <= ? THEN older_from
                             WHEN ? - window_started_at <= ? OR ? - rotated_at <= ? THEN window_from
                             ELSE generation END,
           older_started_at = CASE WHEN ? - window_started_at <= ? THEN older_started_at
                                   WHEN ? - window_started_at > ? AND ? - rotated_at > ? THEN ?
                                   WHEN window_started_at < rotated_at - ? THEN rotated_at - ?
                                   ELSE window_started_at END,
           window_from = CASE WHEN ? - window_started_at <= ? THEN window_from ELSE generation END,
           window_started_at = CASE WHEN ? - window_started_at <= ? THEN window_started_at ELSE ? END,
           expires_at = CASE WHEN created_at + ? < ? THEN created_at + ? ELSE ? END,
           generation = generation + 1, rotated_at = ?, last_seen_at = ?, rotation = ?, refresh_key_version = ?
         ${whereClaims(claims, terms)}`,
        [
          ...[now, grace, now, 2 * grace, now, grace],
          ...[now, grace, now, 2 * grace, now, grace, now, grace, grace],
          ...[now, grace],
          ...[now, grace, now],
          ...[absolute, now + idle, absolute, now + idle],
          ...[now, now, rotation, keyVersion],
          ...claimValues(claims, terms),
        ],
      )
    },

    /** A refresh without rotation: only the time it was last seen changes. */
    async touch(tx: Queries, claims: readonly RotationClaim[], terms: RotationTerms): Promise<void> {
      await tx.write(`UPDATE ${session} SET last_seen_at = ? ${whereClaims(claims, terms)}`, [
        terms.now,
        ...claimValues(claims, terms),
      ])
    },
  }
}

function whereClaims(claims: readonly RotationClaim[], { opened }: RotationTerms): string {
  const each = Array(padded(claims).length).fill('(id = ? AND generation = ? AND application_id = ?)').join(' OR ')
  const span = opened ? ' AND policy_version BETWEEN ? AND ?' : ''
  // A session under a newer refresh key than this process knows must not match a token that was verified with an older
  // one. Expressions, not columns, before the ids: with two claims or more SQLite would otherwise scan every open
  // session.
  return `WHERE +ended_at IS NULL AND refresh_key_version <= ? AND expires_at > ? AND rotated_at > ? AND +created_at > ?${span}
    AND +refreshable = 1
    AND (${each})`
}

function claimValues(claims: readonly RotationClaim[], terms: RotationTerms): (string | number)[] {
  const { now, idle, absolute, keyVersion, opened } = terms
  // In the order of ids, so that two batches cannot deadlock.
  const sorted = padded(claims).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return [
    keyVersion,
    now,
    now - idle,
    now - absolute,
    ...(opened ? [opened.from, opened.upto] : []),
    ...sorted.flatMap(claim => [claim.id, claim.generation, claim.applicationId]),
  ]
}
