// DPoP nonces, where the policy requires them (RFC 9449 §8, §9): they prevent proofs that are made in advance. A nonce
// is an HMAC of the minute that it was issued in, under a key that all servers share: none is stored, and each server
// accepts those of the others.
import { createHmac, hkdfSync } from 'node:crypto'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Secret, Secrets } from './secrets.js'

/**
 * Period of a nonce, in ms. It is accepted for one more period, and one period early at a server whose clock is
 * behind.
 */
const step = 60_000

export type ProofNoncesDeps = {
  secrets: Pick<Secrets, 'present' | 'find'>
  policy: PolicyInForce
  now: () => number
}

export function createProofNonces({ secrets, policy, now }: ProofNoncesDeps) {
  let made = { of: '', nonces: [] as readonly string[] }

  /** HMAC under a derived key, so that no nonce reveals anything about other uses of the secret. */
  function nonceOf({ version, secret }: Secret, number: number): string {
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'darvoza proof nonce', 32))
    return createHmac('sha256', key).update(`${version}.${number}`).digest('base64url')
  }

  return {
    isAsked: (): boolean => policy().dpop_nonces,

    /** The nonces that are accepted now; the first is the one to issue. Computed once a minute. */
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
