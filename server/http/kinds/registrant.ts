// Senders that register an application, or manage one: known by a token of registration in the Authorization header.
import type { Registrations } from '../../identity/registrations/registrations.js'
import { refuse } from '../../protocol/errors.js'
import type { Context, Step } from '../handler.js'

export function createRegistrant({ judgeInitial, judgeOwn }: Registrations) {
  /** Another scheme is no credential at all; the name is read in any case (RFC 9110 §11.1). */
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
