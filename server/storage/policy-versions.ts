// Rows of policy versions (table `policy_version`): queries for the latest version, for those that open sessions are
// still judged by (eras), and for the history.
import type { WrittenVersion } from '../policy/policy-version.js'
import type { Queries } from './database.js'
import { columns, insertion } from './statement.js'

/** `createdAt` and `settledAt` are epoch ms. */
export type PolicyVersionRecord = WrittenVersion & { actor: string; reason: string; createdAt: number }

const selectVersion = `SELECT ${columns('p', [
  ...['version', 'policy', 'changed', 'apply', 'undoes', 'actor', 'reason', 'createdAt', 'settledAt'],
])} FROM policy_version p`

/** Condition of versions for new sessions only, of which older sessions may be left. */
const unsettled = "apply = 'new' AND settled_at IS NULL"

export function createPolicyVersionStore() {
  return {
    async latest(tx: Queries): Promise<PolicyVersionRecord | null> {
      return (await tx.read<PolicyVersionRecord>(`${selectVersion} ORDER BY p.version DESC LIMIT 1`))[0] ?? null
    },

    /**
     * The versions that sessions may be judged by (policy/eras.ts): from the one before the oldest that is not for
     * all sessions, or the latest alone.
     */
    inUse(tx: Queries): Promise<PolicyVersionRecord[]> {
      return tx.read(
        `${selectVersion} WHERE p.version >= COALESCE(
           (SELECT MIN(version) - 1 FROM policy_version WHERE ${unsettled}), (SELECT MAX(version) FROM policy_version))
         ORDER BY p.version`,
      )
    },

    /** Versions from one on, in their order. */
    since(tx: Queries, version: number): Promise<PolicyVersionRecord[]> {
      return tx.read(`${selectVersion} WHERE p.version >= ? ORDER BY p.version`, [version])
    },

    /** Versions below one, the newest first. */
    list(tx: Queries, page: { before: number; limit: number }): Promise<PolicyVersionRecord[]> {
      return tx.read(`${selectVersion} WHERE p.version < ? ORDER BY p.version DESC LIMIT ${Math.trunc(page.limit)}`, [
        page.before,
      ])
    },

    async insert(tx: Queries, version: PolicyVersionRecord): Promise<void> {
      await tx.write(...insertion('policy_version', version))
    },

    /** Sets `created_at` of the versions before a person's first change to an earlier time, never to a later one. */
    async antedate(tx: Queries, at: number): Promise<void> {
      const [first] = await tx.read<{ version: number | null }>(
        "SELECT MIN(version) AS version FROM policy_version WHERE actor <> 'system'",
      )
      await tx.write('UPDATE policy_version SET created_at = ? WHERE version < ? AND created_at > ?', [
        at,
        first?.version ?? Number.MAX_SAFE_INTEGER,
        at,
      ])
    },

    /** Versions that do not apply to older sessions, in their order. */
    unsettled(tx: Queries): Promise<PolicyVersionRecord[]> {
      return tx.read(`${selectVersion} WHERE ${unsettled} ORDER BY p.version`)
    },

    /** Makes a version that was for new sessions only apply to all. @returns whether it did not yet */
    async settle(tx: Queries, version: number, at: number): Promise<boolean> {
      return (
        (await tx.write(`UPDATE policy_version SET settled_at = ? WHERE version = ? AND ${unsettled}`, [
          at,
          version,
        ])) === 1
      )
    },
  }
}

export type PolicyVersionStore = ReturnType<typeof createPolicyVersionStore>
