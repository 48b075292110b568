// darvoza/verifier/fastify: `app.post('/orders', { onRequest: requireToken(verifier, { permission: 'orders:write' }) }, create)`,
// or `await app.register(protect(verifier, { open: ['GET /healthz'] }))` for all of an application. What the token says is
// `request.token`.
import type { IncomingMessage } from 'node:http'
import { requireAccess } from './check-access.js'
import type { VerifiedClaims } from './claims.js'
import { createProtectedRoutes, isPreflight, type ProtectRules } from './protected-routes.js'
import {
  createTokenGate,
  type GivenAnswer,
  RefusedRequest,
  type RequireTokenOptions,
  type TokenVerifier,
} from './require-token.js'
import { scopesIn } from './resource-metadata.js'
import type { Access, TokenRequest } from './token-request.js'

export * from './decorators.js'
export type { RefusalContext, RefusalTexts } from './refusal-body.js'
export { RefusedRequest, type RequireTokenOptions } from './require-token.js'
export type { ResourceMetadata } from './resource-metadata.js'
export type { Access, RouteNeeds } from './token-request.js'

/** The part of Fastify's request that is used; `token` is set on it. */
export type FastifyRequest = {
  raw: IncomingMessage
  method: string
  originalUrl: string
  /** With `trustProxy`, as the proxy sends them. */
  protocol: string
  host: string
  token?: VerifiedClaims
}

export type FastifyReply = {
  code(status: number): FastifyReply
  headers(values: Record<string, string>): FastifyReply
  send(body: unknown): FastifyReply
}

export type FastifyHook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

export type FastifyInstance = {
  hasRequestDecorator(name: string): boolean
  decorateRequest(name: string, value: null): unknown
  addHook(name: 'onRequest', hook: FastifyHook): unknown
}

export type FastifyPlugin = (app: FastifyInstance, options: object, done: (error?: Error) => void) => void

export type ProtectOptions = ProtectRules & RequireTokenOptions

/** For one route: its `onRequest` or `preHandler`. @throws TypeError for invalid options */
export function requireToken(
  verifier: TokenVerifier,
  access: Access = {},
  options: RequireTokenOptions = {},
): FastifyHook {
  requireAccess(access)
  return hook(verifier, options, scopesIn([access]), () => access)
}

/**
 * For all routes of the instance at which it is registered, and of those below, also for paths without a route:
 * closed, except for what `open` lists. Register it before other plugins.
 * @throws TypeError for invalid rows and options
 */
export function protect(verifier: TokenVerifier, options: ProtectOptions = {}): FastifyPlugin {
  const routes = createProtectedRoutes(options)
  const judge = hook(verifier, options, routes.scopes, ({ method, raw, originalUrl }) =>
    routes.accessOf(method, [originalUrl, raw.url ?? ''], isPreflight(raw.headers)),
  )
  const plugin: FastifyPlugin = (app, _, done) => {
    if (hasChildren(app)) return done(new Error(tooLate))
    if (!app.hasRequestDecorator('token')) app.decorateRequest('token', null)
    app.addHook('onRequest', judge)
    done()
  }
  // As fastify-plugin does: the hook belongs to the instance itself, not to a context of this plugin alone.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'darvoza' })
}

const tooLate = 'protect must be registered before other plugins: their routes would stay open'

/** A context that exists already has its own copy of the hooks, and would never get this one. */
function hasChildren(app: object): boolean {
  const children = Object.getOwnPropertySymbols(app).find(symbol => symbol.description === 'fastify.children')
  const some: unknown = children && Reflect.get(app, children)
  return Array.isArray(some) && some.length > 0
}

/** The claims of this request's token. @throws Error where none was required */
export function tokenOf(request: object): VerifiedClaims {
  const { token } = request as FastifyRequest
  if (!token) throw new Error('no token: neither requireToken nor protect stands before this')
  return token
}

function hook(
  verifier: TokenVerifier,
  options: RequireTokenOptions,
  scopes: readonly string[],
  accessOf: (request: FastifyRequest) => Access,
): FastifyHook {
  const gate = createTokenGate(verifier, options, scopes)
  // Fastify calls the handler unless a hook returns the reply that it has sent.
  const answer = (reply: FastifyReply, { status, headers, body }: GivenAnswer) =>
    reply.code(status).headers(headers).send(body)
  return async (request, reply) => {
    const asked = requestOf(request)
    const metadata = gate.metadataFor(asked)
    if (metadata) return answer(reply, metadata)
    try {
      const claims = await gate.admit(asked, () => accessOf(request))
      if (claims) request.token = claims
      return undefined
    } catch (error) {
      if (!(error instanceof RefusedRequest) || options.onRefusal === 'throw') throw error
      return answer(reply, error)
    }
  }
}

function requestOf({ raw, method, originalUrl, protocol, host }: FastifyRequest): TokenRequest {
  const { headers, rawHeaders } = raw
  return { method, target: originalUrl, origin: `${protocol}://${host}`, headers, rawHeaders, request: raw }
}
