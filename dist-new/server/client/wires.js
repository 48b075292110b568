/** simplejwt's, which is the built-in application's. */
export const apiWire = {
    signIn: (username, password, deviceToken) => ({
        path: '/api/token/',
        json: { username, password, ...(deviceToken !== null && { device_token: deviceToken }) },
    }),
    refresh: refresh => ({ path: '/api/token/refresh/', json: { refresh } }),
    signOut: ({ refresh }) => (refresh === undefined ? null : { path: '/api/token/blacklist/', json: { refresh } }),
    overBy({ status, body }) {
        if (status !== 401)
            return null;
        const { reason, code } = body;
        // A former service, during the change-over, has no reason.
        if (code === 'token_not_valid')
            return isCode(reason) ? reason : code;
        // Told without a code. Whatever else says 401 stands before the server, and says nothing of the session.
        return reason === 'user_inactive' || reason === 'user_unknown' ? reason : null;
    },
};
/** OAuth's, of a public application (RFC 6749 §6, RFC 7009). */
export function oauthWire(clientId) {
    return {
        redeem: (code, { redirect_uri, code_verifier }) => ({
            path: '/oauth/token',
            form: {
                ...{ grant_type: 'authorization_code', code, code_verifier, client_id: clientId },
                ...(redirect_uri !== undefined && { redirect_uri }),
            },
        }),
        refresh: refresh_token => ({
            path: '/oauth/token',
            form: { grant_type: 'refresh_token', refresh_token, client_id: clientId },
        }),
        signOut: ({ refresh, access }) => ({
            path: '/oauth/revoke',
            form: { token: refresh ?? access, client_id: clientId },
        }),
        overBy({ status, body }) {
            if (status !== 400 || body.error !== 'invalid_grant')
                return null;
            // The precise code is the end of the address that explains it.
            const precise = String(body.error_uri ?? '').split('/errors/')[1];
            return isCode(precise) ? precise : 'invalid_grant';
        },
    };
}
const isCode = (value) => typeof value === 'string' && /^[a-z_]{1,60}$/.test(value);
//# sourceMappingURL=wires.js.map