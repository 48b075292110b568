// Cache of tokens whose signature and claims were verified, by the digest of their whole text: a request with one of
// them costs a digest and a look-up. Time and log are checked again each time.
import { hash } from 'node:crypto'
import type { AccessClaims } from '../protocol/claims.js'
import { createRecent } from '../protocol/recent.js'
import type { VerifiedClaims } from './claims.js'

/** A token whose signature and claims are verified. */
export type Signed = {
  raw: AccessClaims
  claims: VerifiedClaims
  kid: string
  /** The log's position at which no entry refused the token, with its mirror; -1: not checked yet. */
  position: number
  round: number
}

/** @param size how many at the most; 0: none is cached */
export function createRemembered(size: number) {
  const { find, ...recent } = createRecent<Signed>(size)
  return {
    ...recent,
    /** The digest of a whole token, signature included. */
    digest: (token: string): string => (size === 0 ? '' : hash('sha256', token, 'base64url')),
    find: (digest: string): Signed | undefined => (size === 0 ? undefined : find(digest)),
  }
}

export type Remembered = ReturnType<typeof createRemembered>
