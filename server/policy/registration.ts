// The metadata of a registration request (RFC 7591 §2). An application may set what concerns itself alone; what lets it do more
// is for administrators. Unknown members are ignored, as §2 requires.
import { type FieldProblems, problem } from '../protocol/problems.js'
import { withDefaults } from './application-defaults.js'
import { givenMetadata, kindOf, metadataNames, readDescription } from './application-description.js'
import {
  type ApplicationKind,
  type ApplicationMetadata,
  authenticationMethods,
  scopeWords,
  standardScopes,
} from './application-metadata.js'
import { isOurScope } from './application-rules.js'

type MetadataName = keyof ApplicationMetadata

/** Members that only somebody here may set: an application that asks for one shall not believe that it has it. */
const ofAdministrators = [
  'first_party',
  'allow_without_pkce',
  'permissions',
  'required_roles',
  'roles_claim',
  'lifetimes',
  'introspects',
  'token_exchange',
] as const satisfies MetadataName[]

const described = ['resource', 'resource_scopes', 'kind'] as const

/** The others, which it may say of itself, and change. */
export const registrableNames = metadataNames.filter(name => !ofAdministrators.some(one => one === name))

export type Registration = {
  /** undefined where it does not say. */
  name: string | undefined
  kind: ApplicationKind
  /** Without its scope, which is judged by what it may have. */
  metadata: ApplicationMetadata
  /** undefined where it does not say. */
  scope: string | undefined
}

/** Reads the shape; what the values are worth the rules of application-rules.ts say. */
export function readRegistration(body: Readonly<Record<string, unknown>>): {
  registration: Registration
  problems: FieldProblems
} {
  const isThere = (name: string) => Object.hasOwn(body, name) && body[name] !== null && body[name] !== undefined
  const forbidden = [...ofAdministrators, ...described].filter(isThere)
  const names = ['client_name', ...registrableNames]
  const given = Object.fromEntries(names.filter(isThere).map(name => [name, body[name]]))
  const { description, problems } = readDescription(given, names)
  const ours = Object.fromEntries(forbidden.map(name => [name, [problem('for_administrators')]]))
  const { scope, ...metadata } = givenMetadata(description.metadata)
  return { registration: { name: description.name, scope, ...completed(metadata) }, problems: { ...problems, ...ours } }
}

/** With what RFC 7591 §2 and OpenID Connect Registration §2 have where nothing is said. */
function completed(said: ApplicationMetadata): { kind: ApplicationKind; metadata: ApplicationMetadata } {
  const method = said.token_endpoint_auth_method ?? authenticationMethods[0]
  const isInstalled = method === 'none' && opensProgram(said.redirect_uris)
  const application_type = isInstalled ? 'native' : (said.application_type ?? 'web')
  const metadata = {
    grant_types: ['authorization_code'] as ApplicationMetadata['grant_types'],
    ...said,
    application_type,
    token_endpoint_auth_method: method,
  }
  const kind = kindOf({ metadata })
  return { kind, metadata: withDefaults(kind, metadata) }
}

/**
 * Any program of a device can take what is sent there (RFC 8252 §8.6): one that keeps no secret is asked for each time then,
 * and its port is free, whatever type it says that it is.
 */
function opensProgram(uris: unknown): boolean {
  return Array.isArray(uris) && uris.some(uri => typeof uri === 'string' && !/^https:/i.test(uri))
}

/**
 * What it may ask people for.
 * @param asked undefined: whatever it may
 * @param allowed beside the standard ones
 * @param known words of all resource servers
 */
export function registeredScope(
  asked: string | undefined,
  allowed: readonly string[],
  known: readonly string[],
): { scope: string; refused: string[] } {
  const may = [...new Set<string>([...standardScopes, ...allowed])].filter(word => !isOurScope(word))
  if (asked === undefined) return { scope: upTo(longestScope, may), refused: [] }
  const words = [...new Set(scopeWords(asked))]
  // As at the authorization endpoint: a word that nobody knows is passed over, one that is known and not allowed is told.
  const refused = words.filter(word => !may.includes(word) && (isOurScope(word) || known.includes(word)))
  return { scope: words.filter(word => may.includes(word)).join(' '), refused }
}

/** The column that a session keeps of it is as long. */
const longestScope = 1_000

/** Of many words as many as there is room for. */
function upTo(length: number, words: readonly string[]): string {
  const taken: string[] = []
  for (const word of words) if ([...taken, word].join(' ').length <= length) taken.push(word)
  return taken.join(' ')
}
