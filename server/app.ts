// The HTTP side put together: what every request passes through, and who answers which route.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import cors from '@koa/cors'
import Koa from 'koa'
import type { Settings } from '../config/settings.js'
import { type AdminBulkDeps, createAdminBulkHandlers } from './http/admin/bulk.js'
import { type AdminKeyDeps, createAdminKeyHandlers } from './http/admin/keys.js'
import { type AdminLogsDeps, createAdminLogHandlers } from './http/admin/logs.js'
import { createAdminOverviewHandlers } from './http/admin/overview.js'
import { type AdminPoliciesDeps, createAdminPolicyHandlers } from './http/admin/policies.js'
import { createAdminRoleHandlers } from './http/admin/roles.js'
import { type AdminSessionsDeps, createAdminSessionHandlers } from './http/admin/sessions.js'
import { type AdminUsersDeps, createAdminUserHandlers } from './http/admin/users.js'
import type { Context, Handler } from './http/handler.js'
import { createHealthHandlers, type HealthDeps } from './http/health.js'
import { createMeHandlers, type MeDeps } from './http/me/me.js'
import { acceptsJson } from './http/middleware/accept.js'
import { createBody } from './http/middleware/body.js'
import { createErrors } from './http/middleware/errors.js'
import { createGuard } from './http/middleware/guard.js'
import { createRequest } from './http/middleware/request.js'
import { createSecurityHeaders } from './http/middleware/security-headers.js'
import { createTurnstile } from './http/middleware/turnstile.js'
import { createJwksHandler } from './http/oauth/jwks.js'
import { createPageParts, type PagePartsDeps } from './http/pages/parts.js'
import { createRouter } from './http/router.js'
import type { RouteName } from './http/routes.js'
import { createPresentError } from './http/wire/present-error.js'
import { createTokenHandlers, type TokenDeps } from './http/wire/token.js'
import type { Figures } from './identity/figures.js'
import type { Roles } from './identity/roles.js'
import type { Refusal } from './protocol/errors.js'
import { refuse } from './protocol/errors.js'
import type { Tail } from './revocation/tail.js'
import type { SigningKeys } from './tokens/signing-keys.js'

type LogLine = (details: object, message: string) => void
export type Log = { debug: LogLine; info: LogLine; warn: LogLine; error: LogLine }

export type AppDeps = TokenDeps &
  MeDeps &
  AdminUsersDeps &
  AdminSessionsDeps &
  AdminBulkDeps &
  AdminLogsDeps &
  AdminKeyDeps &
  AdminPoliciesDeps &
  Omit<PagePartsDeps, 'version'> &
  HealthDeps & {
    settings: Settings
    issuer: string
    /** Folder that holds `views/` and `public/`. */
    root: string
    log: Log
    uuid: () => string
    signingKeys: SigningKeys
    tail: Tail
    roles: Roles
    figures: Figures
    bodyWait: number | undefined
    now: () => number
  }

export function createApp(deps: AppDeps): Koa {
  const { settings, issuer, root, log, uuid } = deps
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const pages = createPageParts({ ...deps, version })
  const handlers: Record<RouteName, Handler> = {
    ...createTokenHandlers(deps),
    ...createMeHandlers(deps),
    ...createAdminUserHandlers(deps),
    ...createAdminSessionHandlers(deps),
    ...createAdminBulkHandlers(deps),
    ...createAdminOverviewHandlers(deps),
    ...createAdminRoleHandlers(deps),
    ...createAdminLogHandlers(deps),
    ...createAdminKeyHandlers(deps),
    ...createAdminPolicyHandlers(deps),
    ...createJwksHandler(deps),
    ...createHealthHandlers(deps),
    ...pages.handlers,
  }
  const permissionsOf = async (userId: number) => (await deps.users.require(userId)).allPermissions
  const router = createRouter({
    ...{ handlers, body: createBody(deps.bodyWait), guard: createGuard({ ...deps, permissionsOf }) },
    ...{ gate: pages.gate.gate, confirm: pages.gate.confirm },
  })

  const presentError = createPresentError(issuer)
  const present = (ctx: Context, refusal: Refusal) =>
    speaksJson(ctx.path) ? presentError(ctx, refusal) : pages.presentError(ctx, refusal)

  const app = new Koa()
  // What reaches Koa's own handler is a broken connection, or a mistake in the error middleware itself.
  app.silent = true
  app.on('error', error => log.debug({ err: error }, 'a connection failed'))
  app.use(createTurnstile(signsIn))
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
