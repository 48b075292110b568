// The Koa application that tables make: what every request passes through, and behind it what the row of its route says.
import Koa from 'koa'
import type { Context, WriteRefusal } from './handler.js'
import type { AnyAccess } from './kinds/kind.js'
import { createErrors, type ErrorsDeps } from './middleware/errors.js'
import { createRequest, type RequestDeps } from './middleware/request.js'
import { createSecurityHeaders } from './middleware/security-headers.js'
import { createRouter, type RouterDeps } from './router.js'

export type KoaDeps<N extends string, A extends AnyAccess> = RouterDeps<N, A> & {
  issuer: string
  log: RequestDeps['log'] & ErrorsDeps['log']
} & Omit<RequestDeps, 'log'>

export function createKoa<N extends string, A extends AnyAccess>(deps: KoaDeps<N, A>): Koa {
  const { issuer, log } = deps
  const { router, dispatch, notFound, presenterNear } = createRouter(deps)
  const present: WriteRefusal = (ctx, refusal) => (ctx.state.writeRefusal ?? presenterNear(ctx.path))(ctx, refusal)

  const app = new Koa()
  // What reaches Koa's own handler is a broken connection, or a mistake in the error middleware itself.
  app.silent = true
  app.on('error', error => log.debug({ err: error }, 'a connection failed'))
  app.use(createRequest(deps))
  app.use(createErrors({ present, log }))
  app.use(createSecurityHeaders(issuer))
  app.use((ctx, next) => {
    // RFC 6749 §5.1: answers with tokens are never stored; what may be says so itself.
    ctx.set('Cache-Control', 'no-store')
    return next()
  })
  // By this a test finds the router in the application.
  app.use(Object.assign((ctx: Koa.Context, next: Koa.Next) => dispatch(ctx as unknown as Context, next), { router }))
  app.use((ctx, next) => notFound(ctx as unknown as Context, next))
  return app
}
