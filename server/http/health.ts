import { refuse } from '../protocol/errors.js'
import type { Tail } from '../revocation/tail.js'
import type { Context } from './handler.js'

export function createHealthHandlers({ tail }: { tail: Tail }) {
  return {
    /** The process answers: restart it when this does not. */
    healthz(ctx: Context): void {
      ctx.body = { status: 'ok' }
    },

    /** The database answered within the last second: send no requests here while this is 503. */
    async readyz(ctx: Context): Promise<void> {
      try {
        await tail.freshen()
      } catch (cause) {
        throw refuse('database_unavailable', { retryAfter: 1, cause })
      }
      ctx.body = { status: 'ok', database: 'ok' }
    },
  }
}
