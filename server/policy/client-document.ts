// Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document-02): the `client_id` is an https address, and the
// document there describes the application. No administrator has reviewed it, so it may say little: redirect URIs within its own
// origin or on the person's machine, and never a secret.
import { isApplicationId } from '../protocol/claims.js'
import { isJsonObject } from '../protocol/json.js'
import { webUriProblem } from '../protocol/redirect-uris.js'
import {
  type ApplicationKind,
  type ApplicationMetadata,
  applicationMetadata,
  scopeWords,
  standardScopes,
} from './application-metadata.js'
import { applicationProblems } from './application-rules.js'
import type { Policy } from './policies.js'

export type ClientDocument = { name: string; kind: ApplicationKind; metadata: ApplicationMetadata }

export type DocumentContext = {
  /** Algorithms with a key that signs now. */
  algorithms: readonly string[]
  /** Scopes of all resource servers. */
  scopes: readonly string[]
  policy: Pick<Policy, 'self_registered_scopes'>
}

/** The document describes no valid application; the message is for its author. */
export class DocumentProblem extends Error {
  override name = 'DocumentProblem'
}

/** The members of a document that are read; all others are ignored. */
const members = [
  ...(['application_type', 'redirect_uris', 'post_logout_redirect_uris', 'grant_types', 'scope'] as const),
  ...(['token_endpoint_auth_method', 'token_endpoint_auth_signing_alg', 'jwks', 'jwks_uri'] as const),
  ...(['backchannel_logout_uri', 'backchannel_logout_session_required', 'id_token_signed_response_alg'] as const),
  ...(['dpop_bound_access_tokens', 'client_uri', 'policy_uri', 'tos_uri', 'contacts'] as const),
] satisfies (keyof ApplicationMetadata)[]

/** Members that administrators set, also for an application that describes itself. */
const membersOfOurs = [
  ...(['required_roles', 'roles_claim', 'lifetimes', 'require_pushed_authorization_requests'] as const),
] satisfies (keyof ApplicationMetadata)[]

export const isAdministratorMember = (name: keyof ApplicationMetadata): boolean =>
  membersOfOurs.some(one => one === name)

/** Members with addresses that this server calls: they must have the document's own origin. */
const called = ['jwks_uri', 'backchannel_logout_uri'] as const
/** Members with addresses that users see. */
const shown = ['client_uri', 'policy_uri', 'tos_uri'] as const

const grants = ['authorization_code', 'refresh_token'] as const
const methods = ['none', 'private_key_jwt'] as const
const longestClaimedName = 60

/**
 * Whether a `client_id` is the address of a document (§3): in the exact spelling, not in one that a parser would
 * normalise.
 */
export function isDocumentId(id: string): boolean {
  if (!isApplicationId(id) || !id.startsWith('https://') || webUriProblem(id) !== null) return false
  const url = new URL(id)
  // Refuses other spellings of an address: `:443`, `/./`, capitals. Only a host name is fit to be shown to users.
  return url.href === id && !url.username && !isAddress(url.hostname)
}

/** Whether a host name, in a browser's spelling, is an IP address: the last part of a name is never a number. */
const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /(^|\.)\d+\.?$/.test(hostname)

/** Whether the policy allows fetching documents from that host. */
export function allowsDocumentsOf(policy: DocumentPolicy, id: string): boolean {
  const { client_id_metadata_documents: from } = policy
  return from === 'any_host' || (from === 'listed_hosts' && isOfListedHost(policy, id))
}

/** Whether an administrator has listed that host. */
export function isOfListedHost(
  { client_id_metadata_document_hosts: hosts }: Pick<DocumentPolicy, 'client_id_metadata_document_hosts'>,
  id: string,
): boolean {
  const { host } = new URL(id)
  return hosts.split(' ').some(one => one === host || (one.startsWith('*.') && host.endsWith(one.slice(1))))
}

export type DocumentPolicy = Pick<Policy, 'client_id_metadata_documents' | 'client_id_metadata_document_hosts'>

/**
 * The application that a document describes.
 * @param id where the document was fetched
 * @param document parsed JSON
 * @throws DocumentProblem
 */
export function readClientDocument(id: string, document: unknown, context: DocumentContext): ClientDocument {
  if (!isJsonObject(document)) throw new DocumentProblem('It is no JSON object.')
  const given = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null))
  // §4: by simple string comparison. Otherwise anyone who can put a file on some host could claim to be another
  // application.
  if (given.client_id !== id) throw new DocumentProblem('Its client_id is not the address that it was fetched from.')
  refuseSecrets(given)
  const metadata = metadataOf(new URL(id), given, context)
  const kind = kindOf(metadata)
  const name = nameOf(new URL(id), given.client_name)
  const application = { name, kind, origin: 'document' as const, metadata, resource: null, resourceScopes: [] }
  const { algorithms, scopes } = context
  const problems = applicationProblems(application, { algorithms, scopes, roles: [], names: [], hasSecret: false })
  for (const [field, [first]] of Object.entries(problems)) throw new DocumentProblem(`${field}: ${first!.code}`)
  return { name, kind, metadata }
}

