// The claims of a verified token, for the application: immutable, as many requests share them.
import type { AccessClaims } from '../protocol/claims.js'
import { scopeWordsOf } from '../protocol/scopes.js'

/**
 * Claims of an access token; an API key has no `rev`, and may have no `exp`. Its `roles` are empty: its permissions
 * count.
 */
export type VerifiedClaims = Readonly<Omit<AccessClaims, 'token_type' | 'rev' | 'exp' | 'roles' | 'permissions'>> & {
  readonly token_type: 'access' | 'api_key'
  /** The words of `scope`. */
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly permissions?: readonly string[]
  readonly exp?: number
  readonly rev?: number
  /** The user, under simplejwt's name of the claim; the policy may set another name. */
  readonly user_id?: string
} & { readonly [claim: string]: unknown }

/** Completes the claims, and makes them immutable. */
export function verifiedClaims(claims: Record<string, unknown>, type: 'access' | 'api_key'): VerifiedClaims {
  claims.token_type = type
  claims.scopes = typeof claims.scope === 'string' ? scopeWordsOf(claims.scope) : []
  freeze(claims)
  return claims as VerifiedClaims
}

function freeze(value: object): void {
  for (const name in value) {
    const inner = (value as Record<string, unknown>)[name]
    if (typeof inner === 'object' && inner !== null) freeze(inner)
  }
  Object.freeze(value)
}
