// The checks of an application when it is saved, one row each: an invalid value is a problem of its field, a risky one
// a warning. All of them are reported at once.
import { type FieldProblems, type Problem, problem } from '../protocol/problems.js'
import { redirectUriProblem, redirectUriWarning, resourceProblem, webUriProblem } from '../protocol/redirect-uris.js'
import { isPublicClient, usesSecret } from './application-defaults.js'
import {
  type ApplicationKind,
  type ApplicationMetadata,
  type ApplicationOrigin,
  isUnreviewed,
  type ResourceScope,
  scopesAsked,
  scopeWords,
  standardScopes,
} from './application-metadata.js'
import { looksLikeAnother } from './look-alikes.js'
import { isPermission } from './permissions.js'
import { registeredClaims } from './policies.js'
import { tokenExchangeGrant } from './token-exchange.js'

export type DescribedApplication = {
  name: string
  kind: ApplicationKind
  origin: ApplicationOrigin
  metadata: ApplicationMetadata
  resource: string | null
  resourceScopes: readonly ResourceScope[]
}

/** Facts about this installation that the rules need. */
export type RulesContext = {
  /** Algorithms with a key that signs now. */
  algorithms: readonly string[]
  roles: readonly string[]
  /** Scopes of all active resource servers, our own included. */
  scopes: readonly string[]
  /** Whether the application has a secret, or gets one now. */
  hasSecret: boolean
  /** Names of applications that administrators have made; needed for one that chooses its own name. */
  names: readonly string[]
}

/** Claims of id_tokens and userinfo with another meaning (OIDC Core §2, §5.1). */
const claimsOfPeople = new Set<string>([
  ...registeredClaims,
  ...['sub', 'name', 'preferred_username', 'given_name', 'family_name', 'email', 'email_verified', 'updated_at'],
  ...['at_hash', 'c_hash'],
])

type Rule = {
  field: string
  find: (application: DescribedApplication, context: RulesContext) => readonly (Problem | null | false | undefined)[]
}

const longestName = 150
const longestDescription = 500
/** Longest name that an application may give itself: there must be no room for sentences. */
const longestOwnName = 60

/** Grants by which a user lets the application in. No user would have consented to what it got in its own name. */
const registrableGrants: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
]

const pages = [
  'initiate_login_uri',
  'client_uri',
  'policy_uri',
  'tos_uri',
  'jwks_uri',
  'backchannel_logout_uri',
] as const

