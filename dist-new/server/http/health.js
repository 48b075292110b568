import { z } from 'zod';
import { Refusal, refuse } from '../protocol/errors.js';
export const readinessSchema = z
    .object({
    status: z.literal('ok'),
    database: z.literal('ok'),
    redis: z
        .enum(['ok', 'degraded'])
        .optional()
        .describe('Where one is set. Without it everything works, only slower.'),
    redis_reason: z.string().optional(),
    clock: z.string().optional().describe('What is wrong with the clock of the server.'),
    clock_reason: z.string().optional(),
})
    .meta({ id: 'Readiness' });
export function createHealthHandlers({ tail, redisLink, clock, writeTrouble, isLeaving }) {
    return {
        /** The process answers: restart it when this does not. */
        healthz(ctx) {
            ctx.body = { status: 'ok' };
        },
        /**
         * The database answered within the last second, takes writes, and did not go back: send no requests here while this is
         * 503. Without Redis everything works, only slower.
         */
        async readyz(ctx) {
            if (isLeaving())
                throw refuse('stopping');
            try {
                await tail.freshen();
            }
            catch (cause) {
                if (cause instanceof Refusal && cause.code === 'log_went_back')
                    throw cause;
                throw refuse('database_unavailable', { retryAfter: 1, cause });
            }
            const unwritable = writeTrouble();
            if (unwritable)
                throw refuse('database_unavailable', {
                    retryAfter: 1,
                    cause: Object.assign(new Error(unwritable), { code: 'NO_WRITES' }),
                });
            const reason = redisLink?.reason();
            const trouble = clock.trouble();
            const ready = {
                status: 'ok',
                database: 'ok',
                ...(redisLink && { redis: redisLink.status() }),
                ...(reason && { redis_reason: reason }),
                ...(trouble && { clock: trouble.kind, clock_reason: trouble.reason }),
            };
            ctx.body = ready;
        },
    };
}
//# sourceMappingURL=health.js.map