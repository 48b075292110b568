// What a configuration file would end, by the previews of each single change.
import type { Actor } from '../../policy/actor.js'
import { usesSecret } from '../../policy/application-defaults.js'
import { ownLifetimes } from '../../policy/application-metadata.js'
import type { Policy } from '../../policy/policies.js'
import type { PolicyApply } from '../../policy/policy-version.js'
import { reducesOwnRights, withdrawnScopes } from '../../policy/reduced-rights.js'
import { canonical } from '../../protocol/json.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database } from '../../storage/database.js'
import type { Applications } from '../applications/applications.js'
import type { Counted } from '../listing.js'
import type { Roles } from '../people/roles.js'
import type { Policies, PolicyPreview } from '../policies/policies.js'
import type { Ends } from '../policies/policy-preview.js'
import { type ApplicationDifference, type Differences, type Present, type Whole, whole } from './differences.js'
import type { Wanted } from './wanted.js'

export type ApplicationConsequence = {
  /** Sessions that end, all of the application's; null where it goes on. */
  sessions: Counted | null
  users: Counted | null
  /** Sessions that end at their next refresh by the application's new lifetimes. */
  lifetimes: Ends | null
  /** Applications whose access tokens become stale: this one, and those that ask for scopes of its resource. */
  stale: readonly string[]
  /** How many of its secrets become invalid. */
  secrets: number
}

export type Consequences = {
  policies: PolicyPreview | null
  /** For roles that change or are deleted: how many users have each, whose access tokens become stale. */
  roles: ReadonlyMap<string, Counted>
  applications: ReadonlyMap<string, ApplicationConsequence>
}

export type ConsequencesDeps = {
  database: Database
  applicationStore: ApplicationStore
  policies: Policies
  roles: Roles
  applications: Applications
  now: () => number
}

export function createConsequences(deps: ConsequencesDeps) {
  const { database, applicationStore, policies, roles, applications, now } = deps

  async function ofApplication(
    { id, act, secret }: ApplicationDifference,
    present: Present,
    wanted: Wanted,
  ): Promise<ApplicationConsequence> {
    const before = present.applications.get(id)
    if (!before) return { sessions: null, users: null, lifetimes: null, stale: [], secrets: 0 }
    const after: Whole = act === 'delete' ? { ...before, ...nothing } : whole(wanted.applications!.get(id)!, before)
    const isOver = before.active && !after.active
    const counts = isOver ? await applications.counts(id) : { sessions: null, users: null }
    const [had, has] = [ownLifetimes(before.metadata), ownLifetimes(after.metadata)]
    const isOtherLife = !isOver && canonical(had) !== canonical(has)
    const stale = new Set(await applicationStore.applicationsWithScopes(database, withdrawnScopes(before, after)))
    const isOtherSecret = secret === 'given'
    const loses = isOtherSecret || act === 'delete' || (usesSecret(before.metadata) && !usesSecret(after.metadata))
    if (!isOver && (loses || reducesOwnRights(before, after))) stale.add(id)
    else stale.delete(id)
    return {
      ...counts,
      lifetimes: isOtherLife ? await applications.previewLifetimes(id, has) : null,
      stale: [...stale].sort(),
      secrets: loses ? (await applicationStore.liveSecrets(database, id, now())).length : 0,
    }
  }

  return {
    /** Computes the consequences; changes and locks nothing. @throws invalid_fields of the policies */
    async of(
      differences: Differences,
      present: Present,
      wanted: Wanted,
      apply: PolicyApply,
      actor: Actor,
    ): Promise<Consequences> {
      const values = valuesOf(differences)
      const preview = differences.policies.length > 0 ? await policies.preview(values, actor, apply) : null
      const holders = new Map((await roles.list()).map(role => [role.name, role.holders]))
      const touched = differences.roles.filter(one => one.act !== 'create')
      const ofApplications = new Map<string, ApplicationConsequence>()
      for (const one of differences.applications) ofApplications.set(one.id, await ofApplication(one, present, wanted))
      return {
        policies: preview,
        roles: new Map(touched.map(({ name }) => [name, holders.get(name) ?? { count: 0, more: false }])),
        applications: ofApplications,
      }
    },
  }
}

export type ConsequencesOf = ReturnType<typeof createConsequences>

const nothing = { active: false, metadata: {}, resource: null, resourceScopes: [] }

/** The new values of the policies that differ. */
export function valuesOf({ policies }: Differences): Partial<Policy> {
  return Object.fromEntries(policies.map(({ name, after }) => [name, after]))
}
