import { refuse } from '../protocol/errors.js'
import type { ErasInForce, PolicyInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { SessionStore, Standing } from '../storage/sessions.js'
import type { SessionLimit } from './session-limit.js'

export type StandingsDeps = {
  database: Database
  sessionStore: SessionStore
  sessionLimit: SessionLimit
  tail: Tail
  policy: PolicyInForce
}

/** How often a request looks again because the policy changed under it. */
const tries = 5

export function createStandings({ database, sessionStore, sessionLimit, tail, policy }: StandingsDeps) {
  return {
    /**
     * Reads sessions together with the policy of the same instant. A process that is a quarter of a second behind must sign
     * nobody out by a policy that was undone, nor issue what a new one has just forbidden.
     * @param first what is done before the read; done again when the policy turns out to be another one
     * @throws database_unavailable
     */
    async underOnePolicy(
      ids: readonly string[],
      first: (eras: ErasInForce) => Promise<void> = async () => {},
    ): Promise<{ found: Map<string, Standing>; eras: ErasInForce }> {
      for (let attempt = 1; attempt <= tries; attempt++) {
        const eras = policy.eras()
        await first(eras)
        const found = await sessionStore.standings(database, ids, sessionLimit.least(eras))
        if ([...found.values()].every(one => one.policyVersion === eras.head)) return { found, eras }
        await tail.readNow()
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    },
  }
}

export type Standings = ReturnType<typeof createStandings>
