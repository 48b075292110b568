// Pages of which origins may read an answer (the Fetch standard, §3.3): one row a policy, which kinds of access name.
import cors from '@koa/cors'
import type { Step } from '../handler.js'

/** A request that a page asks about before it is sent (§3.2.2). The headers that it names are allowed: `Authorization`, `DPoP`. */
const preflight = cors({
  origin: '*',
  allowMethods: 'GET,POST,PATCH,PUT,DELETE',
  maxAge: 600,
}) as unknown as Step

/** Any origin may call where nothing looks at cookies: a page can do no more than its own tokens can. */
const anyOrigin: Step = (ctx, next) => {
  if (ctx.method === 'OPTIONS') return preflight(ctx, next)
  ctx.vary('Origin')
  ctx.set(readable)
  return next()
}

const readable = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers':
    'WWW-Authenticate,DPoP-Nonce,Date,Retry-After,RateLimit,RateLimit-Policy,X-Request-Id',
}

export const corsPolicies = {
  anyOrigin,
  ownOrigin: (_, next) => next(),
} as const satisfies Record<string, Step>

export type CorsName = keyof typeof corsPolicies