const problemRules: readonly Rule[] = [
  {
    field: 'client_name',
    find: ({ name }) => [
      name.trim() === '' && problem('blank'),
      name.length > longestName && problem('too_long', { count: longestName }),
      /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name) && problem('control_characters'),
    ],
  },
  // RFC 7591 §5: users see the name that an application gives itself on the consent page.
  {
    field: 'client_name',
    find: ({ name, origin }, { names }) =>
      origin === 'registration'
        ? [
            [...name].length > longestOwnName && problem('too_long', { count: longestOwnName }),
            // Invisible characters, letters without a shape among them, and stacked combining marks.
            /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\p{M}{3}/u.test(name) && problem('control_characters'),
            looksLikeAnother(name, names) && problem('name_of_another'),
          ]
        : [],
  },
  // RFC 6749 §3.1.2, RFC 9700 §2.1: codes are sent to these addresses.
  {
    field: 'redirect_uris',
    find: ({ metadata: { redirect_uris = [], grant_types } }) => [
      grant_types?.includes('authorization_code') && redirect_uris.length === 0 && problem('required'),
      ...redirect_uris.map(redirectUriProblem),
    ],
  },
  {
    field: 'post_logout_redirect_uris',
    find: ({ metadata: { post_logout_redirect_uris = [] } }) => post_logout_redirect_uris.map(redirectUriProblem),
  },
  ...pages.map((field): Rule => {
    return { field, find: ({ metadata: { [field]: uri } }) => [uri !== undefined && webUriProblem(uri)] }
  }),
  // Called by this server: an http address would be its own machine.
  ...(['jwks_uri', 'backchannel_logout_uri'] as const).map((field): Rule => {
    return {
      field,
      find: application => {
        const uri = application.metadata[field]
        return [uri !== undefined && isUnreviewed(application) && !/^https:/i.test(uri) && problem('uri_https_alone')]
      },
    }
  }),
  {
    field: 'grant_types',
    find: ({ origin, metadata: { grant_types = [] } }) =>
      origin === 'registration'
        ? grant_types.map(grant => !registrableGrants.includes(grant) && problem('grant_origin', { grant }))
        : [],
  },
  {
    field: 'grant_types',
    find: ({ origin, metadata, resource }) => {
      const grants = metadata.grant_types ?? []
      const opensSessions = grants.some(grant => grant === 'authorization_code' || grant.endsWith(':device_code'))
      return [
        // Passwords are typed only into pages of this server (RFC 9700 §2.4).
        origin !== 'built_in' && grants.includes('password') && problem('grant_ours'),
        origin !== 'built_in' && grants.includes('refresh_token') && !opensSessions && problem('grant_refresh_alone'),
        // RFC 6749 §4.4: for confidential clients only.
        grants.includes('client_credentials') && isPublicClient(metadata) && problem('grant_needs_proof'),
        // RFC 8693 §2.1, §5: any client that claimed its id could exchange the tokens that it receives.
        grants.includes(tokenExchangeGrant) &&
          (resource === null || isPublicClient(metadata)) &&
          problem('exchange_resource_server'),
        grants.includes(tokenExchangeGrant) && isUnreviewed({ origin }) && problem('exchange_origin'),
      ]
    },
  },
  // RFC 7591 §2.1: the two lists agree.
  {
    field: 'response_types',
    find: ({ metadata: { grant_types = [], response_types = [] } }) => {
      const byCode = grant_types.includes('authorization_code')
      return [
        byCode && response_types.length === 0 && problem('response_type_missing'),
        !byCode && response_types.length > 0 && problem('response_type_alone'),
      ]
    },
  },
  // RFC 7591 §2: one of the two, never both.
  {
    field: 'jwks',
    find: ({ metadata }) => {
      const { jwks, jwks_uri, token_endpoint_auth_method: method } = metadata
      const keys: readonly Record<string, unknown>[] = jwks?.keys ?? []
      const isSecret = (key: Record<string, unknown>) =>
        key.kty === 'oct' || ['d', 'p', 'q', 'k'].some(one => one in key)
      return [
        method === 'private_key_jwt' && keys.length === 0 && jwks_uri === undefined && problem('jwks_missing'),
        jwks !== undefined && jwks_uri !== undefined && problem('jwks_twice'),
        keys.some(isSecret) && problem('jwks_private'),
      ]
    },
  },
  // RFC 9700 §2.1.1: PKCE alone protects their codes.
  {
    field: 'allow_without_pkce',
    find: ({ metadata }) => [metadata.allow_without_pkce && isPublicClient(metadata) && problem('pkce_public')],
  },
  {
    field: 'first_party',
    find: application => [
      application.metadata.first_party && isUnreviewed(application) && problem('first_party_origin'),
    ],
  },
  {
    field: 'id_token_signed_response_alg',
    find: ({ metadata: { id_token_signed_response_alg: algorithm } }, { algorithms }) => [
      algorithm !== undefined && !algorithms.includes(algorithm) && problem('algorithm_inactive', { algorithm }),
    ],
  },
  {
    field: 'scope',
    find: (application, { scopes }) =>
      scopeWords(application.metadata.scope ?? '').map(name => {
        if (!isOurScope(name)) return null
        if (!scopes.includes(name)) return problem('scope_reserved', { name })
        return isUnreviewed(application) && problem('scope_origin', { name })
      }),
  },
  {
    field: 'permissions',
    find: application => {
      const { permissions = [] } = application.metadata
      return [
        permissions.length > 0 && isUnreviewed(application) && problem('permissions_origin'),
        ...permissions.map(name => !isPermission(name) && problem('no_permission', { name })),
      ]
    },
  },
  {
    field: 'required_roles',
    find: ({ metadata: { required_roles = [] } }, { roles }) =>
      required_roles.map(name => !roles.includes(name) && problem('unknown_role', { name })),
  },
  {
    field: 'roles_claim',
    find: ({ metadata: { roles_claim: name } }) => [
      name !== undefined && name !== 'roles' && claimsOfPeople.has(name) && problem('policy_reserved'),
    ],
  },
  {
    field: 'lifetimes',
    find: ({ metadata: { lifetimes = {} } }) => {
      const { refresh_token_lifetime: idle = 0, session_absolute_lifetime: absolute = Infinity } = lifetimes
      return [idle > absolute && problem('idle_beyond_absolute')]
    },
  },
  {
    field: 'introspects',
    find: ({ metadata: { introspects = [] } }) => introspects.map(resourceProblem),
  },
  {
    field: 'token_exchange',
    find: ({ origin, metadata: { token_exchange: rules = [] } }) => [
      rules.length > 0 && isUnreviewed({ origin }) && problem('exchange_origin'),
      ...rules.map(rule => resourceProblem(rule.resource)),
      ...rules
        .flatMap(rule => rule.scope ?? [])
        // An exchanged token is never for this server; OpenID Connect's scopes belong to the application that the user
        // signed in to.
        .map(name => (isOurScope(name) || isStandard(name)) && problem('scope_reserved', { name })),
    ],
  },
  // RFC 8707 §2.
  {
    field: 'resource',
    find: ({ kind, origin, resource }) => [
      resource === null
        ? kind === 'resource_server' && origin !== 'built_in' && problem('required')
        : resourceProblem(resource),
    ],
  },
  {
    field: 'resource_scopes',
    find: ({ origin, resource, resourceScopes }) => {
      if (origin === 'built_in') return []
      const names = resourceScopes.map(one => one.name)
      return [
        resource === null && names.length > 0 && problem('scopes_without_resource'),
        new Set(names).size < names.length && problem('given_twice'),
        ...resourceScopes.flatMap(({ name, description, descriptions = {} }) => [
          !/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(name) && problem('scope_name', { name: name.slice(0, 100) }),
          (isOurScope(name) || isStandard(name)) && problem('scope_reserved', { name }),
          [description, ...Object.values(descriptions)].some(text => text.length > longestDescription) &&
            problem('too_long', { count: longestDescription }),
        ]),
      ]
    },
  },
]

