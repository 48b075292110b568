// Proof Key for Code Exchange (RFC 7636), only with S256: the method `plain` proves nothing.
import { createHash, timingSafeEqual } from 'node:crypto'

export const challengeMethods = ['S256'] as const

/** RFC 7636 §4.2: a code challenge is the SHA-256 of a verifier, 32 bytes in base64url. */
export function isChallenge(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}

/** RFC 7636 §4.1: syntax of a code verifier. */
export function isVerifier(text: string): boolean {
  return /^[\w.~-]{43,128}$/.test(text)
}

/** RFC 7636 §4.6: comparison of a code verifier with its challenge. */
export function verifierMatches(verifier: string, challenge: string): boolean {
  if (!isVerifier(verifier) || !isChallenge(challenge)) return false
  const made = createHash('sha256').update(verifier).digest('base64url')
  return timingSafeEqual(Buffer.from(made), Buffer.from(challenge))
}
