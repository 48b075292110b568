// The JWKS endpoint (RFC 7517 §5), `GET /.well-known/jwks.json`: its schema and its handler, with an ETag. If the
// keys in this process may be old, caches must revalidate the response.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { jwksMaxAge } from '../../policy/key-life.js'
import type { Tail } from '../../revocation/tail.js'
import type { SigningKeys } from '../../tokens/signing-keys.js'
import type { Context } from '../handler.js'

/** A JWK Set (RFC 7517 §5); public members only. */
export const jwksSchema = z
  .object({
    keys: z.array(
      z.object({
        kty: z.enum(['EC', 'RSA', 'OKP']),
        kid: z.string(),
        alg: z.string(),
        use: z.literal('sig'),
        crv: z.string().optional(),
        x: z.string().optional(),
        y: z.string().optional(),
        n: z.string().optional(),
        e: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'PublicKeys' })

/** How long an answer waits for the database, in ms. */
const keysTimeout = 1_000

/** The public keys (RFC 7517 §5). Verifiers may cache them for five minutes: keys are published longer before use. */
export function createJwksHandler({ signingKeys, tail }: { signingKeys: SigningKeys; tail: Tail }) {
  /** Whether the keys are current: a server that was paused must not hand out old keys, which are then cached. */
  async function isCurrent(): Promise<boolean> {
    if (tail.isFresh()) return true
    const read = tail.readIfOld().then(
      () => true,
      () => false,
    )
    return Promise.race([read, pause(keysTimeout, false, { ref: false })])
  }

  return {
    async jwks(ctx: Context): Promise<void> {
      const current = await isCurrent()
      ctx.type = 'application/json'
      // If the database does not answer, the keys may be stale: they are served, but caches must revalidate them.
      ctx.set('Cache-Control', current ? `public, max-age=${jwksMaxAge}` : 'no-cache')
      ctx.set('ETag', signingKeys.jwksTag())
      // Koa's `fresh` is false while the status is still the default 404.
      ctx.status = 200
      if (ctx.fresh) ctx.status = 304
      else ctx.body = signingKeys.jwks()
    },
  }
}
