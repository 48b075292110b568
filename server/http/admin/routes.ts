// The routes for administrators. Parameters and body members that a row does not name are refused: a filter that is
// ignored would select all users, and a misspelt field would change nothing without an error.
import type { Access } from '../kinds/kinds.js'
import type { RouteRow } from '../route.js'
import { apiKeyRoutes } from './routes/api-keys.js'
import { applicationRoutes } from './routes/applications.js'
import { bulkRoutes } from './routes/bulk.js'
import { deliveryRoutes } from './routes/deliveries.js'
import { keyRoutes } from './routes/keys.js'
import { logRoutes } from './routes/logs.js'
import { overviewRoutes } from './routes/overview.js'
import { policyRoutes } from './routes/policies.js'
import { registrationRoutes } from './routes/registrations.js'
import { roleRoutes } from './routes/roles.js'
import { sessionRoutes } from './routes/sessions.js'
import { userRoutes } from './routes/users.js'
import { verifierRoutes } from './routes/verifiers.js'

export const adminRoutes = {
  ...userRoutes,
  ...sessionRoutes,
  ...apiKeyRoutes,
  ...bulkRoutes,
  ...overviewRoutes,
  ...roleRoutes,
  ...applicationRoutes,
  ...registrationRoutes,
  ...deliveryRoutes,
  ...logRoutes,
  ...verifierRoutes,
  ...policyRoutes,
  ...keyRoutes,
} as const satisfies Record<string, RouteRow<Access>>
