// Routes of the logout tokens that applications are sent when sessions end (OpenID Connect Back-Channel Logout 1.0).
import { z } from 'zod'
import { deliveryFailures } from '../../../identity/deliveries/deliveries.js'
import { may, mayIfRecent } from '../../kinds/permission.js'
import { deliveryFilters, deliverySchema } from '../../lists/deliveries.js'
import { get, post } from '../../route.js'
import { count, pageOf } from '../../wire/answers.js'
import { paging } from '../paging.js'

const testedSchema = z
  .object({
    failure: z
      .enum(deliveryFailures)
      .nullable()
      .describe('Why the delivery failed; null if the application accepted it.'),
    status: z.int().nullable().describe('The HTTP status of the answer of the application.'),
    took: count.describe('The duration of the request, in milliseconds.'),
  })
  .meta({ id: 'LogoutTest' })

export const deliveryRoutes = {
  listDeliveries: get(
    '/api/admin/deliveries',
    may('darvoza:applications:read'),
    'List deliveries of logout tokens to applications with their results, newest first',
    { query: { ...deliveryFilters, ...paging }, answers: { 200: pageOf(deliverySchema) } },
  ),
  sendDeliveryAgain: post(
    '/api/admin/deliveries/:id/send',
    mayIfRecent('darvoza:applications:write'),
    'Send a logout token again; a waiting one is sent at once',
    { answers: { 204: null }, refuses: ['not_found'] },
  ),
  testApplicationLogout: post(
    '/api/admin/applications/:id/test-logout',
    mayIfRecent('darvoza:applications:write'),
    'Send an application a test logout token for a session that does not exist',
    { answers: { 200: testedSchema }, refuses: ['not_found', 'invalid_fields'] },
  ),
} as const
