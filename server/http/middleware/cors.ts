// Which origins' pages may read an answer (CORS; the Fetch standard, §3.3): a row for each policy, which kinds of
// access name.
import cors from '@koa/cors'
import type { Step } from '../handler.js'

/** Answers preflight requests (§3.2.2). The headers that they name are allowed, such as `Authorization` and `DPoP`. */
const preflight = cors({
  origin: '*',
  allowMethods: 'GET,POST,PATCH,PUT,DELETE',
  maxAge: 600,
}) as unknown as Step

/** Any origin, for routes that do not read cookies: a page there can do no more than its own tokens can. */
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
