// The fast path: hot routes (`fast` in their row of the route table) are answered without Koa if the request is an
// ordinary one. Steps, handler and the bytes of the answer are the same; all other requests go through Koa.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Refusal } from '../../protocol/errors.js'
import { type Context, inTurn, type Step } from '../handler.js'
import type { LogFailure } from '../middleware/failure-log.js'
import type { LoadShedding } from '../middleware/load-shedding.js'
import { createKeptRefusals, type KeptRefusals } from './kept-refusals.js'
import { PlainContext } from './plain-context.js'

/** A route of the fast path. `types`: the media types that its body may have; null if it has no body. */
export type FastRoute = { step: Step; types: readonly string[] | null; isShed: boolean }

export type FastPathDeps = {
  /** Routes by method and path, such as `POST /api/token/verify`. */
  routes: ReadonlyMap<string, FastRoute>
  /** The steps that all requests pass through first. */
  first: readonly Step[]
  shedding: Pick<LoadShedding, 'whyNot'>
  noteFailure: LogFailure
  uuid: () => string
  log: { debug(details: object, message: string): void }
}

type Ready = { run: Step; types: ReadonlySet<string> | null; refused: KeptRefusals | null }

/** The longest body that the fast path reads, in bytes; longer ones are read, or refused, by Koa's body parser. */
const largestBody = 65_536

/** The usual spellings of a media type with its charset; requests with any other spelling go through Koa. */
const spellings = (type: string) => [type, `${type}; charset=utf-8`, `${type};charset=utf-8`, `${type};charset=UTF-8`]

export function createFastPath({ routes, first, shedding, noteFailure, uuid, log }: FastPathDeps) {
  const ready = new Map<string, Ready>(
    [...routes].map(([key, { step, types, isShed }]) => [
      key,
      {
        run: inTurn([...first, step]),
        types: types && new Set(types.flatMap(spellings)),
        refused: isShed ? createKeptRefusals({ noteFailure, uuid }) : null,
      },
    ]),
  )

  /** Runs a route's steps and sends the answer. @returns whether the steps made the answer; false if they threw */
  async function answer(run: Step, ctx: PlainContext): Promise<boolean> {
    try {
      await run(ctx as unknown as Context, async () => {})
      ctx.respond()
      return true
    } catch (error) {
      // Only the error middleware itself can throw here; it turns all other errors into answers and logs them.
      log.debug({ err: error }, 'a connection failed')
      if (!ctx.res.headersSent) ctx.res.writeHead(500)
      ctx.res.end()
      return false
    }
  }

  /** Refuses a request under load. The steps of a route make its first refusal; later ones are copies of it. */
  async function refuse(run: Step, refused: KeptRefusals, refusal: Refusal, ctx: PlainContext): Promise<void> {
    if (refused.answer(ctx, refusal)) return
    if (await answer(run, ctx)) refused.keep(ctx, refusal)
  }

  /** Answers a request if it can. @returns whether it does; otherwise Koa has to */
  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const route = ready.get(`${req.method} ${req.url}`)
    if (!route || !isUsual(req.headers, route.types)) return false
    const ctx = new PlainContext(req, res)
    const { run, refused } = route
    // A request that does not accept JSON gets 406 from the steps, before they check the load.
    if (refused?.isAlike(req.headers)) ctx.state.shed = shedding.whyNot()
    if (refused && ctx.state.shed) void refuse(run, refused, ctx.state.shed, ctx)
    else void answer(run, ctx)
    return true
  }
}

export type FastPath = ReturnType<typeof createFastPath>

function isUsual(headers: IncomingHttpHeaders, types: ReadonlySet<string> | null): boolean {
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return false
  if (types === null)
    return (
      headers['content-length'] === undefined &&
      headers['if-none-match'] === undefined &&
      headers['if-modified-since'] === undefined
    )
  const length = Number(headers['content-length'])
  return length > 0 && length <= largestBody && types.has(headers['content-type'] ?? '')
}
