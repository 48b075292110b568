/** The credential that a route demands of a signed-in sender; it is judged again where something changes. */
export function credentialFor(access, sid, ceiling) {
    return {
        sid,
        permission: access.permission ?? null,
        beforeNewPassword: access.beforeNewPassword === true,
        ...(ceiling && { ceiling }),
    };
}
/** The same of one that comes with an API key: its user, also an administrator, may do no more by it than its scopes say. */
export function apiKeyCredential(access, { id, scopes }) {
    return {
        apiKeyId: id,
        permission: access.permission ?? null,
        recent: access.recentlyAuthenticated === true,
        ceiling: scopes,
    };
}
//# sourceMappingURL=credential.js.map