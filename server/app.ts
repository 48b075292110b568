// The HTTP application: the middleware that every request passes through, and the handler of each route.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppDeps } from './composition/served.js'
import { createAdminApiKeyHandlers } from './http/admin/api-keys.js'
import { createAdminApplicationHandlers } from './http/admin/applications.js'
import { createAdminBulkHandlers } from './http/admin/bulk.js'
import { createAdminDeliveryHandlers } from './http/admin/deliveries.js'
import { createAdminKeyHandlers } from './http/admin/keys.js'
import { createAdminLogHandlers } from './http/admin/logs.js'
import { createAdminOverviewHandlers } from './http/admin/overview.js'
import { createAdminPolicyHandlers } from './http/admin/policies.js'
import { createAdminRegistrationHandlers } from './http/admin/registrations.js'
import { createAdminRoleHandlers } from './http/admin/roles.js'
import { createAdminSessionHandlers } from './http/admin/sessions.js'
import { createAdminUserHandlers } from './http/admin/users.js'
import { createAdminVerifierHandlers } from './http/admin/verifiers.js'
import { createFeedHandlers } from './http/feed/feed.js'
import type { Handler } from './http/handler.js'
import { createHealthHandlers } from './http/health.js'
import { createApiKeySender } from './http/kinds/api-key.js'
import { createBearer } from './http/kinds/bearer.js'
import { createCallingApplication } from './http/kinds/calling-application.js'
import { kinds } from './http/kinds/kinds.js'
import { createRegistrant } from './http/kinds/registrant.js'
import { type Application, createKoa } from './http/koa.js'
import { createMyApiKeyHandlers } from './http/me/api-keys.js'
import { createMeHandlers } from './http/me/me.js'
import { createBodies } from './http/middleware/body.js'
import { createLoadShedding } from './http/middleware/load-shedding.js'
import { createDeviceAuthorizationHandler } from './http/oauth/device-authorization.js'
import { createDiscoveryHandlers } from './http/oauth/discovery.js'
import { createGrants } from './http/oauth/grants/grants.js'
import { createIntrospectionHandler } from './http/oauth/introspection.js'
import { createJwksHandler } from './http/oauth/jwks.js'
import { createPushedRequestHandler } from './http/oauth/pushed-request.js'
import { createRegistrationHandlers } from './http/oauth/registration.js'
import { createRevocationHandler } from './http/oauth/revocation.js'
import { createTokenEndpoint } from './http/oauth/token.js'
import { createUserinfoHandlers } from './http/oauth/userinfo.js'
import { createOpenApiHandlers } from './http/openapi/openapi.js'
import { createPageParts } from './http/pages/parts.js'
import { createPresenters } from './http/presenters.js'
import { type RouteName, routes } from './http/routes.js'
import { createShownProofs } from './http/shown-proofs.js'
import { createWaiting } from './http/waiting.js'
import { createTokenHandlers } from './http/wire/token.js'

export function createApp(deps: AppDeps): Application {
  return createKoa({ routes, kinds, ...createHttpParts(deps) })
}

