// Devices and sessions of everybody.
import type { Sessions } from '../../identity/sessions.js'
import { type Context, personOf } from '../handler.js'
import { readLimit, readQuery } from './paging.js'
import { presentAnySession } from './present.js'

export function createAdminSessionHandlers({ sessions }: { sessions: Sessions }) {
  return {
    async listSessions(ctx: Context): Promise<void> {
      const page = { limit: readLimit(ctx), after: readQuery(ctx, 'after') ?? '' }
      const { results, next } = await sessions.page({ ...page, open: readQuery(ctx, 'all') === undefined })
      ctx.body = { results: results.map(presentAnySession), next }
    },

    async showSession(ctx: Context): Promise<void> {
      ctx.body = presentAnySession(await sessions.require(ctx.params.id!))
    },

    async endSession(ctx: Context): Promise<void> {
      await sessions.end(ctx.params.id!, null, personOf(ctx).actor)
      ctx.status = 204
    },

    async endDevice(ctx: Context): Promise<void> {
      await sessions.endDevice(ctx.params.id!, null, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}
