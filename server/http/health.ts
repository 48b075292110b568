// Health checks for load balancers and orchestrators: `/healthz` (liveness), and `/readyz` (readiness) with the state
// of the database, of Redis and of the clock.
import { z } from 'zod'
import { Refusal, refuse } from '../protocol/errors.js'
import type { RedisLink } from '../revocation/redis-link.js'
import type { Tail } from '../revocation/tail.js'
import type { Context } from './handler.js'
import type { Answer } from './wire/answers.js'

export const readinessSchema = z
  .object({
    status: z.literal('ok'),
    database: z.literal('ok'),
    redis: z
      .enum(['ok', 'degraded'])
      .optional()
      .describe('The state of Redis, if one is set. Without it revocations still propagate, but more slowly.'),
    redis_reason: z.string().optional(),
    clock: z.string().optional().describe('What is wrong with the clock, if it was changed.'),
    clock_reason: z.string().optional(),
  })
  .meta({ id: 'Readiness' })

export type HealthDeps = {
  tail: Tail
  /** null if no Redis is configured. */
  redisLink: RedisLink | null
  clock: { deviation(): { kind: string; reason: string } | null }
  /** Why the database cannot be written to, or null if it can. */
  writeProblem: () => string | null
  /** Whether the process was told to stop: it still answers, but should be sent no new requests. */
  isLeaving: () => boolean
}

export function createHealthHandlers({ tail, redisLink, clock, writeProblem, isLeaving }: HealthDeps) {
  return {
    /** Liveness: the process answers; restart it when it does not. */
    healthz(ctx: Context): void {
      ctx.body = { status: 'ok' }
    },

    /**
     * Readiness: the database answered within the last second, takes writes, and was not restored to an earlier state;
     * send no requests here while this is 503. Without Redis everything works, only slower.
     */
    async readyz(ctx: Context): Promise<void> {
      if (isLeaving()) throw refuse('stopping')
      try {
        await tail.readIfOld()
      } catch (cause) {
        if (cause instanceof Refusal && cause.code === 'log_went_back') throw cause
        throw refuse('database_unavailable', { retryAfter: 1, cause })
      }
      const unwritable = writeProblem()
      if (unwritable)
        throw refuse('database_unavailable', {
          retryAfter: 1,
          cause: Object.assign(new Error(unwritable), { code: 'NO_WRITES' }),
        })
      const reason = redisLink?.reason()
      const deviation = clock.deviation()
      const ready: Answer<typeof readinessSchema> = {
        status: 'ok',
        database: 'ok',
        ...(redisLink && { redis: redisLink.status() }),
        ...(reason && { redis_reason: reason }),
        ...(deviation && { clock: deviation.kind, clock_reason: deviation.reason }),
      }
      ctx.body = ready
    },
  }
}
