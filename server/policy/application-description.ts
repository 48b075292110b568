// An application as the API, files and the command line write it: the names of RFC 7591, and ours. Read and written
// here, so that what one exports the other accepts.
import { type FieldProblems, type Problem, problem } from '../protocol/problems.js'
import {
  type ApplicationKind,
  type ApplicationMetadata,
  applicationKinds,
  applicationMetadata,
  type ResourceScope,
} from './application-metadata.js'

export const metadataNames = Object.keys(applicationMetadata.shape) as (keyof ApplicationMetadata)[]

/** Members of the description that may be changed, with those of the metadata. */
export const describedNames = ['client_name', 'kind', 'resource', 'resource_scopes', ...metadataNames] as const

/** A member that is absent is undefined; null removes a value. */
export type Description = {
  id?: string | undefined
  secret?: string | undefined
  name?: string | undefined
  kind?: ApplicationKind | undefined
  resource?: string | null | undefined
  resourceScopes?: readonly ResourceScope[] | undefined
  metadata: { [Name in keyof ApplicationMetadata]?: ApplicationMetadata[Name] | null }
}

type Reader = (value: unknown) => Problem | null

const text: Reader = value => (typeof value === 'string' ? null : problem('not_string'))

const readers: Record<string, Reader> = {
  client_id: text,
  client_secret: text,
  client_name: text,
  kind: value =>
    applicationKinds.some(kind => kind === value) ? null : problem('not_one_of', { choices: applicationKinds }),
  resource: value => (value === null ? null : text(value)),
  // Its items are checked with the rules.
  resource_scopes: value => (Array.isArray(value) ? null : problem('not_texts')),
}

/**
 * Reads the types of the members; rules check their values.
 * @param names of the members that are allowed
 */
export function readDescription(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
): { description: Description; problems: FieldProblems } {
  const problems: FieldProblems = {}
  for (const [name, value] of Object.entries(given)) {
    const found = names.includes(name) ? readers[name]?.(value) : problem('unknown_field')
    if (found) problems[name] = [found]
  }
  const read = <T>(name: string) => (problems[name] ? undefined : (given[name] as T | undefined))
  const metadata = Object.entries(given).filter(([name]) => metadataNames.some(one => one === name))
  return {
    description: {
      id: read('client_id'),
      secret: read('client_secret'),
      name: read('client_name'),
      kind: read('kind'),
      resource: read('resource'),
      resourceScopes: read('resource_scopes'),
      metadata: Object.fromEntries(metadata) as Description['metadata'],
    },
    problems,
  }
}

/** The likely kind of an application that gives none. */
export function kindOf({ resource, metadata }: Description): ApplicationKind {
  const { grant_types, redirect_uris, application_type, token_endpoint_auth_method } = metadata
  if (grant_types?.length === 1 && grant_types[0] === 'client_credentials') return 'machine'
  if (resource && !redirect_uris) return 'resource_server'
  if (application_type === 'native') return 'native'
  return token_endpoint_auth_method === 'none' ? 'browser' : 'web'
}

/** The metadata without members that are null: a new application has nothing to remove. */
export function givenMetadata(metadata: Description['metadata']): ApplicationMetadata {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== null && value !== undefined),
  ) as ApplicationMetadata
}
