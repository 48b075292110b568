// One entry of the revocation log, and whether it refuses given claims. policy/revocation.ts decides which entries are
// written.
import type { Actor } from '../claims.js'
import type { ErrorCode } from '../errors.js'

export const revocationKinds = ['token', 'session', 'user', 'role', 'application', 'key', 'all'] as const
export type RevocationKind = (typeof revocationKinds)[number]

/** `end`: the token is over. `refresh`: its claims are stale, a refresh brings new ones, and no user is signed out. */
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

/** The claims that entries of the log match on. */
export type RevocableClaims = {
  rev: number
  jti: string
  sub: string
  sid?: string | undefined
  client_id: string
  /** The applications that the token came through, `client_id` first: an entry about any of them concerns it. */
  act?: Actor | undefined
  roles: readonly string[]
}

/** Whether an entry, found by one of the token's own subjects, refuses the token. */
export function refuses(entry: Revocation, claims: RevocableClaims): boolean {
  if (entry.kind === 'key') return true
  if (entry.seq <= claims.rev) return false
  return entry.exceptSid === null || entry.exceptSid !== claims.sid
}

/**
 * The code with which this entry refuses a token.
 * @param codeOfReason for callers that know the reason of the entry, not only its kind
 */
export function refusalCode(
  entry: Revocation,
  codeOfReason: (reason: string) => ErrorCode | null = () => null,
): ErrorCode {
  if (entry.kind === 'key') return 'token_key_revoked'
  if (entry.effect === 'refresh') return 'token_stale'
  return codeOfReason(entry.reason) ?? (entry.kind === 'session' ? 'session_ended' : 'token_revoked')
}
