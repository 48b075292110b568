// What a received token may be exchanged for (RFC 8693), so that an application can call another resource server on the
// user's behalf. An administrator defines one rule for each target; the user is not asked again: the user consented to
// what the first resource server does, and which services help it is the operator's own affair. Pure.
import { type Actor, countActors, mostActors } from '../protocol/claims.js'
import { registeredResource, scopeWordsOf } from '../protocol/scopes.js'
import { type ApplicationTerms, type ExchangeRule, permissionsFor } from './application-metadata.js'
import type { ResourceServer, Target } from './session-scope.js'

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** RFC 8693 §3: the only token type that is accepted, and issued. */
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

/** Parameters of the request. `audience`: targets by the name of the application (RFC 8693 §2.1). */
export type ExchangeRequest = { scope: string | undefined; resource: readonly string[]; audience: readonly string[] }

export type ExchangeTarget =
  | Target
  | { refused: 'invalid_scope' | 'invalid_target'; why?: 'one_resource_at_a_time' | 'resource_unnamed' }

type NamedServer = ResourceServer & { id: string }

/**
 * The audience of the new token, and its scope: of the rules whose conditions the subject token fulfils. The scopes
 * of OpenID Connect never pass: they belong to the application that the user signed in to.
 * @param had scope of the token that was sent
 * @param servers that are active now, but for our own: an exchanged token is never for this server
 */
export function exchangeTarget(
  { scope, resource, audience }: ExchangeRequest,
  had: string,
  rules: readonly ExchangeRule[],
  servers: readonly NamedServer[],
): ExchangeTarget {
  const words = scopeWordsOf(had)
  const inForce = rules.filter(({ subject_scope: needed = [] }) => needed.every(word => words.includes(word)))
  const may = servers.filter(server => inForce.some(rule => rule.resource === server.resource))
  const named = [
    ...resource.map(name => serverBy(may, name)),
    ...audience.map(name => may.find(one => one.id === name) ?? serverBy(may, name)),
  ]
  if (named.some(one => one === undefined)) return { refused: 'invalid_target' }
  const [server, ...others] = new Set(named.length > 0 ? named : may)
  if (others.length > 0)
    return { refused: 'invalid_target', why: named.length > 0 ? 'one_resource_at_a_time' : 'resource_unnamed' }
  if (!server) return { refused: 'invalid_target' }

  const ofServer = inForce.filter(rule => rule.resource === server.resource)
  const allowed = new Set(ofServer.flatMap(rule => rule.scope ?? []).filter(word => server.scopes.includes(word)))
  // A rule whose words no longer exist grants nothing; a rule without words is for a server that goes by roles or
  // permissions.
  if (allowed.size === 0 && ofServer.every(rule => rule.scope)) return { refused: 'invalid_target' }
  const wanted = scope === undefined ? [...allowed] : scopeWordsOf(scope)
  if (wanted.some(word => !allowed.has(word))) return { refused: 'invalid_scope' }
  return { audience: server.resource, scope: wanted.join(' ') }
}

function serverBy(servers: readonly NamedServer[], name: string): NamedServer | undefined {
  const registered = registeredResource(
    name,
    servers.map(one => one.resource),
  )
  return servers.find(one => one.resource === registered)
}

/** The applications that a token came through, the one that it was issued to first. */
export function actorsOf({ act, client_id }: { act?: Actor; client_id: string }): string[] {
  return act ? [act.sub, ...(act.act ? actorsOf({ act: act.act, client_id }) : [])] : [client_id]
}

/**
 * RFC 8693 §4.1: the present actor, with the former ones nested in it; the innermost is the application that the user
 * signed in to, by which the session can end.
 * @returns null where the token came through too many
 */
export function actorNow(id: string, before: { act?: Actor; client_id: string }): Actor | null {
  const act = { sub: id, act: before.act ?? { sub: before.client_id } }
  return countActors(act) > mostActors ? null : act
}

/**
 * Roles and permissions of the new token: no more than the subject token's, and than each application that it came
 * through may have.
 * @param through those applications, and the one that asks
 * @param user as it is now
 */
export function narrowerRights(
  sent: { scope?: string; roles: readonly string[]; permissions?: readonly string[] },
  through: readonly Pick<ApplicationTerms, 'origin' | 'metadata'>[],
  user: { roles: readonly string[]; allPermissions: readonly string[] },
): { roles: string[]; permissions: string[] } {
  const subjectPermissions = sent.permissions && new Set(sent.permissions)
  // Where they were too many for the token, it would have had those that each application lists.
  const permissions = through.reduce(
    (left, one) => permissionsFor(one, 'roles', left),
    user.allPermissions.filter(permission => subjectPermissions?.has(permission) ?? true),
  )
  // None for an application that may not know them; otherwise all, as the log matches on them.
  return sent.roles.length > 0 ? { roles: [...user.roles], permissions } : { roles: [], permissions }
}
