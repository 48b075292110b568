// darvoza/verifier/node, for servers without a framework:
//   const orders = requireToken(verifier, { permission: 'orders:write' })
//   createServer(async (req, res) => { const token = await orders(req, res); if (!token) return; … })
// or `createServer(protect(verifier, { open: ['GET /healthz'] }, listener))` for all of it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuse } from '../protocol/errors.js'
import { requireAccess } from './check-access.js'
import type { VerifiedClaims } from './claims.js'
import { originOf, writeAnswer } from './node-answer.js'
import { createProtectedRoutes, isPreflight, type ProtectRules } from './protected-routes.js'
import { createTokenGate, RefusedRequest, type RequireTokenOptions, type TokenVerifier } from './require-token.js'
import { scopesIn } from './resource-metadata.js'
import type { Access, RouteNeeds, TokenRequest } from './token-request.js'

export * from './decorators.js'
export type { RefusalContext, RefusalTexts } from './refusal-body.js'
export { RefusedRequest, type RequireTokenOptions } from './require-token.js'
export type { ResourceMetadata } from './resource-metadata.js'
export type { Access, RouteNeeds } from './token-request.js'

export type NodeOptions = RequireTokenOptions & {
  /**
   * Called with an exception that is no refusal; the request is answered with 500. Default: a warning of the process.
   */
  onFault?: (error: unknown) => void
}

export type ProtectOptions = ProtectRules & NodeOptions

/** `token` is null where the rules require none and the request has none. */
export type NodeListener = (req: IncomingMessage, res: ServerResponse, token: VerifiedClaims | null) => unknown

/**
 * @returns a function that resolves with the token's claims, or with null once it has answered
 * @throws TypeError for invalid options
 */
export function requireToken(
  verifier: TokenVerifier,
  needs: Omit<RouteNeeds, 'optional'> = {},
  options: NodeOptions = {},
) {
  requireAccess(needs)
  const judge = judgeOf(verifier, options, scopesIn([needs]), () => ({ ...needs, optional: false }))
  return async (req: IncomingMessage, res: ServerResponse): Promise<VerifiedClaims | null> => {
    const judged = await judge(req, res)
    return judged?.claims ?? null
  }
}

/** For all requests: closed, except for what `open` lists. @throws TypeError for invalid rows and options */
export function protect(verifier: TokenVerifier, options: ProtectOptions, listener: NodeListener) {
  const routes = createProtectedRoutes(options)
  const judge = judgeOf(verifier, options, routes.scopes, ({ method = '', url = '', headers }) =>
    routes.accessOf(method, [url], isPreflight(headers)),
  )
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const judged = await judge(req, res)
    if (judged) await listener(req, res, judged.claims)
  }
}

function judgeOf(
  verifier: TokenVerifier,
  options: NodeOptions,
  scopes: readonly string[],
  accessOf: (req: IncomingMessage) => Access,
) {
  const gate = createTokenGate(verifier, options, scopes)
  const { onFault = error => process.emitWarning(error instanceof Error ? error : String(error)) } = options

  /** @returns null once it has answered */
  return async (req: IncomingMessage, res: ServerResponse): Promise<{ claims: VerifiedClaims | null } | null> => {
    const request = requestOf(req)
    const metadata = gate.metadataFor(request)
    if (metadata) {
      writeAnswer(res, metadata)
      return null
    }
    try {
      return { claims: await gate.admit(request, () => accessOf(req)) }
    } catch (error) {
      if (options.onRefusal === 'throw') throw error
      if (error instanceof RefusedRequest) writeAnswer(res, error)
      else {
        // No caller above would answer, and an unhandled rejection ends the process.
        onFault(error)
        writeAnswer(res, gate.refused(refuse('server_error'), null, request, {}))
      }
      return null
    }
  }
}

function requestOf(req: IncomingMessage): TokenRequest {
  const { method = '', url = '', headers, rawHeaders } = req
  return { method, target: url, origin: originOf(req), headers, rawHeaders, request: req }
}
