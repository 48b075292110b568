import type { Middleware } from 'koa'
import type { AccessClaims } from '../../protocol/claims.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Inspect } from '../../tokens/inspect.js'
import type { State } from '../handler.js'
import type { Access } from '../routes.js'

export type GuardDeps = {
  inspect: Inspect
  /** Whose tokens may act on people and their sessions without a scope. */
  ownApplication: string
}

/** Lets through whom the route's row in the table names. Cookies are never read here. */
export function createGuard({ inspect, ownApplication }: GuardDeps) {
  return function guard(access: Access): Middleware {
    if (access.kind === 'open') return (_, next) => next()
    return async (ctx, next) => {
      const claims = await bearer(ctx.get('Authorization'))
      // A token of another application must not act as its user, unless it was given the scope to.
      const scope = access.kind === 'person' ? 'darvoza:account' : 'darvoza:admin'
      if (claims.client_id !== ownApplication && !claims.scope?.split(' ').includes(scope)) {
        throw refuse('insufficient_scope', { headers: { 'WWW-Authenticate': insufficientScope(scope) } })
      }
      if (claims.sid === undefined) throw refuse('insufficient_scope')
      if (access.kind === 'permission' && !claims.permissions?.includes(access.permission))
        throw refuse('permission_denied')
      ;(ctx.state as State).claims = claims
      await next()
    }
  }

  async function bearer(header: string): Promise<AccessClaims> {
    // As simplejwt reads it: another scheme, also `bearer`, is no credential at all.
    const parts = header.split(' ').filter(Boolean)
    if (parts[0] !== 'Bearer') throw refuse('not_authenticated')
    if (parts.length !== 2) throw refuse('bad_authorization_header')
    try {
      return await inspect.access(parts[1]!)
    } catch (error) {
      if (error instanceof Refusal && error.status === 401)
        throw new Refusal(error.code, { ...error.details, inHeader: true })
      throw error
    }
  }
}

/** RFC 6750 §3.1 */
function insufficientScope(scope: string): string {
  return `Bearer realm="api", error="insufficient_scope", scope="${scope}"`
}
