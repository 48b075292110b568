export const revocationKinds = ['token', 'session', 'user', 'role', 'application', 'key', 'all'];
/** Does this entry, found under one of the token's own subjects, refuse the token? `end` is told before `refresh`. */
export function refuses(entry, claims) {
    if (entry.kind === 'key')
        return true;
    if (entry.seq <= claims.rev)
        return false;
    return entry.exceptSid === null || entry.exceptSid !== claims.sid;
}
/**
 * What a token is refused with because of this entry.
 * @param codeOfReason for who knows more than the kind of an entry
 */
export function refusalCode(entry, codeOfReason = () => null) {
    if (entry.kind === 'key')
        return 'token_key_revoked';
    if (entry.effect === 'refresh')
        return 'token_stale';
    return codeOfReason(entry.reason) ?? (entry.kind === 'session' ? 'session_ended' : 'token_revoked');
}
//# sourceMappingURL=revocation.js.map