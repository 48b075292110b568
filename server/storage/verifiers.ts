// Rows of verifiers: the position that each has applied, the bound of its lease, and when entries were in force
// everywhere. Rows are written in batches: their values only grow, so concurrent writes of several servers may come in
// any order.
import type { Dialect, Queries } from './database.js'
import { columns, insertions, placeholders } from './statement.js'

export type VerifierRecord = {
  applicationId: string
  name: string
  version: string
  appliedLog: string
  appliedSeq: number
  appliedAt: number | null
  renewedAt: number
  leaseUntil: number
  keysFetchedAt: number | null
  address: string
  firstSeen: number
}

/** Every entry in (after, upto] was in force at so many verifiers at an instant. */
export type EnforcedRange = { after: number; upto: number; at: number; verifiers: number }

/** Limit of verifiers of one application. */
export const mostVerifiers = 100

/** How far ahead a bound may lie, in ms; one further ahead was written before the clock was set back. */
const furthestAhead = 10_000

const recordColumns = [
  ...(['applicationId', 'name', 'version', 'appliedLog', 'appliedSeq', 'appliedAt'] as const),
  ...(['renewedAt', 'leaseUntil', 'keysFetchedAt', 'address', 'firstSeen'] as const),
] as const satisfies (keyof VerifierRecord)[]

export function createVerifierStore({ engine, forUpdate }: Pick<Dialect, 'engine' | 'forUpdate'>) {
  const added = engine === 'sqlite' ? (name: string) => `excluded.${name}` : (name: string) => `VALUES(${name})`
  // MySQL assigns from left to right: columns that are compared are assigned last. A verifier that sends no position
  // has not reached another one.
  const isNewer = `${added('applied_log')} <> ''
    AND (${added('applied_log')} <> applied_log OR ${added('applied_seq')} > applied_seq)`
  const updates = [
    ...['version', 'renewed_at', 'keys_fetched_at', 'address'].map(name => `${name} = ${added(name)}`),
    `lease_until = CASE WHEN lease_until > ${added('lease_until')} AND lease_until < ${added('lease_until')} + ${furthestAhead}
       THEN lease_until ELSE ${added('lease_until')} END`,
    `applied_at = CASE WHEN ${isNewer} THEN ${added('applied_at')} ELSE applied_at END`,
    `applied_seq = CASE WHEN ${isNewer} THEN ${added('applied_seq')} ELSE applied_seq END`,
    `applied_log = CASE WHEN ${added('applied_log')} = '' THEN applied_log ELSE ${added('applied_log')} END`,
  ].join(', ')
  const again =
    engine === 'sqlite'
      ? `ON CONFLICT (application_id, name) DO UPDATE SET ${updates}`
      : `ON DUPLICATE KEY UPDATE ${updates}`

  const read = (tx: Queries, rest: string, values: readonly (string | number)[]): Promise<VerifierRecord[]> =>
    tx.read(`SELECT ${columns('v', recordColumns)} FROM verifier v ${rest}`, values)

  /**
   * Writes verifiers, one at least, of different names. Positions of one log never go back, and no bound is lowered.
   */
  async function write(tx: Queries, rows: readonly VerifierRecord[]): Promise<void> {
    const [sql, values] = insertions('verifier', rows)
    await tx.write(`${sql} ${again}`, values)
  }

  return {
    write,

    /**
     * Makes rows for verifiers of one application; where it has no room, in the place of those whose lease has been
     * over for longest.
     * @returns the names for which there is none: all of its verifiers are connected
     */
    async register(
      tx: Queries,
      applicationId: string,
      rows: readonly VerifierRecord[],
      now: number,
    ): Promise<string[]> {
      // Names are counted under the application's lock: two servers do not assign the last place twice.
      await tx.read(`SELECT a.id AS id FROM application a WHERE a.id = ?${forUpdate}`, [applicationId])
      const there = await tx.read<{ name: string; leaseUntil: number }>(
        'SELECT v.name AS name, v.lease_until AS leaseUntil FROM verifier v WHERE v.application_id = ?',
        [applicationId],
      )
      const known = new Set(there.map(({ name }) => name))
      const comes = new Set(rows.map(({ name }) => name))
      const fresh = rows.filter(({ name }) => !known.has(name))
      const over = there
        .filter(one => one.leaseUntil <= now && !comes.has(one.name))
        .sort((one, other) => one.leaseUntil - other.leaseUntil)
      const lacking = Math.max(0, there.length + fresh.length - mostVerifiers)
      const out = over.slice(0, lacking).map(({ name }) => name)
      if (out.length > 0)
        await tx.write(`DELETE FROM verifier WHERE application_id = ? AND name IN (${placeholders(out.length)})`, [
          applicationId,
          ...out,
        ])
      const refused = fresh.slice(fresh.length - (lacking - out.length)).map(({ name }) => name)
      const taken = rows.filter(({ name }) => !refused.includes(name))
      if (taken.length > 0) await write(tx, taken)
      return refused
    },

    /** Verifiers whose lease may last, in no order. */
    connected: (tx: Queries, now: number): Promise<VerifierRecord[]> => read(tx, 'WHERE v.lease_until > ?', [now]),

    /** Verifiers of one application, or of all; by application and name. */
    list: (tx: Queries, applicationId?: string): Promise<VerifierRecord[]> =>
      applicationId === undefined
        ? read(tx, 'ORDER BY v.application_id, v.name', [])
        : read(tx, 'WHERE v.application_id = ? ORDER BY v.name', [applicationId]),

    /** Deletes up to `limit` verifiers whose lease was over before an instant. @returns how many */
    async forget(tx: Queries, before: number, limit: number): Promise<number> {
      const rows = await tx.read<{ applicationId: string; name: string }>(
        `SELECT v.application_id AS applicationId, v.name AS name FROM verifier v
         WHERE v.lease_until <= ? ORDER BY v.lease_until LIMIT ${Math.trunc(limit)}`,
        [before],
      )
      for (const { applicationId, name } of rows)
        await tx.write('DELETE FROM verifier WHERE application_id = ? AND name = ? AND lease_until <= ?', [
          ...[applicationId, name, before],
        ])
      return rows.length
    },

    /** Writes when entries were in force everywhere; an earlier time of another server stays. */
    async noteEnforced(tx: Queries, { after, upto, at, verifiers }: EnforcedRange): Promise<void> {
      await tx.write(
        `UPDATE revocation SET enforced_at = ?, enforced_verifiers = ?
         WHERE seq > ? AND seq <= ? AND enforced_at IS NULL`,
        [at, verifiers, after, upto],
      )
    },
  }
}

export type VerifierStore = ReturnType<typeof createVerifierStore>
