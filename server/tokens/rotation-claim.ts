// Claims rotations in batches: conditional statements decide which request rotates a session, and one SELECT reads
// everything else that decides about the request.

import type { Tail } from '../revocation/tail.js'
import type { Database } from '../storage/database.js'
import type { RotationClaim } from '../storage/rotations.js'
import type { SessionStore, Standing } from '../storage/sessions.js'
import { createBatch } from './batch.js'
import type { Issue } from './issue.js'
import { createRotationStatements } from './rotation-terms.js'
import type { Secrets } from './secrets.js'
import type { Found, Standings } from './standings.js'

export type RotationClaimDeps = {
  database: Database
  sessionStore: SessionStore
  issue: Pick<Issue, 'isBehind'>
  secrets: Secrets
  standings: Standings
  tail: Tail
  now: () => number
  random: (size: number) => Buffer
  /** For tests: holds a refresh here, between its two statements. */
  pauses?: { rotationClaimed?: () => Promise<void> }
}

/** `found`: null where there is no such session; 'behind': this process could not follow what it depends on. */
export type Claimed = { found: Found | null | 'behind'; won: boolean; claimedAt: number }

/** How many sessions one statement rotates at most. */
const batchLimit = 128

/** @returns a function that claims one rotation; it joins the next batch. @throws database_unavailable, log_went_back */
export function createRotationClaim(deps: RotationClaimDeps): (claim: RotationClaim) => Promise<Claimed> {
  const { database, sessionStore, issue, secrets, standings, tail, now, random } = deps
  const rotationStatements = createRotationStatements()

  return createBatch<RotationClaim, Claimed>(batchLimit, async claims => {
    // A request that waited behind a batch that ran into the database's timeout does not wait for a second one.
    if (!tail.isFresh()) await tail.readIfOld()
    const at = { now: now(), rotation: random(12).toString('hex'), keyVersion: secrets.present('refresh').version }
    const ids = [...new Set(claims.map(one => one.id))]
    const { found, behind } = await standings.underOnePolicy(ids, async (eras, left) => {
      for (const statement of rotationStatements(
        eras,
        claims.filter(one => left.has(one.id)),
        at,
      )) {
        const { rotates, terms } = statement
        if (rotates) await sessionStore.rotate(database, statement.claims, terms)
        else await sessionStore.touch(database, statement.claims, terms)
      }
      await deps.pauses?.rotationClaimed?.()
    })
    const isGone = ({ id, generation }: RotationClaim) =>
      !behind.has(id) && isMissingOrOlder(found.get(id)?.standing, generation)
    if (claims.some(isGone)) await tail.requireForward()
    // A key may have been revoked at another server: no token is issued under it.
    if ([...found.values()].some(({ standing }) => issue.isBehind(standing))) await tail.readNow()
    const taken = new Set<string>()
    return claims.map(({ id, generation }): Claimed => {
      if (behind.has(id)) return { found: 'behind', won: false, claimedAt: at.now }
      const session = found.get(id)?.standing.session
      // Of two requests in one batch that name the same generation the first has won, as it would have by itself.
      const won = session?.rotation === at.rotation && session.generation === generation + 1 && !taken.has(id)
      if (won) taken.add(id)
      return { found: found.get(id) ?? null, won, claimedAt: at.now }
    })
  })
}

/** Whether a missing session, or one of a lower generation, may be due to a database that went back. */
export function isMissingOrOlder(standing: Standing | null | undefined, generation: number): boolean {
  return !standing || standing.session.generation < generation
}
