// The body of a refusal: as the token server itself words it on simplejwt's wire, or as the application says.
import { errorRow } from '../protocol/errors.js';
import { textOf } from './challenge.js';
export function refusalBody(by, texts) {
    const plain = plainBody(by);
    const own = typeof texts === 'function' ? texts(toldOf(by, plain.detail)) : (texts?.[by.code] ?? texts?.default);
    if (typeof own === 'string')
        return { ...plain, detail: own };
    return own ?? plain;
}
const toldOf = ({ code, status, needs, request }, text) => {
    return { code, status, text, needs, request };
};
/** `reason` is always the precise code; `detail` and `code` are what clients of simplejwt know. */
function plainBody({ code, status, refusal, scheme, needs }) {
    const { wire, wireCode } = errorRow(code);
    if (scheme === 'Token' && status === 401)
        return { detail: apiKeyText(refusal), reason: code };
    if (wireCode === 'token_not_valid' && wire !== undefined) {
        const messages = [{ token_class: 'AccessToken', token_type: 'access', message: wire }];
        return { detail: 'Given token not valid for any token type', code: wireCode, messages, reason: code };
    }
    const detail = wire ?? refusal.details.detail ?? textOf(code, needs.maxAge);
    return { detail, ...(wireCode !== undefined && { code: wireCode }), reason: code };
}
/** As Django REST framework's TokenAuthentication words it. */
function apiKeyText({ code, message }) {
    if (code === 'bad_api_key_header' || code === 'not_authenticated')
        return message;
    return code === 'user_inactive' || code === 'user_unknown' ? 'User inactive or deleted.' : 'Invalid token.';
}
//# sourceMappingURL=refusal-body.js.map