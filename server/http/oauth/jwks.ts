import { jwksMaxAge } from '../../policy/key-life.js'
import type { SigningKeys } from '../../tokens/signing-keys.js'
import type { Context } from '../handler.js'

/** The public keys (RFC 7517 §5). Verifiers may keep them for five minutes: a key is published longer before it signs. */
export function createJwksHandler({ signingKeys }: { signingKeys: SigningKeys }) {
  return {
    jwks(ctx: Context): void {
      ctx.type = 'application/json'
      ctx.set('Cache-Control', `public, max-age=${jwksMaxAge}`)
      ctx.set('ETag', signingKeys.jwksTag())
      // Koa calls nothing fresh that has not been found.
      ctx.status = 200
      if (ctx.fresh) ctx.status = 304
      else ctx.body = signingKeys.jwks()
    },
  }
}
