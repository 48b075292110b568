// Tokens whose signature and claims were found right, by the digest of their whole text: a request with one of them costs a
// digest and a look-up. What time and the log say of them is asked again each time.
import { hash } from 'node:crypto'
import type { AccessClaims } from '../protocol/claims.js'
import { createRecent } from '../protocol/recent.js'
import type { VerifiedClaims } from './claims.js'

/** A token whose signature and claims are right. */
export type Signed = {
  raw: AccessClaims
  claims: VerifiedClaims
  kid: string
  /** Where the log stood when nothing in it refused the token, and of which mirror; -1: it was not asked yet. */
  position: number
  round: number
}

/** @param size how many at the most; 0: none is remembered */
export function createRemembered(size: number) {
  const { find, ...recent } = createRecent<Signed>(size)
  return {
    ...recent,
    /** Of a whole token, signature and all. */
    digest: (token: string): string => (size === 0 ? '' : hash('sha256', token, 'base64url')),
    find: (digest: string): Signed | undefined => (size === 0 ? undefined : find(digest)),
  }
}

export type Remembered = ReturnType<typeof createRemembered>
