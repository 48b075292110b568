// The audience and scope of a session's tokens: one resource server, and of the granted scope the words that belong to
// it.
import { refuse } from '../protocol/errors.js'
import { registeredResource } from '../protocol/scopes.js'
import { type ApplicationMetadata, type ApplicationTerms, scopeWords, standardScopes } from './application-metadata.js'

export type ResourceServer = { resource: string; scopes: readonly string[] }

/** @param active resource servers that are active now; our own row has no identifier, so the issuer is used */
export function resourceServersOf(
  active: readonly Pick<ApplicationTerms, 'resource' | 'resourceScopes'>[],
  issuer: string,
): ResourceServer[] {
  return active.map(({ resource, resourceScopes }) => ({
    resource: resource ?? issuer,
    scopes: resourceScopes.map(scope => scope.name),
  }))
}

export type Target = { audience: string; scope: string }

/**
 * Of the granted scopes a token has those that the application may still have and the resource server still knows: of
 * the requested resource server, or of the only one whose scopes were granted; beside them the standard ones.
 * @param servers that are active now
 * @param otherwise the audience of a token that is for none of them
 */
export function targetOf(
  session: { scope: string; resources: readonly string[] },
  { scope: ownScope = '' }: Pick<ApplicationMetadata, 'scope'>,
  servers: readonly ResourceServer[],
  otherwise: string,
): Target {
  const may = new Set(scopeWords(ownScope))
  const granted = scopeWords(session.scope).filter(word => may.has(word))
  const [named, ...others] = session.resources
  const candidates =
    named !== undefined && others.length === 0
      ? servers.filter(server => server.resource === named)
      : servers.filter(
          server =>
            (named === undefined || session.resources.includes(server.resource)) &&
            server.scopes.some(scope => granted.includes(scope)),
        )
  const server = candidates.length === 1 ? candidates[0] : undefined
  const known = new Set<string>([...standardScopes, ...(server?.scopes ?? [])])
  // The requested one is no resource server any more: no other gets what was meant for it.
  const audience = server?.resource ?? (others.length === 0 ? named : undefined) ?? otherwise
  return { audience, scope: granted.filter(word => known.has(word)).join(' ') }
}

/** Narrowing in a token request; absent members: all that was granted. */
export type AskedTarget = { scope?: string | undefined; resource?: readonly string[] }

export const isAskedFor = ({ scope, resource = [] }: AskedTarget): boolean => scope !== undefined || resource.length > 0

/**
 * The granted scope and resources, narrowed by a token request: that concerns one token, and never the session.
 * @param servers that are active now
 * @throws invalid_scope (RFC 6749 §6: more than was granted), invalid_target (RFC 8707 §2.2: not one of those that
 *   the grant is for; also two at once, as a token has one audience)
 */
export function narrowed(
  granted: { scope: string; resources: readonly string[] },
  { scope, resource: [asked, ...others] = [] }: AskedTarget,
  servers: readonly ResourceServer[],
): { scope: string; resources: readonly string[] } {
  const had = scopeWords(granted.scope)
  const words = scope === undefined ? had : [...new Set(scopeWords(scope))]
  if (words.some(word => !had.includes(word))) throw refuse('invalid_scope')
  if (asked === undefined) return { scope: words.join(' '), resources: granted.resources }
  const named = granted.resources
  const may = servers.filter(server =>
    named.length > 0 ? named.includes(server.resource) : server.scopes.some(word => had.includes(word)),
  )
  const registered = registeredResource(
    asked,
    may.map(server => server.resource),
  )
  if (registered === undefined || others.length > 0) throw refuse('invalid_target')
  return { scope: words.join(' '), resources: [registered] }
}
