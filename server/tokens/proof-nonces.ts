// DPoP nonces, where the policy asks for them (RFC 9449 §8, §9): they prevent proofs that are made in advance. A nonce is an
// HMAC of the minute that it was given in, under a key that all servers share: none is stored, and each server takes those of
// the others.
import { createHmac, hkdfSync } from 'node:crypto'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Secret, Secrets } from './secrets.js'

/** In ms. One is good for as long again, and so much earlier at a server whose clock is behind. */
const step = 60_000

export type ProofNoncesDeps = {
  secrets: Pick<Secrets, 'present' | 'find'>
  policy: PolicyInForce
  now: () => number
}

export function createProofNonces({ secrets, policy, now }: ProofNoncesDeps) {
  let made = { of: '', nonces: [] as readonly string[] }

  /** A key of its own, so that no nonce says anything about what else the secret is for. */
  function nonceOf({ version, secret }: Secret, number: number): string {
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'darvoza proof nonce', 32))
    return createHmac('sha256', key).update(`${version}.${number}`).digest('base64url')
  }

  return {
    isAsked: (): boolean => policy().dpop_nonces,

    /** Those that are good now; the first is to be given. Made once a minute. */
    good(): readonly [string, ...string[]] {
      const at = now()
      const present = secrets.present('ticket')
      const former = at - present.createdAt < 2 * step ? secrets.find('ticket', present.version - 1) : null
      const number = Math.floor(at / step)
      const of = [present.version, former?.version, number].join('.')
      if (made.of !== of) {
        const numbers = [number, number - 1, number + 1]
        const nonces = [present, ...(former ? [former] : [])].flatMap(one => numbers.map(each => nonceOf(one, each)))
        made = { of, nonces }
      }
      return made.nonces as [string, ...string[]]
    },
  }
}

export type ProofNonces = ReturnType<typeof createProofNonces>
