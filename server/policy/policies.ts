// The policies: the rules for tokens and sessions that an administrator may change while the server runs, one row each.
// Pages, the command line, the API and the README list them from this table.
import { type SigningAlgorithm, signingAlgorithmNames } from '../protocol/algorithms.js'

/** The groups of policies on the pages. */
export const policyGroupNames = ['lifetimes', 'sessions', 'tokens', 'people', 'applications', 'records'] as const
export type PolicyGroup = (typeof policyGroupNames)[number]

export type PolicyRow = {
  group: PolicyGroup
  /** Whether the policy concerns how sessions are judged and their tokens made: it can be set for new sessions only. */
  ofSessions?: true
  meaning: string
  simplejwt: string | null
} & (
  | { kind: 'duration'; default: number; min: number; max: number }
  | { kind: 'integer'; default: number; min: number; max: number }
  | { kind: 'boolean'; default: boolean }
  | { kind: 'text'; default: string; pattern: RegExp; reserved?: readonly string[] }
  | { kind: 'choice'; default: string; choices: readonly string[] }
)

const minute = 60
const hour = 3_600
const day = 86_400

/** Claims that tokens have, or that an RFC defines; no other may take their name. */
export const registeredClaims = [
  ...['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'auth_time', 'sid', 'gen', 'token_type'],
  ...[
    'username',
    'roles',
    'permissions',
    'permissions_omitted',
    'must_change_password',
    'rev',
    'typ',
    'acr',
    'amr',
    'azp',
    'nonce',
    'cnf',
    'act',
  ],
] as const

export const policyTable = {
  access_token_lifetime: {
    group: 'lifetimes',
    ofSessions: true,
    kind: 'duration',
    default: hour,
    min: 10,
    max: day,
    meaning: 'How long an access token is valid.',
    simplejwt: 'ACCESS_TOKEN_LIFETIME',
  },
  refresh_token_lifetime: {
    group: 'lifetimes',
    ofSessions: true,
    kind: 'duration',
    default: day,
    min: minute,
    max: 365 * day,
    meaning: 'How long a session may stay without a refresh; each refresh extends it by this time.',
    simplejwt: 'REFRESH_TOKEN_LIFETIME',
  },
  session_absolute_lifetime: {
    group: 'lifetimes',
    ofSessions: true,
    kind: 'duration',
    default: 30 * day,
    min: minute,
    max: 3_650 * day,
    meaning: 'The maximum age of a session, regardless of refreshes.',
    simplejwt: null,
  },
  rotate_refresh_tokens: {
    group: 'lifetimes',
    ofSessions: true,
    kind: 'boolean',
    default: true,
    meaning:
      'Each refresh issues a new refresh token and spends the old one. Off: a refresh answers only an access token.',
    simplejwt: 'ROTATE_REFRESH_TOKENS (a rotated token is always spent: BLACKLIST_AFTER_ROTATION is always on)',
  },
  reuse_grace: {
    group: 'lifetimes',
    ofSessions: true,
    kind: 'duration',
    default: 10,
    min: 0,
    max: minute,
    meaning:
      'How long a spent refresh token still answers its successor, for parallel tabs and lost answers. 0 is strict: after a lost answer the user must sign in again, and parallel refreshes end the session.',
    simplejwt: null,
  },
  require_pushed_authorization_requests: {
    group: 'tokens',
    kind: 'boolean',
    default: false,
    meaning:
      'Applications must push their authorization requests (RFC 9126), so that the browser can neither change nor reveal the parameters. Off: pushing is optional, except for applications that are registered with `require_pushed_authorization_requests`.',
    simplejwt: null,
  },
  update_last_login: {
    group: 'people',
    kind: 'boolean',
    default: true,
    meaning: 'Store the time of each sign-in with the user.',
    simplejwt: 'UPDATE_LAST_LOGIN',
  },
  user_id_claim: {
    group: 'tokens',
    kind: 'text',
    default: 'user_id',
    pattern: /^[a-z][a-z0-9_]{0,39}$/,
    // These names have another meaning; `sub` is the user id already.
    reserved: registeredClaims,
    meaning: 'Name of the claim that has the user id in addition to `sub`.',
    simplejwt: 'USER_ID_CLAIM',
  },
  audience: {
    group: 'tokens',
    kind: 'text',
    default: '',
    pattern: /^[\x21-\x7e]{0,200}$/,
    meaning: '`aud` of access tokens; empty: the issuer.',
    simplejwt: 'AUDIENCE',
  },
  access_token_algorithm: {
    group: 'tokens',
    kind: 'choice',
    default: 'ES256' as SigningAlgorithm,
    choices: signingAlgorithmNames,
    meaning:
      'The algorithm that signs access tokens. A key for a new algorithm is published 20 minutes before it signs; until then the former key signs.',
    simplejwt: 'ALGORITHM',
  },
  max_sessions_per_user: {
    group: 'sessions',
    ofSessions: true,
    kind: 'integer',
    default: 500,
    min: 0,
    max: 10_000,
    meaning: 'How many live sessions a user may have; 0: no limit. Checked at sign-in and at refresh.',
    simplejwt: null,
  },
  at_session_limit: {
    group: 'sessions',
    ofSessions: true,
    kind: 'choice',
    default: 'end_oldest',
    choices: ['end_oldest', 'refuse'],
    meaning:
      'At the limit of sessions: `end_oldest` ends the oldest sessions at the sign-in or at their next refresh; `refuse` refuses the sign-in, and all sessions stay.',
    simplejwt: null,
  },
  max_devices_per_user: {
    group: 'sessions',
    kind: 'integer',
    default: 500,
    min: 0,
    max: 10_000,
    meaning:
      'How many devices a user may have; 0: no limit. Beyond it a sign-in ends the least recently used ones, a few at a time.',
    simplejwt: null,
  },
  keep_session_on_password_change: {
    group: 'sessions',
    kind: 'boolean',
    default: true,
    meaning: 'Whether the session in which a user changes the password stays.',
    simplejwt: 'CHECK_REVOKE_TOKEN',
  },
  username_max_length: {
    group: 'people',
    kind: 'integer',
    default: 30,
    min: 3,
    max: 150,
    meaning: 'How many characters a new username may have.',
    simplejwt: null,
  },
  password_min_length: {
    group: 'people',
    kind: 'integer',
    default: 8,
    min: 8,
    max: 128,
    meaning: 'How many characters a new password must have.',
    simplejwt: null,
  },
  password_cost: {
    group: 'people',
    kind: 'integer',
    default: 12,
    min: 4,
    max: 15,
    meaning:
      'Cost of bcrypt for new hashes; each step doubles the time. Existing hashes are updated at the next sign-in of their user.',
    simplejwt: null,
  },
  key_rotation_interval: {
    group: 'tokens',
    kind: 'duration',
    default: 90 * day,
    min: day,
    max: 730 * day,
    meaning: 'How long a signing key signs before it is rotated. Tokens that it signed stay valid.',
    simplejwt: null,
  },
  dpop_nonces: {
    group: 'tokens',
    kind: 'boolean',
    default: false,
    meaning:
      'Whether DPoP proofs must contain a recent nonce of this server (RFC 9449 §8). A client without a nonce, or with an old one, then repeats its request once.',
    simplejwt: null,
  },
  sign_in_guesses_per_hour: {
    group: 'people',
    kind: 'integer',
    default: 20,
    min: 5,
    max: 10_000,
    meaning:
      'How many wrong passwords an hour are allowed for one user: on each device that has signed in before, and on all other devices together. One network address is allowed ten times as many.',
    simplejwt: null,
  },
  api_key_requests_per_minute: {
    group: 'people',
    kind: 'integer',
    default: 600,
    min: 0,
    max: 1_000_000,
    meaning:
      'How many requests a minute one API key may send to this server; 0: no limit. With Redis all servers share the count.',
    simplejwt: null,
  },
  client_registration: {
    group: 'applications',
    kind: 'choice',
    default: 'closed',
    choices: ['closed', 'token', 'open'],
    meaning:
      'Whether applications may register themselves (RFC 7591): never, with an initial access token of an administrator, or without one.',
    simplejwt: null,
  },
  registrations_per_day: {
    group: 'applications',
    kind: 'integer',
    default: 500,
    min: 1,
    max: 100_000,
    meaning:
      'How many applications may register themselves within 24 hours without an initial access token, from all networks together.',
    simplejwt: null,
  },
  client_id_metadata_documents: {
    group: 'applications',
    kind: 'choice',
    default: 'off',
    choices: ['off', 'listed_hosts', 'any_host'],
    meaning:
      'Whether a `client_id` may be the https URL of a client ID metadata document, which describes the application: never, from the listed hosts, or from any host.',
    simplejwt: null,
  },
  client_id_metadata_document_hosts: {
    group: 'applications',
    kind: 'text',
    default: '',
    pattern: /^(?=.{0,1000}$)((\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?( (?=.)|$))*$/,
    meaning:
      'Hosts from which client ID metadata documents are fetched, separated by spaces: `tool.example`, or `*.tool.example` for its subdomains.',
    simplejwt: null,
  },
  self_registered_scopes: {
    group: 'applications',
    kind: 'text',
    default: '',
    pattern: /^(?=.{0,1000}$)((?!darvoza:|revocations:read( |$))[\x21\x23-\x5b\x5d-\x7e]+( (?=.)|$))*$/,
    meaning:
      'Scopes of resource servers that self-registered applications and those of metadata documents may request, separated by spaces. Scopes of OpenID Connect are always allowed.',
    simplejwt: null,
  },
  ended_session_retention: {
    group: 'records',
    kind: 'duration',
    default: 90 * day,
    min: day,
    max: 3_650 * day,
    meaning: 'How long ended sessions and API keys, and devices without a session, are kept.',
    simplejwt: null,
  },
  audit_retention: {
    group: 'records',
    kind: 'duration',
    default: 365 * day,
    min: 30 * day,
    max: 3_650 * day,
    meaning: 'How long entries of the audit log are kept.',
    simplejwt: null,
  },
} as const satisfies Record<string, PolicyRow>

export type PolicyName = keyof typeof policyTable

/** Every policy's value; durations in seconds. */
export type Policy = {
  [N in PolicyName]: (typeof policyTable)[N] extends { choices: readonly (infer C)[] }
    ? C
    : (typeof policyTable)[N]['default'] extends boolean
      ? boolean
      : (typeof policyTable)[N]['default'] extends number
        ? number
        : string
}

export const policyNames = Object.keys(policyTable) as PolicyName[]

export const firstPolicy = Object.fromEntries(policyNames.map(name => [name, policyTable[name].default])) as Policy

export function isPolicyName(name: string): name is PolicyName {
  return Object.hasOwn(policyTable, name)
}

/** Policies that concern sessions. */
export type SessionPolicy = {
  [N in PolicyName]: (typeof policyTable)[N] extends { ofSessions: true } ? N : never
}[PolicyName]

export function isSessionPolicy(name: PolicyName): name is SessionPolicy {
  return 'ofSessions' in policyTable[name]
}

export const sessionPolicies: readonly SessionPolicy[] = policyNames.filter(isSessionPolicy)

export const policiesOf = (group: PolicyGroup): PolicyName[] =>
  policyNames.filter(name => policyTable[name].group === group)

/** Reads a stored policy; a policy that this version adds has its default until it is set. */
export function readPolicy(json: string): Policy {
  return { ...firstPolicy, ...(JSON.parse(json) as Partial<Policy>) }
}

/**
 * The longest lifetime of an access token of any policy, in seconds: a token with a longer one was not issued by us.
 */
export const longestAccessLifetime = policyTable.access_token_lifetime.max
/** The longest lifetime of a refresh token, in seconds. */
export const longestRefreshLifetime = policyTable.refresh_token_lifetime.max
