import Router from '@koa/router'
import type { Middleware } from 'koa'
import { refuse } from '../protocol/errors.js'
import { type BearerAccess, isPage, type Method, type PageAccess, type RouteRow } from './access.js'
import type { Context, Handler } from './handler.js'
import type { Body } from './middleware/body.js'
import { checkMembers, checkQuery } from './middleware/parameters.js'
import { parametersOf } from './parameters.js'
import { type RouteName, routes } from './routes.js'

export type RouterDeps = {
  handlers: Record<RouteName, Handler>
  /** Lets a request through to the handler by its token, or throws. */
  guard: (access: BearerAccess) => Middleware
  /** The same by its cookie. */
  gate: (access: PageAccess) => Middleware
  body: Body
  /** What the body of a page's form must hold; behind `body`. */
  confirm: (access: PageAccess) => Middleware
}

/**
 * Builds the router from the table: who is let in comes first, then what the address asks for, then the body, then the first
 * question once more, because a body can be held back until the answer is another one; then the handler, whose changes ask
 * a third time (tokens/credential.ts).
 */
export function createRouter({ handlers, guard, gate, body, confirm }: RouterDeps): Router {
  const router = new Router()
  const methodsOf = new Map<string, Method[]>()

  function pageSteps({ method }: RouteRow, access: PageAccess): Middleware[] {
    const judge = gate(access)
    return method === 'GET' ? [judge] : [body.begin, judge, body.read, judge, confirm(access)]
  }

  function bearerSteps(name: RouteName, { method, path }: RouteRow, access: BearerAccess): Middleware[] {
    const judge = guard(access)
    const known = parametersOf(name, path)
    const [query, members] = known ? [[checkQuery(known)], [checkMembers(known)]] : [[], []]
    return method === 'GET' ? [judge, ...query] : [body.begin, judge, ...query, body.read, judge, ...members]
  }

  for (const [name, row] of Object.entries(routes) as [RouteName, RouteRow][]) {
    const handle = handlers[name]
    const run: Middleware = ctx => handle(ctx as unknown as Context)
    const steps = isPage(row.access) ? pageSteps(row, row.access) : bearerSteps(name, row, row.access)
    router.register(row.path, [row.method], [...steps, run] as never)
    methodsOf.set(row.path, [...(methodsOf.get(row.path) ?? []), row.method])
  }
  for (const [path, methods] of methodsOf) {
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
    router.all(path, ctx => answerOtherMethods(ctx as unknown as Context, allow))
  }
  return router
}

/** OPTIONS is answered with what is there; any other method that is not is refused with the list. */
function answerOtherMethods(ctx: Context, allow: string): void {
  if (ctx.method !== 'OPTIONS') {
    throw refuse('method_not_allowed', { detail: `Method "${ctx.method}" not allowed.`, headers: { Allow: allow } })
  }
  ctx.set('Allow', allow)
  ctx.body = {
    name: 'Darvoza',
    renders: ['application/json'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
  }
}
