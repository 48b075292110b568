// Builds the router from the table of routes and the table of kinds; there are no other routes.
import Router from '@koa/router'
import { refuse } from '../protocol/errors.js'
import type { FastRoute } from './fast-path/fast-path.js'
import { type Context, type Handler, inTurn, type Step } from './handler.js'
import type { AnyAccess, Kind, Kinds, Senders } from './kinds/kind.js'
import { createAdmissionLimiter } from './middleware/admission-limiter.js'
import type { Bodies } from './middleware/body.js'
import { type BodyName, bodyTypes } from './middleware/body-types.js'
import { corsPolicies } from './middleware/cors.js'
import type { LoadShedding } from './middleware/load-shedding.js'
import { checkMembers, checkQuery } from './middleware/parameters.js'
import { createNearest } from './nearest.js'
import type { Presenter, Presenters } from './presenters.js'
import type { Method, RouteRow } from './route.js'
import { queryOf, type Waiting } from './waiting.js'

export type RouterDeps<N extends string, A extends AnyAccess> = {
  routes: Readonly<Record<N, RouteRow<A>>>
  handlers: Readonly<Record<N, Handler>>
  kinds: Kinds<A>
  senders: Senders
  presenters: Presenters
  bodies: Bodies
  waiting: Waiting
  shedding: Pick<LoadShedding, 'enter' | 'count'>
}

export function createRouter<N extends string, A extends AnyAccess>(deps: RouterDeps<N, A>) {
  const { handlers, kinds, senders, presenters, bodies, waiting, shedding } = deps
  const rows = Object.entries(deps.routes) as [N, RouteRow<A>][]
  // The compiler has checked that the kind named by an access has that type of access.
  const kindOf = ({ access }: RouteRow<A>) => kinds[access.kind as A['kind']] as unknown as Kind<A>
  const limiter = createAdmissionLimiter()

  /** Sets the presenter of a route's kind: it writes every later error. */
  function answerAs(kind: Kind<A>): Step {
    const { accepts, write, headers } = presenters[kind.presenter]
    const cors = corsPolicies[kind.cors]
    return (ctx, next) => {
      ctx.state.writeRefusal = write
      ctx.set(headers)
      return cors(ctx, () => {
        if (!accepts(ctx.get('Accept'))) throw refuse('not_acceptable')
        return next()
      })
    }
  }

  /**
   * The order of a route's steps: the sender, the address, the body, then the sender once more, because a client can
   * send its body so slowly that the answer has changed; then the handler, whose changes are judged a third time
   * (tokens/credential.ts).
   */
  function stepsOf(row: RouteRow<A>): Step[] {
    const kind = kindOf(row)
    const isStrict = kind.unknown === 'refused'
    const judge = kind.judge(row.access, senders)
    const first = [answerAs(kind), ...(row.shed ? [shedding.enter] : []), ...(row.limited ? [limiter] : [])]
    const query = isStrict ? [checkQuery({ query: queryOf(row) })] : []
    if (row.method === 'GET') return [...first, ...judge, ...query]
    const { begin, read } = bodies[kind.body]
    const confirm = kind.confirm(row.access, senders)
    const members = isStrict ? [checkMembers(row)] : []
    return [...first, begin, ...judge, ...query, read, ...judge, ...confirm, ...members]
  }

  const registered: { row: RouteRow<A>; steps: Step[] }[] = []
  const direct = new Map<string, Step>()
  const fast = new Map<string, FastRoute>()
  const paths = new Map<string, { methods: Method[]; kind: Kind<A> }>()
  for (const [name, row] of rows) {
    const handler = (ctx: Context) => handlers[name](ctx)
    const counted = row.shed ? [shedding.count] : []
    const steps = [...stepsOf(row), ...counted, row.waits ? waiting(handler) : handler]
    registered.push({ row, steps })
    if (!/[:*]/.test(row.path))
      for (const path of [row.path, `${row.path}/`]) {
        const step = inTurn(steps)
        direct.set(`${row.method} ${path}`, step)
        if (row.fast) fast.set(`${row.method} ${path}`, { step, types: plainTypesOf(row), isShed: row.shed === true })
      }
    const { methods, kind } = paths.get(row.path) ?? { methods: [], kind: kindOf(row) }
    if (methods.includes(row.method)) throw new Error(`${row.method} ${row.path} is there twice`)
    requireSameAnswers(row.path, kind, kindOf(row))
    paths.set(row.path, { methods: [...methods, row.method], kind })
  }

  function plainTypesOf(row: RouteRow<A>): readonly string[] | null {
    return row.method === 'GET'
      ? null
      : Object.keys(bodyTypes[kindOf(row).body]).filter(type => !type.includes('multipart'))
  }

  let made: { router: Router; step: Step } | null = null

  /** Builds the router at the first request that needs it: its path patterns take a sixth of a server's start. */
  function routing(): { router: Router; step: Step } {
    if (made) return made
    const router = new Router()
    for (const { row, steps } of registered) router.register(row.path, [row.method], steps as never)
    for (const [path, { methods, kind }] of paths) {
      const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
      router.all(path, ...([answerAs(kind), (ctx: Context) => answerOtherMethods(ctx, allow, kind.body)] as never[]))
    }
    made = { router, step: router.routes() as unknown as Step }
    return made
  }

  /** Looks up paths without parameters in a map: the router tries all its routes, a tenth of the cost of a refresh. */
  const dispatch: Step = (ctx, next) => {
    const step = direct.get(`${ctx.method} ${ctx.path}`)
    if (!step) return routing().step(ctx, next)
    ctx.params = {}
    return step(ctx, next)
  }

  const kindNear = createNearest(rows.map(([, row]) => [row.path, kindOf(row)]))

  /** The step behind the router, for a path that no route has. */
  const notFound: Step = ctx => {
    const missing = () => Promise.reject(refuse('not_found'))
    const kind = kindNear(ctx.path)
    return kind ? answerAs(kind)(ctx, missing) : missing()
  }

  /** The presenter of errors before a route is found. */
  const presenterNear = (path: string): Presenter => presenters[kindNear(path)?.presenter ?? 'page']

  return { router: () => routing().router, dispatch, fast, notFound, presenterNear }
}

/** All routes of a path need one presenter and CORS policy, which also refuse its other methods. @throws Error */
function requireSameAnswers(path: string, one: Kind<never>, other: Kind<never>): void {
  if (one.presenter !== other.presenter || one.cors !== other.cors)
    throw new Error(`the routes of ${path} are of kinds that answer differently`)
}

/** Answers OPTIONS with the allowed methods; any other method that the path does not have is refused with that list. */
function answerOtherMethods(ctx: Context, allow: string, body: BodyName): void {
  if (ctx.method !== 'OPTIONS') {
    throw refuse('method_not_allowed', { detail: `Method "${ctx.method}" not allowed.`, headers: { Allow: allow } })
  }
  ctx.set('Allow', allow)
  ctx.body = {
    name: 'Darvoza',
    renders: ['application/json'],
    parses: Object.keys(bodyTypes[body]),
  }
}
