// The Koa application: the steps that all requests pass through, and then the steps of the route's row. Hot routes have
// a shorter way through the same steps (fast-path/).
import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import { createFastPath, type FastPath } from './fast-path/fast-path.js'
import type { Context, Step, WriteRefusal } from './handler.js'
import { createHttpServer, type Listening } from './http-server.js'
import type { AnyAccess } from './kinds/kind.js'
import { createErrors, type ErrorsDeps } from './middleware/errors.js'
import { createFailureLog, type FailureLogDeps } from './middleware/failure-log.js'
import type { LoadShedding } from './middleware/load-shedding.js'
import { createRequest, type RequestDeps } from './middleware/request.js'
import { createRouter, type RouterDeps } from './router.js'
import { createUnparsed, type RefuseUnparsed } from './unparsed.js'

export type KoaDeps<N extends string, A extends AnyAccess> = RouterDeps<N, A> & {
  log: RequestDeps['log'] & ErrorsDeps['log'] & FailureLogDeps['log']
  shedding: LoadShedding
} & Omit<RequestDeps, 'log'>

export function createKoa<N extends string, A extends AnyAccess>(deps: KoaDeps<N, A>): Application {
  const { log, shedding, uuid } = deps
  const { router, dispatch, fast, notFound, presenterNear } = createRouter(deps)
  const present: WriteRefusal = (ctx, refusal) => {
    if (ctx.state.writeRefusal) return ctx.state.writeRefusal(ctx, refusal)
    const { write, headers } = presenterNear(ctx.path)
    ctx.set(headers)
    return write(ctx, refusal)
  }
  const noteFailure = createFailureLog({ log })
  const first: Step[] = [createRequest(deps), createErrors({ present, noteFailure, log })]

  const fastPath = createFastPath({ routes: fast, first, shedding, noteFailure, uuid, log })
  const app = new Application(fastPath, createUnparsed({ presenter: deps.presenters.api, uuid, log }))
  // Only broken connections, and errors thrown by the error middleware itself, reach Koa's own error handler.
  app.silent = true
  app.on('error', error => log.debug({ err: error }, 'a connection failed'))
  for (const step of first) app.use(step as unknown as Koa.Middleware)
  // A test finds the router in the application by this property.
  app.use(Object.assign((ctx: Koa.Context, next: Koa.Next) => dispatch(ctx as unknown as Context, next), { router }))
  app.use((ctx, next) => notFound(ctx as unknown as Context, next))
  return app
}

export class Application extends Koa {
  constructor(
    private readonly fastPath: FastPath,
    private readonly refuseUnparsed: RefuseUnparsed,
  ) {
    super()
  }

  override callback(): ReturnType<Koa['callback']> {
    const long = super.callback()
    return async (request, response) => {
      if (!this.fastPath(request as IncomingMessage, response as ServerResponse)) await long(request, response)
    }
  }

  /** An HTTP server for the application, which does not listen yet. */
  createServer(times?: Parameters<typeof createHttpServer>[2]): Listening {
    return createHttpServer(this.callback(), this.refuseUnparsed, times)
  }
}
