// The token revocation endpoint (RFC 7009 §2), `POST /oauth/revoke`: its parameters and its handler.
import type { TokenRevocation } from '../../identity/applications/token-revocation.js'
import { type Context, originOf } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { readForm } from './form-rules.js'

/** Parameters of RFC 7009 §2.1; an unknown token type hint is ignored. */
export const revocationParameters = {
  token: { required: true, about: 'An access token or a refresh token.' },
  token_type_hint: { about: 'Not needed: the type of a token is recognized from the token itself.' },
} as const

export function createRevocationHandler({ tokenRevocation }: { tokenRevocation: TokenRevocation }) {
  return {
    /** RFC 7009 §2.2: the answer is the status alone. */
    async revoke(ctx: Context): Promise<void> {
      const { token } = readForm((ctx.request.body ?? {}) as Form, revocationParameters)
      await tokenRevocation.revoke(token, ctx.state.application!.id, originOf(ctx))
      ctx.body = null
      ctx.status = 200
    },
  }
}
