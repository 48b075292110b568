// Every route, and who may call it. A route that is not in this table does not exist, and a caller that the table does
// not allow is refused: router.ts builds the router from it, and a test compares that router with it. Administrators
// and pages have tables of their own, which are part of this one.
//
// `open`: anybody; `person`: a signed-in user; `may`: a user with the permission; `mayIfRecent`: who has also signed in
// within five minutes; `program`: an application in its own name. Parameters and members that a row does not name are
// refused, or ignored, as the kind says.
import { z } from 'zod'
import { adminRoutes } from './admin/routes.js'
import { feedRoutes } from './feed/routes.js'
import { readinessSchema } from './health.js'
import { authorization } from './kinds/authorization.js'
import { file } from './kinds/file.js'
import type { Access } from './kinds/kinds.js'
import { open } from './kinds/open.js'
import { meRoutes } from './me/routes.js'
import { discoveryRoutes, oauthRoutes } from './oauth/routes.js'
import { pageRoutes } from './pages/routes.js'
import { get, post, type RouteRow } from './route.js'
import { tokenRoutes } from './wire/routes.js'

export const routes = {
  ...tokenRoutes,
  ...meRoutes,
  ...adminRoutes,

  ...oauthRoutes,
  authorize: get('/oauth/authorize', authorization, 'Authorization endpoint: authorize an application'),
  postAuthorize: post('/oauth/authorize', authorization, 'Authorization endpoint, with the parameters in a form'),
  endSignIn: get('/oauth/logout', authorization, 'RP-initiated logout: sign out at the request of an application'),
  postEndSignIn: post('/oauth/logout', authorization, 'RP-initiated logout, with the parameters in a form'),

  ...feedRoutes,
  ...discoveryRoutes,
  openapi: get('/openapi.json', open, 'The description of this API (OpenAPI 3.1)', {
    answers: { 200: z.looseObject({ openapi: z.string() }), 304: null },
  }),
  healthz: get('/healthz', open, 'Liveness: the process answers', {
    fast: true,
    answers: { 200: z.object({ status: z.literal('ok') }) },
  }),
  readyz: get('/readyz', open, 'Readiness: the database answers and accepts writes', {
    fast: true,
    answers: { 200: readinessSchema },
    refuses: ['stopping', 'database_unavailable', 'log_went_back'],
  }),

  asset: get('/assets/*file', file, 'Style sheets and scripts'),
  ...pageRoutes,
} as const satisfies Record<string, RouteRow<Access>>

export type RouteName = keyof typeof routes
