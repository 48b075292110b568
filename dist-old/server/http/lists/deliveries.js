import { z } from 'zod';
import { deliveryFailures, deliveryStates, } from '../../identity/deliveries/deliveries.js';
import { count, time, userId } from '../wire/answers.js';
export const deliveryFilters = {
    application: { as: 'applicationId', is: 'text' },
    state: { as: 'state', is: 'choice', of: deliveryStates },
    session: { as: 'sessionId', is: 'text' },
};
export const deliverySchema = z
    .object({
    id: z.string(),
    application: z.string(),
    session_id: z.string(),
    ended: z
        .enum(['session', 'browser'])
        .describe('What has ended: the session itself, or the browser session that it came from and outlives.'),
    user_id: userId,
    username: z.string(),
    state: z.enum(deliveryStates),
    attempts: count.describe('How often it was sent.'),
    failure: z.enum(deliveryFailures).nullable().describe('Why the last attempt failed.'),
    status: z.int().nullable().describe('What was answered last.'),
    created_at: time,
    next_attempt_at: time.nullable().describe('null where there is none any more.'),
    done_at: time.nullable().describe('When it was taken, or given up.'),
})
    .meta({ id: 'LogoutDelivery' });
export const deliveryColumns = {
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
};
//# sourceMappingURL=deliveries.js.map