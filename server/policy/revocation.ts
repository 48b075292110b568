// Triggers × effects: what each event ends, once. Pages, documents and tests are made from this table; tokens/revoke.ts
// carries it out. And the one question every verifier asks: does the log refuse these claims?
import type { ErrorCode } from '../protocol/errors.js'

export const revocationKinds = ['token', 'session', 'user', 'role', 'application', 'key', 'all'] as const
export type RevocationKind = (typeof revocationKinds)[number]

/** `end`: it is over. `refresh`: the claims are stale, a refresh brings new ones, nobody is signed out. */
export type RevocationEffect = 'end' | 'refresh'

type TriggerRow = {
  what: string
  kind: RevocationKind
  effect: RevocationEffect
  /** `it`: the one named; `all` and `others`: of the subject; `stay`: untouched. */
  sessions: 'it' | 'all' | 'others' | 'stay'
  apiKeys: 'stay' | 'end' | 'follow'
  /** What a token that this ended is refused with. */
  code: ErrorCode
}

export const triggers = {
  sign_out: {
    what: 'Sign-out of one application',
    kind: 'session',
    effect: 'end',
    sessions: 'it',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  replaced: {
    what: 'A new sign-in of the same application on the same device',
    kind: 'session',
    effect: 'end',
    sessions: 'it',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  session_limit: {
    what: 'A sign-in over the limit of sessions',
    kind: 'session',
    effect: 'end',
    sessions: 'it',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  session_ended: {
    what: 'A session ended by its owner or an administrator',
    kind: 'session',
    effect: 'end',
    sessions: 'it',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  device_ended: {
    what: 'A device ended by its owner or an administrator',
    kind: 'session',
    effect: 'end',
    sessions: 'it',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  refresh_token_reused: {
    what: 'A refresh token used again after its grace',
    kind: 'session',
    effect: 'end',
    sessions: 'it',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  all_ended: {
    what: "All of a user's sessions ended",
    kind: 'user',
    effect: 'end',
    sessions: 'all',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  others_ended: {
    what: "All of a user's other sessions ended by the user",
    kind: 'user',
    effect: 'end',
    sessions: 'others',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  password_changed: {
    what: 'Password changed by its owner',
    kind: 'user',
    effect: 'end',
    sessions: 'others',
    apiKeys: 'stay',
    code: 'session_ended',
  },
  password_reset: {
    what: 'Password reset by an administrator',
    kind: 'user',
    effect: 'end',
    sessions: 'all',
    apiKeys: 'end',
    code: 'session_ended',
  },
  user_disabled: {
    what: 'User disabled',
    kind: 'user',
    effect: 'end',
    sessions: 'all',
    apiKeys: 'end',
    code: 'user_inactive',
  },
  user_deleted: {
    what: 'User deleted',
    kind: 'user',
    effect: 'end',
    sessions: 'all',
    apiKeys: 'end',
    code: 'user_unknown',
  },
  roles_changed: {
    what: 'Roles or permissions of a user changed',
    kind: 'user',
    effect: 'refresh',
    sessions: 'stay',
    apiKeys: 'follow',
    code: 'token_stale',
  },
  user_renamed: {
    what: 'User renamed',
    kind: 'user',
    effect: 'refresh',
    sessions: 'stay',
    apiKeys: 'follow',
    code: 'token_stale',
  },
} as const satisfies Record<string, TriggerRow>

export type Trigger = keyof typeof triggers

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
  roles: readonly string[]
}

/** Does this entry, found under one of the token's own subjects, refuse the token? `end` is told before `refresh`. */
export function refuses(entry: Revocation, claims: RevocableClaims): boolean {
  if (entry.kind === 'key') return true
  if (entry.seq <= claims.rev) return false
  return entry.exceptSid === null || entry.exceptSid !== claims.sid
}

/** What a token is refused with because of this entry. */
export function refusalCode(entry: Revocation): ErrorCode {
  if (entry.kind === 'key') return 'token_key_revoked'
  if (entry.effect === 'refresh') return 'token_stale'
  if (Object.hasOwn(triggers, entry.reason)) return triggers[entry.reason as Trigger].code
  return entry.kind === 'session' ? 'session_ended' : 'token_revoked'
}

/** Slack on an entry's life, in ms: clocks and policies that reach a process late. */
const entrySlack = 120_000

/**
 * When an entry may be forgotten: no token that it refuses can be live any more.
 * @param longestLifetime of an access token now, in seconds
 * @param horizon epoch ms until which a token of an older, longer policy may live
 * @returns epoch ms
 */
export function entryExpiry(now: number, longestLifetime: number, horizon: number): number {
  return Math.max(now + longestLifetime * 1000, horizon) + entrySlack
}
