import type { Queries } from './database.js'
import { columns, insertion } from './statement.js'

/** `policy` is JSON; `createdAt` epoch ms. */
export type PolicyVersionRecord = { version: number; policy: string; actor: string; reason: string; createdAt: number }

const selectVersion = `SELECT ${columns('p', ['version', 'policy', 'actor', 'reason', 'createdAt'])} FROM policy_version p`

export function createPolicyVersions() {
  return {
    async latest(tx: Queries): Promise<PolicyVersionRecord | null> {
      return (await tx.read<PolicyVersionRecord>(`${selectVersion} ORDER BY p.version DESC LIMIT 1`))[0] ?? null
    },

    async insert(tx: Queries, version: PolicyVersionRecord): Promise<void> {
      await tx.write(...insertion('policy_version', version))
    },
  }
}

export type PolicyVersions = ReturnType<typeof createPolicyVersions>
