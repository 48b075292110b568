// Token introspection (RFC 7662). An access token costs a signature check and look-ups in memory, a refresh token one
// read of its session, an API key one read of its row. Nothing is spent.
import { apiKeyPrefix, permissionsOfKey, scopesInForce } from '../policy/api-key.js'
import { type ApplicationTerms, ownApplicationId } from '../policy/application-metadata.js'
import type { AccessClaims, RefreshClaims } from '../protocol/claims.js'
import { Refusal } from '../protocol/errors.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { ApiKeyStanding } from '../storage/api-keys.js'
import type { ApiKeyLookup } from './api-key-lookup.js'
import { refuseToken } from './checks.js'
import type { AnyToken, Inspect } from './inspect.js'
import type { Rotate } from './rotate.js'

/** The introspection response (RFC 7662 §2.2); times are seconds. */
export type Introspection = { active: false } | ({ active: true } & Record<string, unknown>)

/** The application that introspects. */
export type IntrospectingApplication = Pick<ApplicationTerms, 'id' | 'resource' | 'metadata'>

/** §2.2: the response reveals neither the reason, nor whether there is such a token. */
const inactive = { active: false } as const

export type IntrospectDeps = {
  issuer: string
  inspect: Inspect
  rotate: Rotate
  apiKeyLookup: ApiKeyLookup
  applications: Pick<ApplicationsInForce, 'resourceServers'>
}

export function createIntrospect({ issuer, inspect, rotate, apiKeyLookup, applications }: IntrospectDeps) {
  async function introspectApiKey(
    text: string,
    { resource, metadata: { introspects = [] } }: IntrospectingApplication,
  ): Promise<Introspection> {
    const standing = await apiKeyLookup.find(text)
    if (!standing) return inactive
    const audience = standing.key.resource ?? issuer
    // A key is issued to no application: only its resource server may introspect it, and applications that introspect
    // for that one.
    if (audience !== resource && !introspects.includes(audience)) return inactive
    const isTaken = audience === issuer || applications.resourceServers().some(one => one.resource === audience)
    if (!isTaken) return inactive
    const code = apiKeyLookup.whyNot(standing)
    if (code === 'clock_jumped') throw refuseToken(code)
    return code ? inactive : ofApiKey(standing, audience, issuer)
  }

  async function introspection(token: string, requester: IntrospectingApplication): Promise<Introspection> {
    if (token.startsWith(apiKeyPrefix)) return introspectApiKey(token, requester)
    const issued = await inspect.issued(token)
    if (!mayKnow(requester, issued)) return inactive
    if (issued.kind === 'access') return ofAccess(issued.claims)
    const { session } = await rotate.check(issued.claims)
    return ofRefresh(issued.claims, session.scope)
  }

  /** @throws database_unavailable: a temporary failure is no answer */
  return async function introspect(token: string, requester: IntrospectingApplication): Promise<Introspection> {
    try {
      return await introspection(token, requester)
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return inactive
      throw error
    }
  }
}

export type Introspect = ReturnType<typeof createIntrospect>

/**
 * Who may introspect an access token: its client; its audience; an application that introspects for that, such as a
 * gateway. A refresh token: its client alone.
 */
function mayKnow(
  { id, resource, metadata: { introspects = [] } }: IntrospectingApplication,
  { kind, claims }: AnyToken,
): boolean {
  if (claims.client_id === id) return true
  return kind === 'access' && (claims.aud === resource || introspects.includes(claims.aud))
}

function ofAccess(claims: AccessClaims): Introspection {
  // An administrator knows the password: no resource server is to accept the token.
  if (claims.must_change_password) return inactive
  const { scope, username, sid, auth_time, permissions, permissions_omitted, act, cnf } = claims
  return {
    active: true,
    ...(scope && { scope }),
    ...common(claims),
    // RFC 9449 §6.2
    token_type: cnf ? 'DPoP' : 'Bearer',
    ...(cnf && { cnf }),
    ...(username !== undefined && { username }),
    ...(sid !== undefined && { sid }),
    // RFC 9470 §6.2
    ...(auth_time !== undefined && { auth_time }),
    roles: claims.roles,
    ...(permissions && { permissions }),
    ...(permissions_omitted && { permissions_omitted }),
    // RFC 8693 §4.1
    ...(act && { act }),
  }
}

/**
 * Without `token_type`: a refresh token gives no access (RFC 6749 §7.1), and must not be mistaken for an access
 * token.
 */
function ofRefresh(claims: RefreshClaims, scope: string): Introspection {
  const { username, sid, cnf } = claims
  return { active: true, ...(scope && { scope }), ...common(claims), username, sid, ...(cnf && { cnf }) }
}

function common({ client_id, exp, iat, sub, aud, iss, jti }: AccessClaims | RefreshClaims) {
  return { client_id, exp, iat, sub, aud, iss, jti }
}

/** `roles` is empty: a resource server that goes by roles would otherwise grant the key more than its scopes do. */
function ofApiKey({ key, user }: ApiKeyStanding, audience: string, issuer: string): Introspection {
  const scope = scopesInForce(key, user).join(' ')
  return {
    active: true,
    ...(scope && { scope }),
    client_id: ownApplicationId,
    ...(key.expiresAt !== null && { exp: Math.floor(key.expiresAt / 1000) }),
    iat: Math.floor(key.createdAt / 1000),
    sub: String(user.id),
    aud: audience,
    iss: issuer,
    jti: key.id,
    // The scheme of the Authorization header, with the name that Django REST framework uses.
    token_type: 'Token',
    username: user.username,
    roles: [],
    permissions: permissionsOfKey(key, user),
  }
}
