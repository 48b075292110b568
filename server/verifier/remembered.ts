// Tokens whose signature and claims were found right, by the digest of their whole text: a request with one of them costs a
// digest and a look-up. What time and the log say of them is asked again each time.
import { hash } from 'node:crypto'
import type { AccessClaims } from '../protocol/claims.js'
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
  // Two halves: when the young one is full it becomes the old one, and what nobody has asked for since is forgotten.
  const half = Math.max(1, Math.floor(size / 2))
  let young = new Map<string, Signed>()
  let old = new Map<string, Signed>()

  function keep(digest: string, signed: Signed): void {
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(digest, signed)
  }

  return {
    /** Of a whole token, signature and all. */
    digest: (token: string): string => (size === 0 ? '' : hash('sha256', token, 'base64url')),

    find(digest: string): Signed | undefined {
      if (size === 0) return undefined
      const found = young.get(digest)
      if (found) return found
      const older = old.get(digest)
      if (older) keep(digest, older)
      return older
    },

    keep(digest: string, signed: Signed): void {
      if (size > 0) keep(digest, signed)
    },

    forget(digest: string): void {
      young.delete(digest)
      old.delete(digest)
    },

    /** The keys are others. */
    clear(): void {
      young = new Map()
      old = new Map()
    },

    size: (): number => young.size + old.size,
  }
}

export type Remembered = ReturnType<typeof createRemembered>
