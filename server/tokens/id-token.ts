// The id_token (OIDC Core §2): tells an application who signed in, when and how. It gives access to nothing here: its
// type differs from an access token's, and its audience is the application.
import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import { type ApplicationTerms, scopeWords } from '../policy/application-metadata.js'
import { claimsOf } from '../policy/scope-claims.js'
import type { SigningAlgorithm } from '../protocol/algorithms.js'
import { refuse } from '../protocol/errors.js'
import { readCompact } from '../protocol/jws.js'
import type { Standing } from '../storage/sessions.js'
import type { SigningKeys } from './signing-keys.js'

/** Lifetime of an id_token, in seconds. It is read when it arrives; nobody is signed in by it later. */
const longestLifetime = 3_600

/** OIDC Core §2: the algorithm for an application that registered no other. */
export const usualIdTokenAlgorithm = 'RS256'

/** Claims that every id_token has, or may have; others come with scopes. */
export const idTokenClaims = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash', 'sid', 'amr'] as const

export type IdTokenDeps = { issuer: string; signingKeys: SigningKeys }

export type IdTokenSubject = Pick<Standing, 'session' | 'user'> & { application: ApplicationTerms }

export type IdTokenTerms = {
  /** The access token that is issued with it: it sets `at_hash`, and the id_token never outlives it. */
  accessToken: string
  /** `nonce` of the authorization request; a refresh has none (OIDC Core §12.2). */
  nonce?: string | null | undefined
  /** Epoch ms. */
  issuedAt: number
  /** The granted scope, words with a space between. */
  scope: string
}

export function createIdTokens({ issuer, signingKeys }: IdTokenDeps) {
  return {
    /**
     * @throws database_unavailable where the key that an application has registered for is not there yet
     */
    async idToken(
      { session, user, application }: IdTokenSubject,
      { accessToken, nonce, issuedAt, scope }: IdTokenTerms,
    ): Promise<string> {
      const { id_token_signed_response_alg: algorithm = usualIdTokenAlgorithm, roles_claim } = application.metadata
      const key = signingKeys.soonOf(algorithm)
      if (!key) {
        const cause = new Error(`no key signs with ${algorithm}, which ${application.id} has registered`)
        throw refuse('database_unavailable', { retryAfter: 5, cause })
      }
      const iat = Math.floor(issuedAt / 1000)
      const { exp } = readCompact(accessToken).claims as { exp: number }
      const claims = {
        ...claimsOf(user, scopeWords(scope), roles_claim, 'idToken'),
        iss: issuer,
        sub: String(user.id),
        aud: application.id,
        // Bounded by the access token, so that a retired key (policy/key-life.ts) signed no id_token that is live.
        exp: Math.min(iat + longestLifetime, exp),
        iat,
        auth_time: Math.floor(session.authenticatedAt / 1000),
        ...(nonce != null && { nonce }),
        at_hash: halfHash(key.algorithm, accessToken),
        sid: session.id,
        // RFC 8176: all users sign in with a password.
        amr: ['pwd'],
      }
      const header = { alg: key.algorithm, typ: 'JWT', kid: key.kid }
      return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey)
    },
  }
}

export type IdTokens = ReturnType<typeof createIdTokens>

/** OIDC Core §3.1.3.6: the left half of the hash that the algorithm of the signature uses. Ed25519's is SHA-512 (RFC 8032 §5.1). */
function halfHash(algorithm: SigningAlgorithm, token: string): string {
  const hash = createHash(algorithm === 'EdDSA' ? 'sha512' : 'sha256')
    .update(token)
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}
