// darvoza/verifier/koa: `router.post('/orders', requireToken(verifier, { permission: 'orders:write' }), create)`, or
// `app.use(protect(verifier, { open: ['GET /healthz'] }))` for all of an application. What the token says is `ctx.state.token`.
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

/** The part of Koa's context that is used. */
export type KoaContext = {
  req: IncomingMessage
  method: string
  originalUrl: string
  /** With `app.proxy`, as the proxy sends them. */
  protocol: string
  host: string
  // biome-ignore lint/suspicious/noExplicitAny: the application's own, whatever it is
  state: any
  status: number
  body: unknown
  set(fields: Record<string, string>): void
}

export type KoaMiddleware = (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void>

export type ProtectOptions = ProtectRules & RequireTokenOptions

/** For one route. @throws TypeError for invalid options */
export function requireToken(
  verifier: TokenVerifier,
  access: Access = {},
  options: RequireTokenOptions = {},
): KoaMiddleware {
  requireAccess(access)
  return middleware(verifier, options, scopesIn([access]), () => access)
}

/**
 * For all middleware after it: closed, except for what `open` lists. Rows are about the whole path as the client sent
 * it.
 * @throws TypeError for invalid rows and options
 */
export function protect(verifier: TokenVerifier, options: ProtectOptions = {}): KoaMiddleware {
  const routes = createProtectedRoutes(options)
  return middleware(verifier, options, routes.scopes, ctx =>
    routes.accessOf(ctx.method, [ctx.originalUrl], isPreflight(ctx.req.headers)),
  )
}

/** The claims of this request's token. @throws Error where none was required */
export function tokenOf(ctx: Pick<KoaContext, 'state'>): VerifiedClaims {
  const { token } = ctx.state
  if (!token) throw new Error('no token: neither requireToken nor protect stands before this')
  return token
}

function middleware(
  verifier: TokenVerifier,
  options: RequireTokenOptions,
  scopes: readonly string[],
  accessOf: (ctx: KoaContext) => Access,
): KoaMiddleware {
  const gate = createTokenGate(verifier, options, scopes)
  return async (ctx, next) => {
    const request = requestOf(ctx)
    const metadata = gate.metadataFor(request)
    if (metadata) return answer(ctx, metadata)
    try {
      const claims = await gate.admit(request, () => accessOf(ctx))
      if (claims) ctx.state.token = claims
    } catch (error) {
      if (!(error instanceof RefusedRequest) || options.onRefusal === 'throw') throw error
      return answer(ctx, error)
    }
    await next()
  }
}

function answer(ctx: KoaContext, { status, headers, body }: GivenAnswer): void {
  ctx.status = status
  ctx.set(headers)
  ctx.body = body
}

function requestOf({ req, method, originalUrl, protocol, host }: KoaContext): TokenRequest {
  const { headers, rawHeaders } = req
  return { method, target: originalUrl, origin: `${protocol}://${host}`, headers, rawHeaders, request: req }
}