/** What the tables of routes and kinds are joined with. */
export function createHttpParts(deps: AppDeps) {
  const { settings, issuer, ownApplication, root, log, uuid, random, bodyWait, mostUnderWay, isLeaving } = deps
  const { now, clock, tail, enforcement, outages, redisLink, policy, feed, feedLeases, writeProblem } = deps.revocation
  const { inspect, rotate, signingKeys, clientToken, exchange, introspect, proofs, tickets, signInTests } = deps.tokens
  const { count } = deps.tokens.counters
  const { signIn, browserSessions } = deps.signIn
  const { identity } = deps
  const { people, devices, applications, policies, keys, logs } = identity
  const { users, ownPassword, userList, userActs, roles } = people
  const { sessions, sessionList, sessionEnds, deviceList, deviceEnds, whereSignedIn } = devices
  const { consents, codes, deviceCodes, deviceRequests } = identity.authorizations
  const { apiKeys, apiKeyAuthentication } = identity.apiKeys
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const pages = createPageParts({
    issuer,
    root,
    version,
    random,
    now,
    tail,
    redisLink,
    policy,
    browserSessions,
    tickets,
    signInTests,
    introspect,
    identity,
  })
  const shownProofs = createShownProofs({ issuer, proofs })
  const grants = createGrants({ codes, deviceCodes, rotate, clientToken, exchange, now })
  const handlers: Record<RouteName, Handler> = {
    ...createTokenHandlers({
      signIn,
      rotate,
      inspect,
      sessions,
      legacyTokens: identity.legacy.legacyTokens,
      ownApplication,
    }),
    ...createMeHandlers({ users, sessions, whereSignedIn, ownPassword, consents }),
    ...createMyApiKeyHandlers({ apiKeys }),
    ...createAdminApiKeyHandlers({ apiKeys, users }),
    ...createAdminDeliveryHandlers({ deliveries: identity.deliveries.deliveries }),
    ...createAdminUserHandlers({ users, sessions, userList, sessionList, whereSignedIn, consents, now }),
    ...createAdminSessionHandlers({ sessions, sessionList, deviceList }),
    ...createAdminBulkHandlers({ sessionEnds, deviceEnds, userActs, sessions, now }),
    ...createAdminOverviewHandlers({ figures: logs.figures }),
    ...createAdminRoleHandlers({ roles }),
    ...createAdminApplicationHandlers(identity.applications),
    ...createAdminRegistrationHandlers({ ...identity.applications, ...identity.registrations }),
    ...createAdminLogHandlers(logs),
    ...createAdminVerifierHandlers(logs),
    ...createAdminKeyHandlers(keys),
    ...createAdminPolicyHandlers(policies),
    ...createIntrospectionHandler({ introspect }),
    ...createRevocationHandler({ tokenRevocation: applications.tokenRevocation }),
    ...createPushedRequestHandler({ ...identity.authorizations, shownProofs }),
    ...createRegistrationHandlers({ issuer, registrations: identity.registrations.registrations }),
    token: createTokenEndpoint({ grants, shownProofs }),
    ...createDeviceAuthorizationHandler({ issuer, deviceRequests }),
    ...createDiscoveryHandlers({
      issuer,
      policy,
      signingKeys,
      grants,
      paths: Object.values(routes).map(row => row.path),
    }),
    ...createUserinfoHandlers({ userinfo: people.userinfo }),
    ...createJwksHandler({ signingKeys, tail }),
    ...createFeedHandlers({ feed, feedLeases }),
    ...createOpenApiHandlers({ routes, kinds, issuer, version }),
    ...createHealthHandlers({ tail, redisLink, clock, writeProblem, isLeaving }),
    ...pages.handlers,
  }
  const apiKeySender = createApiKeySender({ apiKeyAuthentication })
  const permissionsOf = async (userId: number) => (await users.require(userId)).allPermissions
  const bearer = createBearer({ inspect, shownProofs, apiKeySender, ownApplication, permissionsOf, now })
  return {
    handlers,
    senders: {
      bearer,
      browser: pages.browser,
      application: createCallingApplication(applications.applicationAuthentication),
      registrant: createRegistrant(identity.registrations.registrations),
    },
    presenters: createPresenters({ issuer, presentErrorPage: pages.presentError }),
    bodies: createBodies(bodyWait),
    shedding: createLoadShedding({
      mostUnderWay,
      monotonic: () => performance.now(),
      shed() {
        count('shed_requests')
        outages.refused()
      },
    }),
    waiting: createWaiting({
      enforcement,
      tail,
      now,
      mayName: ctx => bearer.has(ctx, 'darvoza:revocations:read'),
    }),
    trustProxy: settings.trustProxy,
    forwardedHeader: settings.forwardedHeader,
    uuid,
    log,
  }
}
