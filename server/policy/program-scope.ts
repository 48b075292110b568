// Audience and scope of an application's own token (client credentials, RFC 6749 §4.4): as for a session
// (session-scope.ts), but without a user it gets only scopes of resource servers, and not those that act for a user.

import { registeredResource, scopeWordsOf } from '../protocol/scopes.js'
import type { ApplicationMetadata } from './application-metadata.js'
import type { ResourceServer, Target } from './session-scope.js'

/** Parameters of the request; `scope` undefined where it has none. */
export type ProgramRequest = { scope: string | undefined; resources: readonly string[] }

export type ProgramTarget =
  | Target
  | { refused: 'invalid_scope' | 'invalid_target'; why?: 'one_resource_at_a_time' | 'resource_unnamed' }

/** Scopes that act for a signed-in user. */
const ofPersons: ReadonlySet<string> = new Set(['darvoza:account', 'darvoza:admin'])

/**
 * @param servers that are active now
 * @param otherwise the audience of a token without a scope of any of them
 */
export function programTarget(
  { scope, resources }: ProgramRequest,
  { scope: ownScope = '' }: Pick<ApplicationMetadata, 'scope'>,
  servers: readonly ResourceServer[],
  otherwise: string,
): ProgramTarget {
  const known = new Set(servers.flatMap(server => server.scopes).filter(word => !ofPersons.has(word)))
  const may = scopeWordsOf(ownScope).filter(word => known.has(word))
  // RFC 6749 §3.3: the default is all that it may have.
  const wanted = scope === undefined ? may : scopeWordsOf(scope)
  if (wanted.some(word => !may.includes(word))) return { refused: 'invalid_scope' }
  const ofServer = (server: ResourceServer) => wanted.filter(word => server.scopes.includes(word))
  const forServer = (server: ResourceServer) => ({ audience: server.resource, scope: ofServer(server).join(' ') })

  const [named, ...others] = resources
  if (others.length > 0) return { refused: 'invalid_target', why: 'one_resource_at_a_time' }
  if (named !== undefined) {
    const registered = registeredResource(
      named,
      servers.map(one => one.resource),
    )
    const server = servers.find(one => one.resource === registered)
    return server && ofServer(server).length > 0 ? forServer(server) : { refused: 'invalid_target' }
  }
  const candidates = servers.filter(server => ofServer(server).length > 0)
  if (candidates.length === 0) return { audience: otherwise, scope: '' }
  const server = candidates.length === 1 ? candidates[0] : candidates.find(one => one.resource === otherwise)
  // RFC 8707 §2.1: no token rather than one for no resource server.
  return server ? forServer(server) : { refused: 'invalid_target', why: 'resource_unnamed' }
}
