import { Refusal, refuse } from '../protocol/errors.js'
import type { RedisLink } from '../revocation/redis-link.js'
import type { Tail } from '../revocation/tail.js'
import type { Context } from './handler.js'

export type HealthDeps = {
  tail: Tail
  /** null where no Redis is set. */
  redisLink: RedisLink | null
  /** The process was told to stop: it still answers, but is to be sent nothing any more. */
  isLeaving: () => boolean
}

export function createHealthHandlers({ tail, redisLink, isLeaving }: HealthDeps) {
  return {
    /** The process answers: restart it when this does not. */
    healthz(ctx: Context): void {
      ctx.body = { status: 'ok' }
    },

    /**
     * The database answered within the last second, and did not go back: send no requests here while this is 503. Without
     * Redis everything works, only slower.
     */
    async readyz(ctx: Context): Promise<void> {
      if (isLeaving()) throw refuse('stopping')
      try {
        await tail.freshen()
      } catch (cause) {
        if (cause instanceof Refusal && cause.code === 'log_went_back') throw cause
        throw refuse('database_unavailable', { retryAfter: 1, cause })
      }
      ctx.body = { status: 'ok', database: 'ok', ...(redisLink && { redis: redisLink.status() }) }
    },
  }
}
