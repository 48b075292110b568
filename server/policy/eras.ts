// Which rules a session is judged by. Most versions of the policy are for everybody; one that is for new sessions only
// begins an era: the sessions that were open before keep the rules they have, and get what later versions set for all.
import { type Policy, sessionPolicies } from './policies.js'
import { differing, only, type PolicyVersion } from './policy-version.js'

/** What of a session decides who judges it. Rules of the application's own will come in by its id. */
export type Judged = { policyVersion: number; applicationId: string }

/** Sessions that were opened under these versions, both included, are judged alike. */
export type Era = { from: number; upto: number; policy: Policy }

/** All eras at one instant. It never changes: whoever holds it for a whole request judges by one policy. */
export type Eras = {
  /** The latest version's number, and its policy: for what is about no session, and for sessions opened now. */
  version: number
  latest: Policy
  /** Oldest first, no two neighbours alike; one in the usual case. */
  list: readonly Era[]
  of: (session: Judged) => Policy
  /** How long an access token of any era lives at most, in seconds. */
  longestAccessLifetime: number
}

/** The last era has no end; the column holds no greater number. */
export const forever = 2 ** 31 - 1

/** More eras would make each refresh dear. */
export const mostEras = 8

/**
 * @param versions in their order and without a gap, up to the latest: from before the oldest that is for new sessions only
 *   and not settled, or the latest alone
 */
export function foldEras(versions: readonly PolicyVersion[]): Eras {
  const first = versions[0]!
  const latest = versions.at(-1)!
  const begins = versions.filter(one => one !== first && sparesOlder(one)).map(one => one.version)
  const list: Era[] = []
  for (const from of [0, ...begins]) {
    const policy = policyOf(Math.max(from, first.version), versions)
    const last = list.at(-1)
    if (last && differing(last.policy, policy).length === 0) continue
    if (last) last.upto = from - 1
    list.push({ from, upto: forever, policy })
  }
  return {
    version: latest.version,
    latest: latest.policy,
    list,
    of: ({ policyVersion }) => list.findLast(era => era.from <= policyVersion)!.policy,
    longestAccessLifetime: Math.max(...list.map(era => era.policy.access_token_lifetime)),
  }
}

/** What sessions opened under one version are judged by, after all that came since. */
function policyOf(opened: number, versions: readonly PolicyVersion[]): Policy {
  const asOf = new Map<number, Policy>()
  let policy = versions[0]!.policy
  for (const one of versions) {
    policy = one.version <= opened ? one.policy : moved(policy, one, opened, asOf)
    asOf.set(one.version, policy)
  }
  return policy
}

function moved(before: Policy, version: PolicyVersion, opened: number, asOf: ReadonlyMap<number, Policy>): Policy {
  const own = { ...version.policy, ...only(before, sessionPolicies) }
  if (sparesOlder(version)) return own
  // Undone is what these sessions had of it: if they were spared it, nothing.
  const { undoes } = version
  const source = undoes !== null && undoes > opened ? asOf.get(undoes - 1)! : version.policy
  return { ...own, ...only(source, version.changed) }
}

function sparesOlder({ apply, settled }: PolicyVersion): boolean {
  return apply === 'new' && !settled
}
