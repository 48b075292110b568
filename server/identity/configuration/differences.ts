// The difference between a configuration file and the present state. Pure: preview and writing compute it alike, so a difference
// between the two is a concurrent change.
import { usesSecret } from '../../policy/application-defaults.js'
import { metadataNames } from '../../policy/application-description.js'
import { type Policy, policyNames } from '../../policy/policies.js'
import { canonical } from '../../protocol/json.js'
import type { ApplicationRecord } from '../../storage/applications.js'
import type { RoleRecord } from '../../storage/roles.js'
import { stateOf } from '../applications/public-application.js'
import type { Wanted, WantedApplication } from './wanted.js'

/** The present state of everything that the file is about. */
export type Present = {
  policy: Policy
  roles: readonly RoleRecord[]
  /** Applications that administrators created, and those that the file names; deleted ones, too. */
  applications: ReadonlyMap<string, ApplicationRecord>
  /** Ids of applications whose secret in the file differs from the present one. */
  otherSecrets: ReadonlySet<string>
}

export type MemberDifference = { name: string; before: unknown; after: unknown }
export type Whole = Pick<
  ApplicationRecord,
  'name' | 'kind' | 'origin' | 'active' | 'metadata' | 'resource' | 'resourceScopes'
>

type Act = 'create' | 'change' | 'delete'
export type RoleDifference = {
  name: string
  act: Act
  before: readonly string[] | null
  after: readonly string[] | null
}
export type ApplicationDifference = {
  id: string
  name: string
  act: Act
  /** Differing members, named as in RFC 7591 and our own additions. */
  members: MemberDifference[]
  /** `made`: generated and shown once; `given`: the file says where to find it. */
  secret: 'made' | 'given' | null
}

/** Differences in a fixed order, whatever the file's: policies as in their table, the others by name and id. */
export type Differences = {
  policies: MemberDifference[]
  roles: RoleDifference[]
  applications: ApplicationDifference[]
}

/** @param prune also deletes what a section that is present does not name */
export function differencesOf(present: Present, wanted: Wanted, prune: boolean): Differences {
  return {
    policies: policyNames.flatMap(name => {
      const [before, after] = [present.policy[name], wanted.policies?.get(name)]
      return after === undefined || after === before ? [] : [{ name, before, after }]
    }),
    roles: wanted.roles ? rolesOf(present, wanted.roles, prune) : [],
    applications: wanted.applications ? applicationsOf(present, wanted.applications, prune) : [],
  }
}

export function areSame(one: Differences, other: Differences): boolean {
  return canonical(one) === canonical(other)
}

export function isNothing({ policies, roles, applications }: Differences): boolean {
  return policies.length + roles.length + applications.length === 0
}

function rolesOf({ roles }: Present, wanted: ReadonlyMap<string, readonly string[]>, prune: boolean): RoleDifference[] {
  const found: RoleDifference[] = []
  const present = new Map(roles.map(role => [role.name, role]))
  for (const [name, permissions] of wanted) {
    const after = [...new Set(permissions)].sort()
    // Sorted, as the server writes its rows; a row that was changed by hand may have another order.
    const before = present.get(name)?.permissions.toSorted() ?? null
    if (before === null) found.push({ name, act: 'create', before, after })
    else if (before.join() !== after.join()) found.push({ name, act: 'change', before, after })
  }
  const left = prune ? roles.filter(role => !role.builtIn && !wanted.has(role.name)) : []
  for (const { name, permissions } of left) found.push({ name, act: 'delete', before: permissions, after: null })
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function applicationsOf(
  { applications, otherSecrets }: Present,
  wanted: ReadonlyMap<string, WantedApplication>,
  prune: boolean,
): ApplicationDifference[] {
  const found: ApplicationDifference[] = []
  for (const [id, one] of wanted) {
    const before = applications.get(id) ?? null
    const after = whole(one, before)
    const members = membersOf(before, after)
    const isMade = before === null && one.secret === null && usesSecret(one.metadata)
    const secret = isMade ? 'made' : otherSecrets.has(id) ? 'given' : null
    if (before === null || members.length > 0 || secret)
      found.push({ id, name: one.name, act: before ? 'change' : 'create', members, secret })
  }
  const own = [...applications.values()].filter(one => one.origin === 'administrator' && one.deletedAt === null)
  for (const { id, name } of prune ? own.filter(one => !wanted.has(one.id)) : [])
    found.push({ id, name, act: 'delete', members: [], secret: null })
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The application as the file describes it; what the file leaves out keeps its present value. */
export function whole(wanted: WantedApplication, before: ApplicationRecord | null): Whole {
  const { name, kind, metadata, resource, resourceScopes, state } = wanted
  const active = state === null ? (before?.active ?? true) : state === 'active'
  return { name, kind, origin: 'administrator', active, metadata, resource, resourceScopes }
}

function membersOf(before: Whole | null, after: Whole): MemberDifference[] {
  const [was, is] = [before ? valuesOf(before) : {}, valuesOf(after)]
  return memberNames.flatMap(name =>
    canonical(was[name]) === canonical(is[name]) ? [] : [{ name, before: was[name], after: is[name] }],
  )
}

const memberNames = ['client_name', 'kind', 'origin', 'state', 'resource', 'resource_scopes', ...metadataNames]

function valuesOf(application: Whole): Readonly<Record<string, unknown>> {
  const { name, kind, origin, metadata, resource, resourceScopes } = application
  return {
    ...{ client_name: name, kind, origin, state: stateOf(application) },
    ...(resource !== null && { resource }),
    ...(resourceScopes.length > 0 && { resource_scopes: resourceScopes }),
    ...metadata,
  }
}
