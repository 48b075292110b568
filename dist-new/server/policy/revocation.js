const endsOne = { kind: 'session', effect: 'end', sessions: 'it', apiKeys: 'stay', code: 'session_ended' };
const endsAllOfUser = { kind: 'user', effect: 'end', sessions: 'all', apiKeys: 'stay', code: 'session_ended' };
const stale = { effect: 'refresh', sessions: 'stay', apiKeys: 'follow', code: 'token_stale' };
const endsApplication = { kind: 'application', effect: 'end', sessions: 'all', apiKeys: 'none' };
const endsEverybody = { kind: 'all', effect: 'end', sessions: 'all', apiKeys: 'stay', code: 'session_ended' };
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
};
/** What a token that this ended is refused with; null for a reason that is no trigger. */
export function codeOfReason(reason) {
    return Object.hasOwn(triggers, reason) ? triggers[reason].code : null;
}
/** A verifier may hold a revoked key for as long as it keeps a copy of the JWKS; ms. */
const keyEntryLife = 400 * 86_400_000;
/** Slack on an entry's life, in ms: clocks and policies that reach a process late. */
const entrySlack = 120_000;
/**
 * When an entry may be forgotten: no token that it refuses can be live any more.
 * @param longestLifetime of an access token now, in seconds
 * @param horizon epoch ms until which a token of an older, longer policy may live
 * @returns epoch ms
 */
export function entryExpiry(kind, now, longestLifetime, horizon) {
    // Who has the private key chooses `iat` and `exp`: no time makes the entry unnecessary.
    if (kind === 'key')
        return now + keyEntryLife;
    return Math.max(now + longestLifetime * 1000, horizon) + entrySlack;
}
/** Whether sessions that were granted offline outlive a browser session that this ends. */
export function sparesOffline(trigger) {
    const row = triggers[trigger];
    return row.offline === 'stay';
}
/** Whether the API keys of the user whom it is about end with it. */
export function endsApiKeys(trigger) {
    return triggers[trigger].apiKeys === 'end';
}
//# sourceMappingURL=revocation.js.map