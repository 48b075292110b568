// The access token in the Authorization header: under `Bearer` (RFC 6750 §2.1) or, for a token bound to a key, under
// `DPoP` with a proof of that key (RFC 9449 §7.1). Neither is accepted under the other scheme.
import type { AccessClaims } from '../../protocol/claims.js'
import { boundKeyOf } from '../../protocol/dpop.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Context, Scheme } from '../handler.js'
import type { ShownProofs } from '../shown-proofs.js'
import { refusesToken } from '../wire/refusal-headers.js'

/** Authentication schemes; their names are case-insensitive (RFC 9110 §11.1). */
const schemes: Readonly<Record<string, Scheme>> = { bearer: 'Bearer', dpop: 'DPoP' }

export function createShownTokens({ shownProofs }: { shownProofs: ShownProofs }) {
  return {
    isShown: (ctx: Context): boolean => schemeIn(ctx) !== null,

    /**
     * The text of the token. Any other scheme counts as no credential, as in simplejwt.
     * @throws not_authenticated, bad_authorization_header
     */
    textIn(ctx: Context): string {
      const scheme = schemeIn(ctx)
      if (!scheme) throw refuse('not_authenticated')
      ctx.state.scheme = scheme
      const [, text, ...more] = partsOf(ctx)
      if (text === undefined || more.length > 0) throw refuse('bad_authorization_header')
      return text
    },

    /**
     * Requires that a valid token came under the scheme of its binding, with a proof if it is bound to a key. A token
     * in a form counts as `Bearer`.
     * @throws token_bound, token_unbound, invalid_dpop_proof, use_dpop_nonce, clock_jumped
     */
    async requireKey(ctx: Context, token: string, claims: AccessClaims): Promise<void> {
      const bound = boundKeyOf(claims)
      if (ctx.state.scheme !== 'DPoP') {
        // RFC 9449 §7.2: a bound token is refused without its proof.
        if (bound !== null) throw refuse('token_bound')
        return
      }
      if (bound === null) throw refuse('token_unbound')
      const proof = await shownProofs.of(ctx, token)
      if (!proof) throw refuse('invalid_dpop_proof')
      if (proof.jkt !== bound) throw refuse('token_bound')
      await proof.spend()
    },
  }
}

export type ShownTokens = ReturnType<typeof createShownTokens>

const partsOf = (ctx: Context) => ctx.get('Authorization').split(' ').filter(Boolean)

function schemeIn(ctx: Context): Scheme | null {
  const name = partsOf(ctx)[0]?.toLowerCase() ?? ''
  return Object.hasOwn(schemes, name) ? schemes[name]! : null
}

/** Marks refusals of a token as refusals of the Authorization header (RFC 6750 §3). */
export async function inHeader(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Refusal && refusesToken(error.code))
      throw new Refusal(error.code, { ...error.details, inHeader: true })
    throw error
  }
}
