// What a resource server's 401 says, and whether a new access token can help.
/** A new token would be refused for the same: it is about the application, the request or the person, not about age. */
const beyondRefresh = new Set([
    'not_authenticated',
    'bad_authorization_header',
    'insufficient_user_authentication',
    'no_active_account',
    'token_audience',
    'token_issuer',
    'token_type',
    'bad_api_key_header',
    'api_key_unknown',
    'api_key_ended',
    'api_key_expired',
    'invalid_client',
    'invalid_dpop_proof',
    'use_dpop_nonce',
]);
/** Long enough for any refusal of a token; more is somebody's page. */
const longestBody = 16_384;
/** Can a refresh help? So too where nothing precise is told: other libraries, and pages that may not read the header. */
export async function refreshHelps(response) {
    if (response.status !== 401)
        return false;
    const challenge = response.headers.get('www-authenticate');
    // RFC 9110 §11.6.1: other schemes want other credentials.
    if (challenge !== null && !/\b(bearer|dpop)\b/i.test(challenge))
        return false;
    const code = parameterOf(challenge, 'error_code') ?? parameterOf(challenge, 'error') ?? (await codeInBody(response));
    return code === null || !beyondRefresh.has(code);
}
/** Does it want the same with the nonce that it brings (RFC 9449 §9)? */
export function wantsNonce({ status, headers }) {
    const challenge = headers.get('www-authenticate');
    return status === 401 && parameterOf(challenge, 'error') === 'use_dpop_nonce';
}
function parameterOf(challenge, name) {
    return new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`, 'i').exec(challenge ?? '')?.[1] ?? null;
}
/** simplejwt's wire: `reason` is the precise code, where it is ours. The answer itself stays unread. */
async function codeInBody(response) {
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    if (!response.headers.get('content-type')?.includes('json') || !(length <= longestBody))
        return null;
    try {
        const { reason, code } = (await response.clone().json());
        const told = reason ?? code;
        return typeof told === 'string' ? told : null;
    }
    catch {
        return null;
    }
}
//# sourceMappingURL=refusals.js.map