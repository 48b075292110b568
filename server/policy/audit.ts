// The actions of the audit log, one row each: a change, a sign-in, or an incident. Refreshes are not audited: there are
// thousands of them a second, and the session's row has the time of the last one.

/** Kinds of subjects of an entry. */
export const auditSubjects = ['user', 'session', 'device', 'role', 'application', 'policy', 'key', 'log'] as const
export type AuditSubject = (typeof auditSubjects)[number]

export const auditActions = {
  signed_in: { subject: 'user', what: 'Signed in' },
  sign_in_failed: { subject: 'user', what: 'Tried to sign in with a wrong password' },
  signed_out: { subject: 'session', what: 'Signed out of an application' },
  session_ended: { subject: 'session', what: 'Ended a session' },
  sessions_ended: { subject: 'user', what: 'Ended all sessions of a user' },
  other_sessions_ended: { subject: 'user', what: 'Ended all other sessions of the user' },
  device_renamed: { subject: 'device', what: 'Renamed a device' },
  device_ended: { subject: 'device', what: 'Ended a device' },
  logout_tested: { subject: 'application', what: 'Sent an application a logout token for a session that never was' },
  logout_sent_again: { subject: 'session', what: 'Told an application once more that a session has ended' },
  code_reused: { subject: 'session', what: 'A code came a second time; the session that it had given was ended' },
  refresh_token_reused: { subject: 'session', what: 'A spent refresh token came back; its session was ended' },
  legacy_token_exchanged: {
    subject: 'user',
    what: 'Came with a refresh token of the former service, and got a session',
  },
  legacy_token_ended: { subject: 'user', what: 'Gave a refresh token of the former service back' },
  legacy_tokens_imported: {
    subject: 'application',
    what: 'Took in the refresh tokens of the former service, and its blacklist',
  },
  password_changed: { subject: 'user', what: 'Changed the own password' },
  password_reset: { subject: 'user', what: 'Set the password of a user' },
  profile_changed: { subject: 'user', what: 'Changed a profile' },
  user_created: { subject: 'user', what: 'Made a user' },
  user_imported: { subject: 'user', what: 'Took in a user from elsewhere' },
  user_renamed: { subject: 'user', what: 'Renamed a user' },
  user_disabled: { subject: 'user', what: 'Disabled a user' },
  user_enabled: { subject: 'user', what: 'Enabled a user' },
  user_deleted: { subject: 'user', what: 'Deleted a user' },
  roles_changed: { subject: 'user', what: 'Changed the roles of a user' },
  permissions_changed: { subject: 'user', what: "Changed a user's own permissions" },
  consent_given: { subject: 'user', what: 'Let an application have scopes' },
  device_approved: { subject: 'user', what: 'Let in a device that showed a code' },
  consent_withdrawn: { subject: 'user', what: 'Took back what an application was let have, and ended its sessions' },
  api_key_created: { subject: 'user', what: 'Made an API key of a user' },
  api_key_ended: { subject: 'user', what: 'Ended an API key of a user' },
  role_created: { subject: 'role', what: 'Made a role' },
  role_changed: { subject: 'role', what: 'Changed the permissions of a role' },
  role_renamed: { subject: 'role', what: 'Renamed a role' },
  role_deleted: { subject: 'role', what: 'Deleted a role' },
  application_created: { subject: 'application', what: 'Made an application' },
  application_changed: { subject: 'application', what: 'Changed an application' },
  application_disabled: { subject: 'application', what: 'Disabled an application' },
  application_enabled: { subject: 'application', what: 'Enabled an application' },
  application_deleted: { subject: 'application', what: 'Deleted an application' },
  application_sessions_ended: { subject: 'application', what: 'Ended all sessions of an application' },
  application_adopted: { subject: 'application', what: 'Took over an application that had registered itself' },
  application_forgotten: {
    subject: 'application',
    what: 'Forgot an application that had registered itself and nobody used',
  },
  initial_access_token_created: { subject: 'application', what: 'Made an initial access token' },
  initial_access_token_used: { subject: 'application', what: 'Registered itself with an initial access token' },
  initial_access_token_ended: { subject: 'application', what: 'Ended an initial access token' },
  secret_rotated: { subject: 'application', what: 'Made a new secret of an application' },
  secret_ended: { subject: 'application', what: 'Ended a secret of an application' },
  policy_changed: { subject: 'policy', what: 'Changed the policy' },
  key_made: { subject: 'key', what: 'Made a key' },
  key_scheduled: { subject: 'key', what: 'Set when a signing key is to begin to sign' },
  key_activated: { subject: 'key', what: 'A signing key began to sign' },
  key_retired: { subject: 'key', what: 'A signing key signs no more; what it signed stays good' },
  key_removed: { subject: 'key', what: 'A signing key that nothing needs was removed' },
  key_revoked: { subject: 'key', what: 'Revoked a key' },
  secrets_resealed: { subject: 'key', what: 'Sealed all secrets anew' },
  issuer_changed: { subject: 'log', what: 'Changed the issuer' },
  revocation_added: { subject: 'log', what: 'Wrote a revocation by hand' },
  log_advanced: { subject: 'log', what: 'Gave the revocation log a new id' },
} as const satisfies Record<string, { subject: AuditSubject; what: string }>

export type AuditAction = keyof typeof auditActions

/** Values before or after a change; never a secret, a hash or a token. */
export type AuditedValues = Record<string, unknown>

/** One change, as its transaction notes it. */
export type AuditNote = {
  action: AuditAction
  /** Id of the action's subject; the table's `subject` has its kind. */
  subject: string
  before?: AuditedValues
  after?: AuditedValues
}

/** One row of the audit log, as the chain's hash covers it. Times are epoch ms, the values JSON. */
export type AuditRow = {
  seq: number
  createdAt: number
  actor: string
  action: string
  subjectKind: string
  subject: string
  address: string
  userAgent: string
  requestId: string
  beforeJson: string | null
  afterJson: string | null
}

/**
 * The text that the hash of a row covers, beside the hash of the previous row: every value, in a fixed order,
 * unambiguously delimited.
 */
export function auditText(row: AuditRow): string {
  return JSON.stringify([
    row.seq,
    row.createdAt,
    row.actor,
    row.action,
    row.subjectKind,
    row.subject,
    row.address,
    row.userAgent,
    row.requestId,
    row.beforeJson,
    row.afterJson,
  ])
}
