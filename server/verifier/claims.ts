// What a verified token says, as it is handed on: it cannot be changed, for many requests share it.
import type { AccessClaims } from '../protocol/claims.js'
import { scopeWordsOf } from '../protocol/scopes.js'

/** Of an access token; an API key has no `rev`, and may have no `exp`. Its `roles` are none: its permissions count. */
export type VerifiedClaims = Readonly<Omit<AccessClaims, 'token_type' | 'rev' | 'exp' | 'roles' | 'permissions'>> & {
  readonly token_type: 'access' | 'api_key'
  /** The words of `scope`. */
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly permissions?: readonly string[]
  readonly exp?: number
  readonly rev?: number
  /** The user, for those who know simplejwt's claim; by another name where the policy says so. */
  readonly user_id?: string
} & { readonly [claim: string]: unknown }

/** Takes the claims over: they are completed, and cannot be changed afterwards. */
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
