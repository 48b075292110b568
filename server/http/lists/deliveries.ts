// The list of deliveries of logout tokens (OpenID Connect Back-Channel Logout 1.0). Filters: application, state,
// session; columns: what ended, user, attempts, last failure and HTTP status, and times.
import { z } from 'zod'
import {
  type DeliveryFilter,
  type DeliveryInList,
  deliveryFailures,
  deliveryStates,
} from '../../identity/deliveries/deliveries.js'
import { count, time, userId } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
import type { Fields } from './filters.js'

export const deliveryFilters: Fields<DeliveryFilter> = {
  application: { as: 'applicationId', is: 'text' },
  state: { as: 'state', is: 'choice', of: deliveryStates },
  session: { as: 'sessionId', is: 'text' },
}

export const deliverySchema = z
  .object({
    id: z.string(),
    application: z.string(),
    session_id: z.string(),
    ended: z
      .enum(['session', 'browser'])
      .describe('What ended: the session itself, or the browser session that it was opened in and outlives.'),
    user_id: userId,
    username: z.string(),
    state: z.enum(deliveryStates),
    attempts: count.describe('The number of attempts.'),
    failure: z.enum(deliveryFailures).nullable().describe('Why the last attempt failed; null if it did not.'),
    status: z.int().nullable().describe('The HTTP status of the last answer.'),
    created_at: time,
    next_attempt_at: time.nullable().describe('When the next attempt is due; null if there is none.'),
    done_at: time.nullable().describe('When the application accepted it, or the deliveries were given up.'),
  })
  .meta({ id: 'LogoutDelivery' })

export const deliveryColumns: ColumnsBy<DeliveryInList, typeof deliverySchema> = {
  id: ({ delivery }) => delivery.id,
  application: ({ delivery }) => delivery.applicationId,
  session_id: ({ delivery }) => delivery.sessionId,
  ended: ({ delivery }) => delivery.ended,
  user_id: ({ delivery }) => delivery.userId,
  username: ({ username }) => username,
  state: ({ delivery }) => delivery.state,
  attempts: ({ delivery }) => delivery.attempts,
  failure: ({ delivery }) => delivery.failure,
  status: ({ delivery }) => delivery.status,
  created_at: { at: ({ delivery }) => delivery.createdAt },
  next_attempt_at: { at: ({ delivery }) => (delivery.state === 'waiting' ? delivery.nextAt : null) },
  done_at: { at: ({ delivery }) => delivery.doneAt },
}
