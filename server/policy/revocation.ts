// Triggers × effects: what each event ends. Pages, documents and tests are made from this table; tokens/changes.ts
// carries it out.
import type { ErrorCode } from '../protocol/errors.js'
import type { RevocationEffect, RevocationKind } from '../protocol/log/revocation.js'

type TriggerRow = {
  what: string
  kind: RevocationKind
  effect: RevocationEffect
  /** `it`: the named session; `all` and `others`: of the subject; `stay`: none. */
  sessions: 'it' | 'all' | 'others' | 'stay'
  /**
   * Effect on the user's API keys: they end, or follow (they may do what their user still may); `none` where the
   * event concerns no user, or nothing of a user that a key depends on. Only events of kind `user` can end them.
   */
  apiKeys: 'stay' | 'end' | 'follow' | 'none'
  /** The code that refuses a token that this ended. */
  code: ErrorCode
  /**
   * For ends of a browser session: offline sessions go on (OpenID Connect Core §11), as the browser has only come to
   * its end. Otherwise they end too: nothing of that sign-in is trusted any more.
   */
  offline?: 'stay'
  /** Not used yet: it comes with applications, consent and API keys. */
  later?: true
}

const endsOne = { kind: 'session', effect: 'end', sessions: 'it', apiKeys: 'stay', code: 'session_ended' } as const
const endsAllOfUser = { kind: 'user', effect: 'end', sessions: 'all', apiKeys: 'stay', code: 'session_ended' } as const
const stale = { effect: 'refresh', sessions: 'stay', apiKeys: 'follow', code: 'token_stale' } as const
const endsApplication = { kind: 'application', effect: 'end', sessions: 'all', apiKeys: 'none' } as const
const endsEverybody = { kind: 'all', effect: 'end', sessions: 'all', apiKeys: 'stay', code: 'session_ended' } as const

export const triggers = {
  sign_out: { ...endsOne, offline: 'stay', what: 'Sign-out of one application' },
  replaced: { ...endsOne, offline: 'stay', what: 'A new sign-in of the same application on the same device' },
  session_limit: { ...endsOne, offline: 'stay', what: 'A session over the limit of sessions' },
  device_limit: { ...endsOne, what: 'A session on a device over the limit of devices' },
  session_ended: { ...endsOne, what: 'A session ended by its owner or an administrator' },
  device_ended: { ...endsOne, what: 'A device ended by its owner or an administrator' },
  refresh_token_reused: { ...endsOne, what: 'A refresh token used again after its grace' },
  code_reused: { ...endsOne, what: 'A code redeemed twice' },
  token_revoked: {
    kind: 'token',
    effect: 'end',
    sessions: 'stay',
    apiKeys: 'none',
    code: 'token_revoked',
    what: 'One access token revoked',
  },
  all_ended: { ...endsAllOfUser, what: "All of a user's sessions ended" },
  others_ended: { ...endsAllOfUser, sessions: 'others', what: "All of a user's other sessions ended by the user" },
  password_changed: { ...endsAllOfUser, sessions: 'others', what: 'Password changed by its owner' },
  password_reset: { ...endsAllOfUser, apiKeys: 'end', what: 'Password reset by an administrator' },
  user_disabled: { ...endsAllOfUser, apiKeys: 'end', code: 'user_inactive', what: 'User disabled' },
  user_deleted: { ...endsAllOfUser, apiKeys: 'end', code: 'user_unknown', what: 'User deleted' },
  roles_changed: { ...stale, kind: 'user', what: 'Roles or permissions of a user changed' },
  user_renamed: { ...stale, kind: 'user', what: 'User renamed' },
  user_stale: { ...stale, kind: 'user', what: "A user's tokens made stale by an administrator" },
  role_changed: { ...stale, kind: 'role', what: 'Permissions of a role changed' },
  role_renamed: { ...stale, kind: 'role', what: 'Role renamed' },
  role_deleted: { ...stale, kind: 'role', what: 'Role deleted' },
  role_stale: { ...stale, kind: 'role', what: "The tokens of a role's holders made stale by an administrator" },
  application_ended: { ...endsApplication, code: 'session_ended', what: 'All sessions of an application ended' },
  application_disabled: {
    ...endsApplication,
    code: 'application_disabled',
    what: 'Application disabled or deleted',
  },
  consent_withdrawn: { ...endsOne, apiKeys: 'none', what: 'Consent to an application withdrawn' },
  secret_rotated: {
    ...stale,
    kind: 'application',
    apiKeys: 'none',
    what: "An application's secret rotated or ended",
  },
  scope_taken: {
    ...stale,
    kind: 'application',
    apiKeys: 'none',
    what: 'A scope, permission or grant taken from an application, or its required roles changed',
  },
  policy_changed: { ...stale, kind: 'all', apiKeys: 'none', what: 'Policy changed, to be in force now' },
  all_stale: { ...stale, kind: 'all', apiKeys: 'none', what: "Everybody's tokens made stale by an administrator" },
  everybody_ended: { ...endsEverybody, what: 'Everybody signed out by an administrator' },
  signing_key_revoked: {
    kind: 'key',
    effect: 'end',
    sessions: 'stay',
    apiKeys: 'stay',
    code: 'token_key_revoked',
    what: 'Signing key compromised: what it signed ends',
  },
  refresh_key_revoked: { ...endsEverybody, what: 'Refresh key compromised' },
  log_advanced: { ...endsEverybody, what: 'Database restored: the log has a new id' },
} as const satisfies Record<string, TriggerRow>

export type Trigger = keyof typeof triggers

/** The code that refuses a token that this ended; null for a reason that is no trigger. */
export function codeOfReason(reason: string): ErrorCode | null {
  return Object.hasOwn(triggers, reason) ? triggers[reason as Trigger].code : null
}

/** How long entries of revoked keys live, in ms: a verifier may use a revoked key for as long as it caches the JWKS. */
const keyEntryLife = 400 * 86_400_000

/** Slack on an entry's life, in ms: for clocks, and policies that reach a process late. */
const entrySlack = 120_000

/**
 * When an entry may be deleted: no token that it refuses can be live any more.
 * @param longestLifetime of an access token now, in seconds
 * @param horizon epoch ms until which a token of an older, longer policy may live
 * @returns epoch ms
 */
export function entryExpiry(kind: RevocationKind, now: number, longestLifetime: number, horizon: number): number {
  // The holder of a stolen private key chooses `iat` and `exp`: at no time the entry becomes unnecessary.
  if (kind === 'key') return now + keyEntryLife
  return Math.max(now + longestLifetime * 1000, horizon) + entrySlack
}

/** Whether offline sessions outlive a browser session that this trigger ends. */
export function keepsOffline(trigger: Trigger): boolean {
  const row: TriggerRow = triggers[trigger]
  return row.offline === 'stay'
}

/** Whether the user's API keys end with this trigger. */
export function endsApiKeys(trigger: Trigger): boolean {
  return triggers[trigger].apiKeys === 'end'
}
