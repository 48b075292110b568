// Reads standings that match the policy and the applications in this process's memory: if the versions in a standing
// differ, the process reloads, and the sessions concerned are read again.
import { ownApplicationId } from '../policy/application-metadata.js'
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

/** `eras`: the policy of the same instant. */
export type Found = { standing: Standing; eras: ErasInForce }

/** How often a request reads again because the policy, or an application, changed under it. */
const tries = 5

export function createStandings(deps: StandingsDeps) {
  const { database, sessionStore, sessionLimit, tail, policy, applications } = deps

  /**
   * Whether this process is behind a standing. An application's rights depend on resource servers too: a change of
   * one raises the head's number of them.
   */
  const isBehind = (one: Standing, eras: ErasInForce) =>
    one.policyVersion !== eras.head ||
    (one.session.applicationId !== ownApplicationId &&
      one.session.scope !== '' &&
      one.resourcesVersion !== applications.resourceHead)

  return {
    /**
     * Reads sessions together with the policy, and the applications, of the same instant. A process that is a quarter
     * of a second behind must sign no user out by a policy that was undone, nor issue what a new one has just
     * forbidden. Only the sessions that it was behind for are read again.
     * @param first called with the ids before each read, also before a repeated one
     * @returns those that were found; `behind`: for which of them this process stayed behind after all retries
     */
    async underOnePolicy(
      ids: readonly string[],
      first: (eras: ErasInForce, ids: ReadonlySet<string>) => Promise<void> = async () => {},
    ): Promise<{ found: Map<string, Found>; behind: ReadonlySet<string> }> {
      const found = new Map<string, Found>()
      let left = new Set(ids)
      for (let attempt = 1; attempt <= tries && left.size > 0; attempt++) {
        const eras = policy.eras()
        await first(eras, left)
        const read = await sessionStore.standings(database, [...left], sessionLimit.least(eras))
        const outdated = new Set(applications.outdated([...read.values()].map(one => one.application)))
        // Differs where the policy was reloaded meanwhile.
        const moved = policy.eras() !== eras
        left = new Set()
        let isLate = false
        for (const [id, standing] of read) {
          const late = isBehind(standing, eras)
          isLate ||= late
          if (late || moved || outdated.has(standing.application.id)) left.add(id)
          else found.set(id, { standing, eras })
        }
        if (outdated.size > 0) await applications.load([...outdated])
        if (isLate) await tail.readNow()
      }
      return { found, behind: left }
    },
  }
}

export type Standings = ReturnType<typeof createStandings>
