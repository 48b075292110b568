// Middleware for every request: the header `X-Request-Id`, the client's IP address behind trusted proxies
// (TRUST_PROXY), and a debug log line with status and duration.
import proxyAddr from 'proxy-addr'
import { withoutApiKeys } from '../../policy/api-key.js'
import type { Step } from '../handler.js'
import { callerOf, type ForwardedHeader, type ForwardedNode } from './forwarded.js'

export type RequestDeps = {
  /** Trusted proxies: the number of hops, or networks. */
  trustProxy: number | string[]
  forwardedHeader: ForwardedHeader
  uuid: () => string
  log: { debug(details: object, message: string): void }
}

/** Sets the request id and the client's address, and logs each request at debug level. Never logs a query or a body. */
export function createRequest({ trustProxy, forwardedHeader, uuid, log }: RequestDeps): Step {
  const trust = trustOf(trustProxy)

  return async (ctx, next) => {
    const begun = performance.now()
    const { state } = ctx
    state.requestId = uuid()
    state.address = callerOf(ctx.req.socket.remoteAddress, forwardedHeader, ctx.get(forwardedHeader), trust) ?? ''
    ctx.set('X-Request-Id', state.requestId)
    await next()
    log.debug(
      {
        requestId: state.requestId,
        method: ctx.method,
        path: withoutApiKeys(ctx.path),
        status: ctx.status,
        ms: Math.round(performance.now() - begun),
        user: state.claims?.sub ?? state.apiKey?.userId,
        apiKey: state.apiKey?.id,
      },
      'request',
    )
  }
}

/** Whether a hop is trusted; a hop without an address belongs to no network. */
function trustOf(trustProxy: number | string[]): (node: ForwardedNode, hop: number) => boolean {
  if (typeof trustProxy === 'number') return (_, hop) => hop < trustProxy
  const isTrusted = proxyAddr.compile(trustProxy)
  return (node, hop) => node !== null && isTrusted(node, hop)
}