const warningRules: readonly Rule['find'][] = [
  ({ metadata: { redirect_uris = [], post_logout_redirect_uris = [] } }) =>
    [...new Set([...redirect_uris, ...post_logout_redirect_uris])].map(redirectUriWarning),
  ({ metadata }) => [metadata.allow_without_pkce && problem('pkce_excused')],
  ({ metadata }, { hasSecret }) => [usesSecret(metadata) && !hasSecret && problem('secret_missing')],
  ({ metadata: { token_exchange: rules = [], grant_types = [] } }) => [
    grant_types.includes(tokenExchangeGrant) && rules.length === 0 && problem('exchange_for_nothing'),
  ],
  ({ metadata, resourceScopes }, { scopes }) =>
    scopesAsked(metadata).map(name => {
      const isKnown = isStandard(name) || scopes.includes(name)
      return (
        !isKnown &&
        !isOurScope(name) &&
        !resourceScopes.some(one => one.name === name) &&
        problem('scope_unknown', { name })
      )
    }),
]

/** All problems, by the name of a field in RFC 7591. */
export function applicationProblems(application: DescribedApplication, context: RulesContext): FieldProblems {
  const fields: Record<string, Problem[]> = {}
  for (const { field, find } of problemRules) {
    const found = find(application, context).filter(one => !!one)
    if (found.length > 0) fields[field] = [...(fields[field] ?? []), ...found]
  }
  return fields
}

/** Warnings, with which the application is saved all the same. */
export function applicationWarnings(application: DescribedApplication, context: RulesContext): Problem[] {
  return warningRules.flatMap(find => find(application, context).filter(one => !!one))
}

const isStandard = (name: string) => standardScopes.some(one => one === name)

/** Whether a scope is of our own resource server: it lets an application act here, or follow the log. */
export function isOurScope(name: string): boolean {
  return name.startsWith('darvoza:') || name === 'revocations:read'
}
