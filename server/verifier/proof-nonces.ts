// DPoP nonces, where this resource server asks for them (RFC 9449 §9): they prevent proofs that are made in advance. A nonce is
// an HMAC of the minute that it was given in, under a key that all processes of the resource server share: none is stored, and
// each takes those of the others.
import { createHmac, hkdfSync } from 'node:crypto'
import type { CheckedOptions } from './options.js'

/** In ms. One is good for as long again, and so much earlier at a process whose clock is behind. */
const step = 60_000

export type ProofNoncesOptions = Pick<CheckedOptions, 'dpopNonces' | 'clientSecret' | 'audience'>

export function createProofNonces({ dpopNonces, clientSecret, audience }: ProofNoncesOptions) {
  const key = Buffer.from(hkdfSync('sha256', clientSecret, audience, 'darvoza verifier proof nonce', 32))
  let made = { of: Number.NaN, nonces: [] as readonly string[] }

  const nonceOf = (number: number) => createHmac('sha256', key).update(String(number)).digest('base64url')

  return {
    /**
     * Those that are good now, the first of which is to be given; null where none is asked for. Made once a minute.
     * @param now epoch ms
     */
    good(now: number): readonly string[] | null {
      if (!dpopNonces) return null
      const of = Math.floor(now / step)
      if (made.of !== of) made = { of, nonces: [of, of - 1, of + 1].map(nonceOf) }
      return made.nonces
    },
  }
}

export type ProofNonces = ReturnType<typeof createProofNonces>
