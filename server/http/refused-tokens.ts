// The error codes of a token that is refused by its form, type, algorithm, key, signature, claims, issuer, audience
// or expiry: a shared part of `refuses` in rows of routes and in kinds of access.
import type { ErrorCode } from '../protocol/errors.js'

/** Error codes of tokens refused by their content, for the rows of routes that read a token. */
export const refusedByContent = [
  'token_malformed',
  'token_type',
  'token_algorithm',
  'token_key_unknown',
  'token_key_revoked',
  'token_signature',
  'token_claims',
  'token_issuer',
  'token_audience',
  'token_expired',
] as const satisfies readonly ErrorCode[]
