// The metadata of an application, in the names of RFC 7591, followed by names of our own. One schema for all that read
// or write it: pages, the API, files, registration.
import { z } from 'zod'
import { policyTable } from './policies.js'

export const applicationKinds = ['web', 'browser', 'native', 'machine', 'resource_server'] as const
export type ApplicationKind = (typeof applicationKinds)[number]

/** The built-in application, which owns password sign-ins and the built-in pages. */
export const ownApplicationId = 'darvoza'

/** How an application authenticates (RFC 7591 §2); with `none` it does not. */
export const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const
export type AuthenticationMethod = (typeof authenticationMethods)[number]

/** Kinds that run where their users could read a secret (RFC 6749 §2.1). */
const publicKinds: ReadonlySet<ApplicationKind> = new Set(['browser', 'native'])

/** How an application came to be; `built_in` is `darvoza` alone. */
export const applicationOrigins = ['administrator', 'file', 'registration', 'document', 'built_in'] as const
export type ApplicationOrigin = (typeof applicationOrigins)[number]

/** The policies that an application may override for its own sessions and tokens. */
export const lifetimeNames = [
  'access_token_lifetime',
  'refresh_token_lifetime',
  'session_absolute_lifetime',
] as const satisfies (keyof typeof policyTable)[]

const text = z.string().min(1).max(2_000)
/** A word without spaces: lists are joined by them. */
const word = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be 1 to 100 characters without spaces, " and \\')
const texts = z.array(text).max(100)
const words = z.array(word).max(1_000)
const seconds = (name: (typeof lifetimeNames)[number]) =>
  z.int().min(policyTable[name].min).max(policyTable[name].max).optional()

const exchangeRule = z.strictObject({
  /** Identifier of the resource server that the new token is for. */
  resource: text,
  /** The scope words that it has at most; absent: none. */
  scope: words.optional(),
  /** Scope words that the subject token must have, all of them. */
  subject_scope: words.optional(),
})

export type ExchangeRule = z.infer<typeof exchangeRule>

export const applicationMetadata = z.strictObject({
  application_type: z.enum(['web', 'native']).optional(),
  redirect_uris: texts.optional(),
  post_logout_redirect_uris: texts.optional(),
  grant_types: z
    .array(
      z.enum([
        'password',
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ]),
    )
    .optional(),
  response_types: z.array(z.literal('code')).optional(),
  /** Limited by the column of a session that stores the scope. */
  scope: z
    .string()
    .max(1_000)
    .regex(/^([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?$/, 'must be words with one space between')
    .optional(),
  token_endpoint_auth_method: z.enum(authenticationMethods).optional(),
  token_endpoint_auth_signing_alg: z.enum(['ES256', 'RS256', 'PS256', 'EdDSA']).optional(),
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).max(20) }).optional(),
  jwks_uri: text.optional(),
  backchannel_logout_uri: text.optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  id_token_signed_response_alg: z.enum(['ES256', 'RS256', 'PS256', 'EdDSA']).optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  initiate_login_uri: text.optional(),
  client_uri: text.optional(),
  policy_uri: text.optional(),
  tos_uri: text.optional(),
  contacts: texts.optional(),

  // Members of our own.
  /** Users are not asked for consent. */
  first_party: z.boolean().optional(),
  allow_without_pkce: z.boolean().optional(),
  /** Permissions of users that the tokens may contain; where absent, none. */
  permissions: words.optional(),
  /** Users need one of these roles to use the application. */
  required_roles: words.optional(),
  /** A second name for the claim of roles in id_token and userinfo. */
  roles_claim: word.optional(),
  /** In seconds, instead of the policy's. */
  lifetimes: z
    .strictObject({
      access_token_lifetime: seconds('access_token_lifetime'),
      refresh_token_lifetime: seconds('refresh_token_lifetime'),
      session_absolute_lifetime: seconds('session_absolute_lifetime'),
    })
    .optional(),
  /** Other resource servers whose tokens it may introspect. */
  introspects: texts.optional(),
  /** Resource servers that it may exchange received tokens for (token-exchange.ts). */
  token_exchange: z.array(exchangeRule).max(100).optional(),
})

export type ApplicationMetadata = z.infer<typeof applicationMetadata>
export type OwnLifetimes = NonNullable<ApplicationMetadata['lifetimes']>

/** A scope word that applications may ask for, and its description for users. */
export type ResourceScope = {
  name: string
  description: string
  /** The description in other languages, by language code. */
  descriptions?: Readonly<Record<string, string>> | undefined
}

/** The description in the reader's language, where there is one. */
export function scopeDescription({ description, descriptions }: ResourceScope, language: string): string {
  return descriptions?.[language] ?? description
}