/** The metadata with the members that administrators have set. */
export function withAdministratorMembers(
  metadata: ApplicationMetadata,
  before: ApplicationMetadata,
): ApplicationMetadata {
  return {
    ...metadata,
    ...Object.fromEntries(membersOfOurs.flatMap(name => (before[name] === undefined ? [] : [[name, before[name]]]))),
  }
}

/** §4.1: the document is public. */
function refuseSecrets(given: Record<string, unknown>): void {
  for (const name of ['client_secret', 'client_secret_expires_at'])
    if (name in given) throw new DocumentProblem(`It has ${name}, and everybody can read it.`)
  const { token_endpoint_auth_method: method = 'none' } = given
  if (!methods.some(one => one === method))
    throw new DocumentProblem(`token_endpoint_auth_method can only be one of ${methods.join(', ')}.`)
}

function metadataOf(id: URL, given: Record<string, unknown>, { scopes, policy }: DocumentContext): ApplicationMetadata {
  const redirectUris = uris(given.redirect_uris).filter(uri => isOwn(id, uri) || isLoopback(uri))
  if (redirectUris.length === 0)
    throw new DocumentProblem('None of its redirect_uris is of its own origin, or on the machine of the person.')
  for (const name of called)
    if (given[name] !== undefined && !isOwn(id, given[name]))
      throw new DocumentProblem(`${name}: it is of another origin.`)
  const others = shown.filter(name => given[name] !== undefined && !isOwn(id, given[name]))
  const mayAsk = [...standardScopes, ...scopeWords(policy.self_registered_scopes).filter(word => scopes.includes(word))]
  const asked = typeof given.scope === 'string' ? scopeWords(given.scope) : mayAsk
  const read = {
    ...Object.fromEntries(
      members
        .filter(name => given[name] !== undefined && !others.some(one => one === name))
        .map(name => [name, given[name]]),
    ),
    redirect_uris: redirectUris,
    // RFC 7591 §2: the default.
    grant_types: grants.filter(one =>
      given.grant_types === undefined ? one === 'authorization_code' : uris(given.grant_types).includes(one),
    ),
    response_types: ['code'],
    token_endpoint_auth_method: given.token_endpoint_auth_method ?? 'none',
    // RFC 8252 §7.3: a `native` application may listen on any loopback port; with `web` it could not be answered.
    application_type: given.application_type ?? (redirectUris.some(isLoopback) ? 'native' : 'web'),
    scope: mayAsk.filter(word => asked.includes(word)).join(' '),
    ...(given.post_logout_redirect_uris !== undefined && {
      post_logout_redirect_uris: uris(given.post_logout_redirect_uris).filter(uri => isOwn(id, uri) || isLoopback(uri)),
    }),
  }
  const { data, error } = applicationMetadata.safeParse(read)
  if (data) return data
  const [wrong] = error.issues
  throw new DocumentProblem(`${wrong!.path.join('.')}: ${wrong!.message}`)
}

function kindOf({ token_endpoint_auth_method: method, application_type: type }: ApplicationMetadata): ApplicationKind {
  if (method === 'private_key_jwt') return 'web'
  return type === 'native' ? 'native' : 'browser'
}

/** Invisible characters, line ends, and stacked combining marks, which would be drawn over the host. */
const hidden = /[\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|(?!\p{Bidi_Control})\p{Cf}|\p{M}{3}/u

/** The host comes first: it alone is verified; the document may choose any name. */
function nameOf({ host }: URL, claimed: unknown): string {
  const name = typeof claimed === 'string' ? claimed.trim() : ''
  if (name === '' || name.toLowerCase() === host || hidden.test(name)) return host
  const letters = [...name]
  return `${host} (${letters.length > longestClaimedName ? `${letters.slice(0, longestClaimedName).join('')}…` : name})`
}

const uris = (value: unknown): string[] => (Array.isArray(value) ? value.filter(one => typeof one === 'string') : [])

/** Compared as written: only addresses that begin with the document's own origin. */
const isOwn = ({ origin }: URL, uri: unknown): boolean =>
  typeof uri === 'string' &&
  uri.startsWith(`${origin}/`) &&
  webUriProblem(uri) === null &&
  new URL(uri).origin === origin

const isLoopback = (uri: string): boolean => uri.startsWith('http:') && webUriProblem(uri) === null
