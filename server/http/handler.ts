// What every handler gets. A handler reads, calls down once or twice, and presents.
import type { Context as KoaContext } from 'koa'
import type { Actor, Origin } from '../policy/actor.js'
import type { AccessClaims } from '../protocol/claims.js'

export type State = {
  requestId: string
  /** The caller's address, by TRUST_PROXY. */
  address: string
  /** The verified token of the Authorization header; there on every route that is not open. */
  claims?: AccessClaims
}

export type Context = KoaContext & { state: State; params: Record<string, string> }

export type Handler = (ctx: Context) => Promise<void> | void

export function originOf(ctx: Context): Origin {
  return { address: ctx.state.address, userAgent: ctx.get('User-Agent').slice(0, 512), requestId: ctx.state.requestId }
}

/** The person who asks: user id and session, as the guard has let them in. */
export function personOf(ctx: Context): { userId: number; sid: string; actor: Actor } {
  const { sub, sid } = ctx.state.claims!
  return { userId: Number(sub), sid: sid!, actor: { name: `user:${sub}`, origin: originOf(ctx) } }
}
