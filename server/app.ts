// The HTTP side put together: what every request passes through, and who answers which route.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import cors from '@koa/cors'
import Koa from 'koa'
import type { Settings } from '../config/settings.js'
import { createAdminBulkHandlers } from './http/admin/bulk.js'
import { createAdminKeyHandlers } from './http/admin/keys.js'
import { createAdminLogHandlers } from './http/admin/logs.js'
import { createAdminOverviewHandlers } from './http/admin/overview.js'
import { createAdminPolicyHandlers } from './http/admin/policies.js'
import { createAdminRoleHandlers } from './http/admin/roles.js'
import { createAdminSessionHandlers } from './http/admin/sessions.js'
import { createAdminUserHandlers } from './http/admin/users.js'
import type { Context, Handler } from './http/handler.js'
import { createHealthHandlers, type HealthDeps } from './http/health.js'
import { createMeHandlers } from './http/me/me.js'
import { acceptsJson } from './http/middleware/accept.js'
import { createAdmissionLimiter } from './http/middleware/admission-limiter.js'
import { createBody } from './http/middleware/body.js'
import { createErrors } from './http/middleware/errors.js'
import { createGuard } from './http/middleware/guard.js'
import { createRequest } from './http/middleware/request.js'
import { createSecurityHeaders } from './http/middleware/security-headers.js'
import { createJwksHandler } from './http/oauth/jwks.js'
import { createPageParts } from './http/pages/parts.js'
import { createRouter } from './http/router.js'
import type { RouteName } from './http/routes.js'
import { createPresentError } from './http/wire/present-error.js'
import { createTokenHandlers } from './http/wire/token.js'
import type { Identity } from './identity/identity.js'
import type { BrowserSessions } from './identity/sign-in/browser-sessions.js'
import type { SignIn } from './identity/sign-in/sign-in.js'
import type { Refusal } from './protocol/errors.js'
import { refuse } from './protocol/errors.js'
import type { PolicyInForce } from './revocation/policy-in-force.js'
import type { RedisLink } from './revocation/redis-link.js'
import type { Tail } from './revocation/tail.js'
import type { Inspect } from './tokens/inspect.js'
import type { Rotate } from './tokens/rotate.js'
import type { SigningKeys } from './tokens/signing-keys.js'

type LogLine = (details: object, message: string) => void
export type Log = { debug: LogLine; info: LogLine; warn: LogLine; error: LogLine }

export type AppDeps = {
  settings: Settings
  issuer: string
  /** The application that owns password sign-ins. */
  ownApplication: string
  /** Folder that holds `views/` and `public/`. */
  root: string
  log: Log
  uuid: () => string
  random: (size: number) => Buffer
  bodyWait: number | undefined
  /** The process was told to stop. */
  isLeaving: () => boolean
  revocation: {
    now: () => number
    clock: HealthDeps['clock']
    tail: Tail
    redisLink: RedisLink | null
    policy: PolicyInForce
    writeTrouble: HealthDeps['writeTrouble']
  }
  tokens: { inspect: Inspect; rotate: Rotate; signingKeys: SigningKeys }
  signIn: { signIn: SignIn; browserSessions: BrowserSessions }
  identity: Identity
}

export function createApp(deps: AppDeps): Koa {
  const { settings, issuer, ownApplication, root, log, uuid, random, bodyWait, isLeaving } = deps
  const { now, clock, tail, redisLink, policy, writeTrouble } = deps.revocation
  const { inspect, rotate, signingKeys } = deps.tokens
  const { signIn, browserSessions } = deps.signIn
  const { people, devices, policies, keys, logs } = deps.identity
  const { users, ownPassword, userList, userActs, roles } = people
  const { sessions, sessionList, sessionEnds, deviceList, deviceEnds, whereSignedIn } = devices
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const pages = createPageParts({
    ...{ issuer, root, version, random, now, tail, redisLink, policy, browserSessions, identity: deps.identity },
  })
  const handlers: Record<RouteName, Handler> = {
    ...createTokenHandlers({ signIn, rotate, inspect, sessions, ownApplication }),
    ...createMeHandlers({ users, sessions, whereSignedIn, ownPassword }),
    ...createAdminUserHandlers({ users, sessions, userList, sessionList, whereSignedIn, now }),
    ...createAdminSessionHandlers({ sessions, sessionList, deviceList }),
    ...createAdminBulkHandlers({ sessionEnds, deviceEnds, userActs, sessions, now }),
    ...createAdminOverviewHandlers({ figures: logs.figures }),
    ...createAdminRoleHandlers({ roles }),
    ...createAdminLogHandlers(logs),
    ...createAdminKeyHandlers(keys),
    ...createAdminPolicyHandlers(policies),
    ...createJwksHandler({ signingKeys, tail }),
    ...createHealthHandlers({ tail, redisLink, clock, writeTrouble, isLeaving }),
    ...pages.handlers,
  }
  const permissionsOf = async (userId: number) => (await users.require(userId)).allPermissions
  const router = createRouter({
    ...{ handlers, body: createBody(bodyWait) },
    guard: createGuard({ inspect, ownApplication, permissionsOf, now }),
    ...{ gate: pages.gate.gate, confirm: pages.gate.confirm },
  })

  const presentError = createPresentError(issuer)
  const present = (ctx: Context, refusal: Refusal) =>
    speaksJson(ctx.path) ? presentError(ctx, refusal) : pages.presentError(ctx, refusal)

  const app = new Koa()
  // What reaches Koa's own handler is a broken connection, or a mistake in the error middleware itself.
  app.silent = true
  app.on('error', error => log.debug({ err: error }, 'a connection failed'))
  app.use(createAdmissionLimiter(signsIn))
  app.use(createRequest({ trustProxy: settings.trustProxy, forwardedHeader: settings.forwardedHeader, uuid, log }))
  app.use(createErrors({ present, log }))
  app.use(createSecurityHeaders(issuer))
  app.use(async (ctx, next) => {
    // RFC 6749 §5.1: answers with tokens are never stored; what may be says so itself.
    ctx.set('Cache-Control', 'no-store')
    if (speaksJson(ctx.path) && !acceptsJson(ctx.get('Accept'))) throw refuse('not_acceptable')
    await next()
  })
  // Every origin may call: nothing here looks at cookies, so a page can do no more than its own tokens can.
  const anyOrigin = cors({
    origin: '*',
    allowMethods: 'GET,POST,PATCH,PUT,DELETE',
    exposeHeaders: 'WWW-Authenticate,Retry-After,RateLimit,RateLimit-Policy,X-Request-Id',
    maxAge: 600,
  })
  app.use((ctx, next) => (speaksJson(ctx.path) ? anyOrigin(ctx, next) : next()))
  app.use(router.routes())
  app.use(() => {
    throw refuse('not_found')
  })
  return app
}

/** Everybody signs in at nine o'clock; those who are signed in have work to do. */
function signsIn(method: string, path: string): boolean {
  return method === 'POST' && /^\/api\/token\/?$/i.test(path)
}

/** Programs read these; everything else is for people. */
function speaksJson(path: string): boolean {
  return /^\/(api|\.well-known|healthz|readyz)(\/|$)/i.test(path)
}
