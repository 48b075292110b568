// One entry of the revocation log, and the question that every verifier asks of it: does it refuse these claims? What writes
// entries stands in policy/revocation.ts.
import type { Actor } from '../claims.js'
import type { ErrorCode } from '../errors.js'

export const revocationKinds = ['token', 'session', 'user', 'role', 'application', 'key', 'all'] as const
export type RevocationKind = (typeof revocationKinds)[number]

/** `end`: it is over. `refresh`: the claims are stale, a refresh brings new ones, nobody is signed out. */
export type RevocationEffect = 'end' | 'refresh'

/** One entry of the revocation log. Times are epoch ms. */
export type Revocation = {
  seq: number
  kind: RevocationKind
  subject: string
  effect: RevocationEffect
  exceptSid: string | null
  reason: string
  expiresAt: number
}

/** What of a token the log can match. */
export type RevocableClaims = {
  rev: number
  jti: string
  sub: string
  sid?: string | undefined
  client_id: string
  /** Through whom it came, `client_id` first: an entry about any of them is about it too. */
  act?: Actor | undefined
  roles: readonly string[]
}

/** Does this entry, found under one of the token's own subjects, refuse the token? `end` is told before `refresh`. */
export function refuses(entry: Revocation, claims: RevocableClaims): boolean {
  if (entry.kind === 'key') return true
  if (entry.seq <= claims.rev) return false
  return entry.exceptSid === null || entry.exceptSid !== claims.sid
}

/**
 * What a token is refused with because of this entry.
 * @param codeOfReason for who knows more than the kind of an entry
 */
export function refusalCode(
  entry: Revocation,
  codeOfReason: (reason: string) => ErrorCode | null = () => null,
): ErrorCode {
  if (entry.kind === 'key') return 'token_key_revoked'
  if (entry.effect === 'refresh') return 'token_stale'
  return codeOfReason(entry.reason) ?? (entry.kind === 'session' ? 'session_ended' : 'token_revoked')
}
