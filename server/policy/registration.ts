// The metadata of a registration request (RFC 7591 §2). An application may set what concerns only itself;
// administrators set what gives it more rights. Unknown members are ignored, as §2 requires.
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

/**
 * Members that only administrators may set: a request with one is refused, so that no application believes that it
 * has it.
 */
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

/** The other members, which an application may set, and change. */
export const registrableNames = metadataNames.filter(name => !ofAdministrators.some(one => one === name))

export type Registration = {
  /** undefined where the request has none. */
  name: string | undefined
  kind: ApplicationKind
  /** Metadata without its scope, which is limited separately. */
  metadata: ApplicationMetadata
  /** undefined where the request has none. */
  scope: string | undefined
}

/** Reads the types of the members; the rules of application-rules.ts check their values. */
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

/** Completes metadata with the defaults of RFC 7591 §2 and OpenID Connect Registration §2. */
function completed(sent: ApplicationMetadata): { kind: ApplicationKind; metadata: ApplicationMetadata } {
  const method = sent.token_endpoint_auth_method ?? authenticationMethods[0]
  const isInstalled = method === 'none' && opensProgram(sent.redirect_uris)
  const application_type = isInstalled ? 'native' : (sent.application_type ?? 'web')
  const metadata = {
    grant_types: ['authorization_code'] as ApplicationMetadata['grant_types'],
    ...sent,
    application_type,
    token_endpoint_auth_method: method,
  }
  const kind = kindOf({ metadata })
  return { kind, metadata: withDefaults(kind, metadata) }
}

/**
 * Whether a redirect URI opens an installed program. Any program on the device can receive such an answer (RFC 8252
 * §8.6): users are then asked for consent each time if it keeps no secret, and its port is free, whatever type it
 * claims.
 */
function opensProgram(uris: unknown): boolean {
  return Array.isArray(uris) && uris.some(uri => typeof uri === 'string' && !/^https:/i.test(uri))
}

/**
 * The scope that a registered application may ask users for.
 * @param asked undefined: all that it may
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
  // As at the authorization endpoint: an unknown word is ignored, a known one that is not allowed is reported.
  const refused = words.filter(word => !may.includes(word) && (isOurScope(word) || known.includes(word)))
  return { scope: words.filter(word => may.includes(word)).join(' '), refused }
}

/** Longest scope, in characters: the limit of the column of a session that stores it. */
const longestScope = 1_000

/** The first of the words, as many as fit into `length` characters. */
function upTo(length: number, words: readonly string[]): string {
  const taken: string[] = []
  for (const word of words) if ([...taken, word].join(' ').length <= length) taken.push(word)
  return taken.join(' ')
}
