// darvoza/verifier/express: `app.post('/orders', requireToken(verifier, { permission: 'orders:write' }), create)`, or
// `app.use(protect(verifier, { open: ['GET /healthz'] }))` for all of an application. What the token says is `req.token`.
//
// A refusal is answered here, since Express would write a page of HTML; with `onRefusal: 'throw'` it goes to `next(error)`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { requireAccess } from './check-access.js'
import type { VerifiedClaims } from './claims.js'
import { originOf, writeAnswer } from './node-answer.js'
import { createProtectedRoutes, isPreflight, type ProtectRules } from './protected-routes.js'
import { createTokenGate, RefusedRequest, type RequireTokenOptions, type TokenVerifier } from './require-token.js'
import { scopesIn } from './resource-metadata.js'
import type { Access, TokenRequest } from './token-request.js'

export * from './decorators.js'
export type { RefusalContext, RefusalTexts } from './refusal-body.js'
export { RefusedRequest, type RequireTokenOptions } from './require-token.js'
export type { ResourceMetadata } from './resource-metadata.js'
export type { Access, RouteNeeds } from './token-request.js'

/** The part of Express's request that is used; `token` is set on it. */
export type ExpressRequest = IncomingMessage & {
  originalUrl?: string
  baseUrl?: string
  /** With `trust proxy`, as the proxy sends it. */
  protocol?: string
  token?: VerifiedClaims
}

export type ExpressHandler = (req: ExpressRequest, res: ServerResponse, next: (error?: unknown) => void) => void

export type ProtectOptions = ProtectRules & RequireTokenOptions

/** For one route, or one router. @throws TypeError for invalid options */
export function requireToken(
  verifier: TokenVerifier,
  access: Access = {},
  options: RequireTokenOptions = {},
): ExpressHandler {
  requireAccess(access)
  return handler(verifier, options, scopesIn([access]), () => access)
}

/**
 * For all handlers after it: closed, except for what `open` lists. Rows are about the whole path as the client sent
 * it, also where this is mounted below one.
 * @throws TypeError for invalid rows and options
 */
export function protect(verifier: TokenVerifier, options: ProtectOptions = {}): ExpressHandler {
  const routes = createProtectedRoutes(options)
  return handler(verifier, options, routes.scopes, req => {
    const { method = '', originalUrl, baseUrl = '', url = '' } = req
    return routes.accessOf(method, [originalUrl ?? url, `${baseUrl}${url}`], isPreflight(req.headers))
  })
}

/** The claims of this request's token. @throws Error where none was required */
export function tokenOf(req: object): VerifiedClaims {
  const { token } = req as ExpressRequest
  if (!token) throw new Error('no token: neither requireToken nor protect stands before this')
  return token
}

function handler(
  verifier: TokenVerifier,
  options: RequireTokenOptions,
  scopes: readonly string[],
  accessOf: (req: ExpressRequest) => Access,
): ExpressHandler {
  const gate = createTokenGate(verifier, options, scopes)

  async function judge(req: ExpressRequest, res: ServerResponse): Promise<boolean> {
    const request = requestOf(req)
    const metadata = gate.metadataFor(request)
    if (metadata) {
      writeAnswer(res, metadata)
      return false
    }
    try {
      const claims = await gate.admit(request, () => accessOf(req))
      if (claims) req.token = claims
      return true
    } catch (error) {
      if (!(error instanceof RefusedRequest) || options.onRefusal === 'throw') throw error
      writeAnswer(res, error)
      return false
    }
  }

  return (req, res, next) => {
    // `next` is called outside of the promise: its exceptions must not be caught here.
    judge(req, res).then(
      passed => {
        if (passed) next()
      },
      error => next(error),
    )
  }
}

function requestOf(req: ExpressRequest): TokenRequest {
  const { method = '', originalUrl, url = '', headers, rawHeaders, protocol } = req
  return { method, target: originalUrl ?? url, origin: originOf(req, protocol), headers, rawHeaders, request: req }
}