export const resourceScopesSchema = z.array(
  z.strictObject({
    name: z.string(),
    description: z.string(),
    descriptions: z.partialRecord(z.enum(['en', 'uz', 'ru']), z.string()).optional(),
  }),
)

/** Scopes of OpenID Connect and of this server that belong to no resource server. */
export const standardScopes = ['openid', 'profile', 'email', 'roles', 'offline_access'] as const

/** The row of `darvoza`; its identifier as a resource server is the issuer. */
export const builtInApplication = {
  kind: 'resource_server',
  origin: 'built_in',
  metadata: { grant_types: ['password', 'refresh_token'], token_endpoint_auth_method: 'none', first_party: true },
  resourceScopes: [
    { name: 'darvoza:account', description: 'See and change the own account, and end its sessions.' },
    { name: 'darvoza:admin', description: 'Act as an administrator, as far as the user may.' },
    { name: 'revocations:read', description: 'Follow the revocation log.' },
  ],
} as const satisfies {
  kind: ApplicationKind
  origin: ApplicationOrigin
  metadata: ApplicationMetadata
  resourceScopes: readonly ResourceScope[]
}

/** Whether the application describes itself, and no administrator has reviewed it. */
export const isUnreviewed = ({ origin }: { origin: ApplicationOrigin }): boolean =>
  origin === 'registration' || origin === 'document'

/** The fields of an application that are needed when a token is issued or checked. */
export type ApplicationTerms = {
  id: string
  origin: ApplicationOrigin
  active: boolean
  version: number
  metadata: ApplicationMetadata
  /** Its identifier, if it is a resource server. */
  resource: string | null
  resourceScopes: readonly ResourceScope[]
}

/** RFC 7591 §2: by default `client_secret_basic`, except for kinds that can keep no secret. */
export function authenticationMethodOf({
  kind,
  metadata,
}: {
  kind: ApplicationKind
  metadata: ApplicationMetadata
}): AuthenticationMethod {
  return metadata.token_endpoint_auth_method ?? (publicKinds.has(kind) ? 'none' : 'client_secret_basic')
}

/**
 * Whether refresh tokens of an application's sessions are bound to the key of the first request. RFC 9449 §5: only
 * those of public applications. A confidential client protects them by its own authentication, and may use another
 * key after a restart.
 */
export const bindsItsSessions = (application: Parameters<typeof authenticationMethodOf>[0]): boolean =>
  authenticationMethodOf(application) === 'none'

/** The grant types of an application; RFC 7591 §2: by default authorization_code. */
export function grantTypesOf({ grant_types }: ApplicationMetadata): readonly string[] {
  return grant_types ?? ['authorization_code']
}

/** In seconds; null where the policy's hold. An empty object overrides nothing. */
export function ownLifetimes({ lifetimes }: ApplicationMetadata): OwnLifetimes | null {
  return lifetimes && Object.values(lifetimes).some(value => value !== undefined) ? lifetimes : null
}

/**
 * Whether a token contains its user's roles: for an application that no administrator has reviewed only with the
 * scope `roles`.
 * @param scope of the token
 */
export function disclosesRoles({ origin }: Pick<ApplicationTerms, 'origin'>, scope: string): boolean {
  return !isUnreviewed({ origin }) || scopeWords(scope).includes('roles')
}

/** Permissions of a user that a token for this application contains. */
export function permissionsFor(
  { origin, metadata }: Pick<ApplicationTerms, 'origin' | 'metadata'>,
  scope: string,
  permissions: readonly string[],
): string[] {
  if (origin === 'built_in') return [...permissions]
  if (!disclosesRoles({ origin }, scope)) return []
  const listed = new Set(metadata.permissions)
  return permissions.filter(permission => listed.has(permission))
}

/** Whether a user with these roles may use an application: every user, unless it requires roles. */
export function mayUse(
  { required_roles }: Pick<ApplicationMetadata, 'required_roles'>,
  roles: readonly string[],
): boolean {
  return !required_roles?.length || required_roles.some(role => roles.includes(role))
}

/** Whether an application's sessions may outlive their browser session (OpenID Connect Core §11). */
export function mayBeOffline({ scope = '' }: Pick<ApplicationMetadata, 'scope'>): boolean {
  return scopeWords(scope).includes('offline_access')
}

/** Whether an application's sessions have refresh tokens. */
export function hasRefreshTokens(metadata: ApplicationMetadata): boolean {
  return grantTypesOf(metadata).includes('refresh_token')
}

/** All scope words that an application's tokens may have. */
export function scopesAsked({ scope = '', token_exchange: rules = [] }: ApplicationMetadata): string[] {
  return [...scopeWords(scope), ...rules.flatMap(rule => rule.scope ?? [])]
}

export function scopeWords(scope: string): string[] {
  return scope.split(' ').filter(Boolean)
}
