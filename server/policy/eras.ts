// Which policy a session is judged by. Most versions of the policy are for all sessions; one that is for new sessions
// only begins an era, a span of versions under which sessions were opened that are judged alike: sessions that were
// open before keep their policy, and get what later versions set for all. An application may override lifetimes for its
// own sessions, whatever their era.
import { type OwnLifetimes, ownApplicationId } from './application-metadata.js'
import { type Policy, sessionPolicies } from './policies.js'
import { differing, type PolicyVersion, policyValuesOf } from './policy-version.js'

/** The fields of a session that decide which policy judges it. */
export type EraSubject = { policyVersion: number; applicationId: string }

/** Sessions that were opened under these versions, both included, are judged alike. */
export type Era = { from: number; upto: number; policy: Policy }

/** Lifetimes that applications override, by application id. */
export type Overrides = ReadonlyMap<string, OwnLifetimes>

/** All eras at one instant. Immutable: code that keeps it for a whole request judges by one policy. */
export type Eras = {
  /** The latest version's number, and its policy: for what concerns no session, and for sessions opened now. */
  version: number
  latest: Policy
  /** Oldest first, no two neighbours alike; one in the usual case. */
  list: readonly Era[]
  overrides: Overrides
  /** The policy of a session: of its era, with what its application overrides. */
  of: (session: EraSubject) => Policy
  /** The longest lifetime of an access token of any era and application, in seconds. */
  longestAccessLifetime: number
}

/** Stands for every application that overrides nothing. */
export const otherApplications = ''

/** The last era has no end; the column holds no greater number. */
export const endlessVersion = 2 ** 31 - 1

/** With more eras each refresh would be slow. */
export const mostEras = 8

/**
 * @param versions in their order and without a gap, up to the latest: from before the oldest that is for new sessions only
 *   and not settled, or the latest alone
 */
export function foldEras(versions: readonly PolicyVersion[], overrides: Overrides = new Map()): Eras {
  const first = versions[0]!
  const latest = versions.at(-1)!
  const begins = versions.filter(one => one !== first && appliesToNewOnly(one)).map(one => one.version)
  const list: Era[] = []
  for (const from of [0, ...begins]) {
    const policy = policyOf(Math.max(from, first.version), versions)
    const last = list.at(-1)
    if (last && differing(last.policy, policy).length === 0) continue
    if (last) last.upto = from - 1
    list.push({ from, upto: endlessVersion, policy })
  }
  return withOverrides({ version: latest.version, latest: latest.policy, list }, overrides)
}

/** Eras with the present overrides of applications. */
export function withOverrides(
  { version, latest, list }: Pick<Eras, 'version' | 'latest' | 'list'>,
  overrides: Overrides,
): Eras {
  // Cache of computed policies, read by each refresh: one policy for all applications that override nothing.
  const folded = new Map<Policy, Map<string | null, Policy>>()
  const longest = [...overrides.values()].map(({ access_token_lifetime = 0 }) => access_token_lifetime)
  return {
    version,
    latest,
    list,
    overrides,
    of({ policyVersion, applicationId }) {
      const { policy } = list.findLast(era => era.from <= policyVersion)!
      if (applicationId === ownApplicationId && !overrides.has(applicationId)) return policy
      const own = overrides.get(applicationId)
      const key = own ? applicationId : null
      const known = folded.get(policy)?.get(key)
      if (known) return known
      const made = overridden(policy, own, applicationId)
      folded.set(policy, new Map([...(folded.get(policy) ?? []), [key, made]]))
      return made
    },
    longestAccessLifetime: Math.max(...list.map(era => era.policy.access_token_lifetime), ...longest),
  }
}

/** RFC 9700 §4.14.2: refresh tokens of public clients rotate. `rotate_refresh_tokens` is about our own application alone. */
function overridden(policy: Policy, own: OwnLifetimes | undefined, applicationId: string): Policy {
  const rotates = applicationId === ownApplicationId ? policy.rotate_refresh_tokens : true
  return { ...policy, ...own, rotate_refresh_tokens: rotates }
}

/** The policy of sessions opened under one version, after all later versions. */
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
  const own = { ...version.policy, ...policyValuesOf(before, sessionPolicies) }
  if (appliesToNewOnly(version)) return own
  // Reverts what these sessions had of the undone version: nothing, if it did not apply to them.
  const { undoes } = version
  const source = undoes !== null && undoes > opened ? asOf.get(undoes - 1)! : version.policy
  return { ...own, ...policyValuesOf(source, version.changed) }
}

function appliesToNewOnly({ apply, settled }: PolicyVersion): boolean {
  return apply === 'new' && !settled
}
