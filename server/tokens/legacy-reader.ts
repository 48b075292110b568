// Verifies refresh tokens of the former service: form, algorithm, signature, claims, in the order in which a refusal
// may be disclosed. Without the key of that service no token passes.
import { createHash, type KeyObject } from 'node:crypto'
import { compactVerify, errors } from 'jose'
import { refuse } from '../protocol/errors.js'
import { type CompactToken, readCompact } from '../protocol/jws.js'
import { type ExpectedLegacyToken, hasLegacyForm, readLegacyClaims } from '../protocol/legacy-claims.js'
import { refuseToken } from './checks.js'

/** The expected values of a token of the former service; times are epoch ms. */
export type LegacyTerms = Omit<ExpectedLegacyToken, 'now' | 'latest'> & { algorithm: string; key: KeyObject }

/** A verified token of the former service; its rows decide whether it may still be exchanged. Times are epoch ms. */
export type LegacyToken = { hash: string; userId: number; issuedAt: number; expiresAt: number }

export type LegacyReaderDeps = {
  terms: LegacyTerms
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

export function createLegacyReader({ terms, now, latest }: LegacyReaderDeps) {
  return {
    /** Parses a token of the form of the former service's. @throws token_malformed, token_algorithm, token_type */
    formOf(token: string): CompactToken {
      const compact = readCompact(token)
      if (!hasLegacyForm(compact)) throw refuse('token_type')
      return compact
    },

    /**
     * @param compact what `formOf` made of it
     * @throws token_algorithm, token_signature, what `readLegacyClaims` tells
     */
    async read(token: string, compact: CompactToken): Promise<LegacyToken> {
      // RFC 8725 §3.1: the settings say which algorithm is right, not the token.
      if (compact.header.alg !== terms.algorithm) throw refuse('token_algorithm')
      try {
        await compactVerify(token, terms.key, { algorithms: [terms.algorithm] })
      } catch (error) {
        throw error instanceof errors.JOSEError ? refuse('token_signature') : error
      }
      const claims = readLegacyClaims(compact.claims, { ...terms, now: now(), latest: latest() })
      if (typeof claims === 'string') throw refuseToken(claims)
      const { jti, userId, iat, exp } = claims
      return { hash: hashOfJti(jti), userId, issuedAt: iat * 1000, expiresAt: exp * 1000 }
    },
  }
}

export type LegacyReader = ReturnType<typeof createLegacyReader>

/** Hash of a `jti`, by which rows identify a token. */
export function hashOfJti(jti: string): string {
  return createHash('sha256').update(jti).digest('base64url')
}
