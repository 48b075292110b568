// The DPoP proof of a request, in its header `DPoP` (RFC 9449 §4.1): at the token endpoint, and with a token that is
// bound to a key.
import type { Proofs, ShownProof } from '../tokens/proofs.js'
import type { Context } from './handler.js'

export type ShownProofsDeps = { issuer: string; proofs: Proofs }

export function createShownProofs({ issuer, proofs }: ShownProofsDeps) {
  return {
    /**
     * The DPoP proof of a request. It is verified once a request, however often it is asked for: a client can send its
     * body for longer than a proof is valid.
     * @param token sent with the proof
     * @returns null without the header; a header that is there twice is refused (§4.3, 1)
     * @throws invalid_dpop_proof, use_dpop_nonce, clock_jumped
     */
    async of(ctx: Context, token?: string): Promise<ShownProof | null> {
      const text = ctx.get('DPoP')
      // §4.3, 9: the URL is made from the issuer, whatever a proxy or the client says in `Host`.
      const request = { method: ctx.method, url: `${issuer}${ctx.path}`, ...(token !== undefined && { token }) }
      if (text === '') ctx.state.proof = null
      if (ctx.state.proof !== undefined) return ctx.state.proof
      // §8.2: every answer carries the current nonce, so that the client's next proof has a valid one.
      const nonce = proofs.nonce()
      if (nonce !== null) ctx.set('DPoP-Nonce', nonce)
      ctx.state.proof = await proofs.read(text, request)
      return ctx.state.proof
    },
  }
}

export type ShownProofs = ReturnType<typeof createShownProofs>
