import { ownApplicationId } from '../policy/application-metadata.js'
import { refuse } from '../protocol/errors.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
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
  applications: ApplicationsInForce
}

/** How often a request looks again because the policy, or an application, changed under it. */
const tries = 5

export function createStandings(deps: StandingsDeps) {
  const { database, sessionStore, sessionLimit, tail, policy, applications } = deps

  /** What an application may have depends on resource servers too: whoever changed one changed the head. */
  const dependsOnOthers = ({ session }: Standing) => session.applicationId !== ownApplicationId && session.scope !== ''

  return {
    /**
     * Reads sessions together with the policy, and the applications, of the same instant. A process that is a quarter of a second behind must sign
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
        const all = [...found.values()]
        const outdated = applications.outdated(all.map(one => one.application))
        const isBehind = all.some(
          one =>
            one.policyVersion !== eras.head || (dependsOnOthers(one) && one.applicationsVersion !== applications.head),
        )
        // Another one by now where something was read meanwhile.
        if (!isBehind && outdated.length === 0 && policy.eras() === eras) return { found, eras }
        if (outdated.length > 0) await applications.load(outdated)
        if (isBehind) await tail.readNow()
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    },
  }
}

export type Standings = ReturnType<typeof createStandings>
