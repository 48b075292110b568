// The content of a configuration file. Policies, roles and applications that it does not name are left unchanged; those
// that it names become exactly as it says.

import { withDefaults } from '../../policy/application-defaults.js'
import {
  describedNames,
  givenMetadata,
  kindOf,
  metadataNames,
  readDescription,
} from '../../policy/application-description.js'
import {
  type ApplicationKind,
  type ApplicationMetadata,
  lifetimeNames,
  type ResourceScope,
  resourceScopesSchema,
} from '../../policy/application-metadata.js'
import { formatDuration, parseDuration } from '../../policy/durations.js'
import type { PolicyName } from '../../policy/policies.js'
import { isJsonObject } from '../../protocol/json.js'
import { nearest } from '../../protocol/near.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import { type ApplicationState, applicationStates } from '../../storage/application-lists.js'
import { type PublicApplication, stateOf } from '../applications/public-application.js'

/** The sections of a file. null: the section is missing, and so nothing of it changes. */
export type Wanted = {
  /** Not yet validated. */
  policies: ReadonlyMap<PolicyName, unknown> | null
  roles: ReadonlyMap<string, readonly string[]> | null
  applications: ReadonlyMap<string, WantedApplication> | null
}

export type WantedApplication = {
  name: string
  kind: ApplicationKind
  metadata: ApplicationMetadata
  resource: string | null
  resourceScopes: readonly ResourceScope[]
  /**
   * null: unchanged. An application that was disabled in an emergency is not enabled by a file that leaves this out.
   */
  state: ApplicationState | null
  /** The client secret; null: the present one stays, or one is generated. */
  secret: string | null
}

/** Member names of an application's entry; `client_secret_env` is resolved by the reader of the file. */
export const entryNames = [...describedNames, 'state', 'client_secret_env'] as const

/**
 * Reads the shape of an entry; its values are validated by the rules.
 * @param given no other names than `entryNames`
 */
export function readEntry(
  id: string,
  { state = null, client_secret_env: _, ...given }: Readonly<Record<string, unknown>>,
  secret: string | null,
): { application: WantedApplication; problems: FieldProblems } {
  const { lifetimes, problems: ofLifetimes } = readLifetimes(given.lifetimes)
  const { description, problems } = readDescription({ ...given, ...(lifetimes && { lifetimes }) }, describedNames)
  const { name = id, kind = kindOf(description), resource = null, resourceScopes = [] } = description
  const metadata: ApplicationMetadata = withDefaults(kind, givenMetadata(description.metadata))
  // An explicit null: the application has no such member, not the default of its kind.
  for (const one of metadataNames) if (given[one] === null) delete metadata[one]
  const isState = state === null || applicationStates.some(one => one === state)
  const ofState: FieldProblems = isState ? {} : { state: [problem('not_one_of', { choices: applicationStates })] }
  // Validated here: later checks read the names of the scopes before the schema is applied.
  const read = resourceScopesSchema.safeParse(resourceScopes)
  const ofScopes: FieldProblems = {}
  for (const { path, message } of read.error?.issues ?? [])
    ofScopes[['resource_scopes', ...path].join('.')] = [problem('application_metadata', { reason: message })]
  return {
    application: {
      ...{ name, kind, metadata, resource },
      resourceScopes: read.success ? resourceScopes : [],
      state: isState ? (state as ApplicationState | null) : null,
      secret,
    },
    problems: { ...ofScopes, ...ofState, ...ofLifetimes, ...problems },
  }
}

/** Reads lifetimes, in seconds or as duration texts. */
function readLifetimes(given: unknown): { lifetimes: Record<string, unknown> | null; problems: FieldProblems } {
  if (!isJsonObject(given)) return { lifetimes: null, problems: {} }
  const problems: FieldProblems = {}
  const lifetimes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const seconds = typeof value === 'string' ? parseDuration(value) : value
    if (!lifetimeNames.some(one => one === name)) problems[`lifetimes.${name}`] = [unknownLifetime(name)]
    else if (seconds === null) problems[`lifetimes.${name}`] = [problem('policy_not_duration')]
    else lifetimes[name] = seconds
  }
  return { lifetimes, problems }
}

function unknownLifetime(name: string): Problem {
  const near = nearest(name, lifetimeNames)
  const known = { known: lifetimeNames }
  return near === null ? problem('unknown_member', known) : problem('misspelt_member', { near, ...known })
}

/** The entry of an application, as `readEntry` would read it without a difference. */
export function writeEntry(application: PublicApplication): Record<string, unknown> {
  const { name, kind, metadata, resource, resourceScopes, active } = application
  const entry: Record<string, unknown> = { client_name: name, kind }
  if (!active) entry.state = stateOf({ active })
  if (resource !== null) entry.resource = resource
  if (resourceScopes.length > 0) entry.resource_scopes = resourceScopes
  const byKind = withDefaults(kind, metadata)
  for (const one of metadataNames) {
    if (metadata[one] !== undefined) entry[one] = one === 'lifetimes' ? writtenLifetimes(metadata) : metadata[one]
    // The member was removed: an explicit null, since its kind has a default.
    else if (byKind[one] !== undefined) entry[one] = null
  }
  return entry
}

function writtenLifetimes({ lifetimes = {} }: ApplicationMetadata): Record<string, string> {
  return Object.fromEntries(Object.entries(lifetimes).map(([name, seconds]) => [name, formatDuration(seconds)]))
}
