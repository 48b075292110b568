// Senders that register an application, or manage one: they authenticate by a registration token in the Authorization
// header.
import type { Registrations } from '../../identity/registrations/registrations.js'
import { refuse } from '../../protocol/errors.js'
import type { Context, Step } from '../handler.js'

export function createRegistrant({ judgeInitial, judgeOwn }: Registrations) {
  /** The Bearer token; other schemes are no credential. Names of schemes are case-insensitive (RFC 9110 §11.1). */
  function tokenIn(ctx: Context): string | null {
    const parts = ctx.get('Authorization').split(' ').filter(Boolean)
    if (parts[0]?.toLowerCase() !== 'bearer') return null
    if (parts.length !== 2) throw refuse('bad_authorization_header')
    return parts[1]!
  }

  const initial: Step = async (ctx, next) => {
    ctx.state.initialAccessToken = await judgeInitial(tokenIn(ctx))
    await next()
  }

  const own: Step = async (ctx, next) => {
    const token = tokenIn(ctx)
    if (token === null) throw refuse('not_authenticated')
    ctx.state.registered = { application: await judgeOwn(ctx.params.id ?? '', token), token }
    await next()
  }

  return { initial, own }
}

export type Registrant = ReturnType<typeof createRegistrant>
