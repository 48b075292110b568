import type { TokenRevocation } from '../../identity/applications/token-revocation.js'
import { type Context, originOf } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { readParameters } from './grants/grant.js'

/** RFC 7009 §2.1; one of a type that nobody knows is ignored with its hint. */
export const revocationParameters = { token: { required: true }, token_type_hint: {} } as const

export function createRevocationHandler({ tokenRevocation }: { tokenRevocation: TokenRevocation }) {
  return {
    /** §2.2: what became of it tells the status alone. */
    async revoke(ctx: Context): Promise<void> {
      const { token } = readParameters((ctx.request.body ?? {}) as Form, revocationParameters)
      await tokenRevocation.revoke(token, ctx.state.application!.id, originOf(ctx))
      ctx.body = null
      ctx.status = 200
    },
  }
}
