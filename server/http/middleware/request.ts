import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import proxyAddr from 'proxy-addr'
import type { State } from '../handler.js'

export type RequestDeps = {
  /** Hops, or networks, whose X-Forwarded-For counts. */
  trustProxy: number | string[]
  uuid: () => string
  log: { debug(details: object, message: string): void }
}

/** Gives each request an id and the caller's address, and says in the debug log how it went. Never logs a query or a body. */
export function createRequest({ trustProxy, uuid, log }: RequestDeps): Middleware {
  const trust =
    typeof trustProxy === 'number' ? (_: string, hop: number) => hop < trustProxy : proxyAddr.compile(trustProxy)

  return async (ctx, next) => {
    const begun = performance.now()
    const state = ctx.state as State
    state.requestId = uuid()
    state.address = addressOf(ctx.req, trust)
    ctx.set('X-Request-Id', state.requestId)
    await next()
    log.debug(
      {
        requestId: state.requestId,
        method: ctx.method,
        path: ctx.path,
        status: ctx.status,
        ms: Math.round(performance.now() - begun),
        user: state.claims?.sub,
      },
      'request',
    )
  }
}

/** A forwarded address is whatever the header says: what is none is cut off rather than stored. */
function addressOf(request: IncomingMessage, trust: (address: string, hop: number) => boolean): string {
  const address = proxyAddr(request, trust) ?? ''
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '')
  return /^[0-9a-fA-F:.]{2,45}$/.test(plain) ? plain : (request.socket.remoteAddress ?? '')
}
