// DPoP nonces, where this resource server requires them (RFC 9449 §9): they prevent proofs that are made in advance. A
// nonce is an HMAC of the minute that it was issued in, under a key that all processes of the resource server share:
// none is stored, and each process accepts those of the others.
import { createHmac, hkdfSync } from 'node:crypto'
import type { CheckedOptions } from './options.js'

/**
 * Period of a nonce, in ms. It is accepted for one more period, and one period early at a process whose clock is
 * behind.
 */
const step = 60_000

export type ProofNoncesOptions = Pick<CheckedOptions, 'dpopNonces' | 'clientSecret' | 'audience'>

export function createProofNonces({ dpopNonces, clientSecret, audience }: ProofNoncesOptions) {
  const key = Buffer.from(hkdfSync('sha256', clientSecret, audience, 'darvoza verifier proof nonce', 32))
  let made = { of: Number.NaN, nonces: [] as readonly string[] }

  const nonceOf = (number: number) => createHmac('sha256', key).update(String(number)).digest('base64url')

  return {
    /**
     * The nonces that are accepted now, the first of which is the one to issue; null where none is required. Computed
     * once a minute.
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
