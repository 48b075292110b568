// Writes a refusal as djangorestframework-simplejwt does, word for word where that library has a word for it.
import { errorRow, errors } from '../../protocol/errors.js';
import { wireFields } from '../../protocol/problems.js';
import { codesBy } from './codes-by.js';
import { apiKeyChallenge, setRefusalHeaders, tokenChallenge } from './refusal-headers.js';
/** @param issuer for the links to the pages that explain the codes */
export function createApiPresenter(issuer) {
    return (ctx, refusal) => {
        const { code, status } = refusal;
        ctx.status = status;
        // RFC 9110 §11.6.1: of the scheme that was tried.
        const challenge = refusal.details.ofApiKey ? apiKeyChallenge(refusal, issuer) : tokenChallenge(ctx, refusal, issuer);
        if (status === 401)
            ctx.set('WWW-Authenticate', challenge);
        setRefusalHeaders(ctx, refusal);
        ctx.body = shapes[shapeOf(code, refusal.details)].body(refusal, ctx.state.requestId);
    };
}
function shapeOf(code, { inHeader = false, ofApiKey = false }) {
    if (code === 'invalid_fields')
        return 'fields';
    if (code === 'too_many_requests')
        return 'throttled';
    if (ofApiKey && errors[code].status === 401)
        return 'refusedApiKey';
    const { wire, wireCode, wireInBody } = errorRow(code);
    if (wireInBody !== undefined && !inHeader)
        return 'refusedInBody';
    if (wire === undefined || wireCode === undefined)
        return 'plain';
    return inHeader && wireCode === 'token_not_valid' ? 'refusedInHeader' : 'precise';
}
const text = { type: 'string' };
const notValid = 'Given token not valid for any token type';
const shapes = {
    fields: {
        body: ({ message, details: { fields } }) => (fields ? wireFields(fields) : { detail: message }),
        schema: () => ({
            type: 'object',
            description: 'What is wrong with each field; `non_field_errors`: with the whole of what was sent.',
            additionalProperties: { type: 'array', items: text },
        }),
    },
    plain: {
        body({ code, message, details: { figures } }, requestId) {
            const { wireCode } = errorRow(code);
            const beside = { ...figures, ...(code === 'server_error' && { request_id: requestId }) };
            return { detail: message, ...(wireCode && { code: wireCode }), ...beside };
        },
        schema(codes) {
            const named = codes.flatMap(code => errorRow(code).wireCode ?? []);
            const figures = codes.flatMap(code => errorRow(code).figures ?? []);
            return objectOf({
                detail: text,
                ...(named.length > 0 && { code: { enum: named } }),
                ...Object.fromEntries(figures.map(name => [name, { type: 'integer' }])),
                ...(codes.includes('server_error') && { request_id: { ...text, description: 'It stands in the log.' } }),
            });
        },
    },
    precise: {
        body: ({ code }) => ({ detail: errorRow(code).wire, code: errorRow(code).wireCode, reason: code }),
        schema: codes => objectOf({ detail: text, code: { enum: each(codes, code => errorRow(code).wireCode) }, reason: { enum: codes } }),
    },
    /** In the words of Django REST framework's throttles. */
    throttled: {
        body: ({ code, details }) => ({ detail: throttledFor(details.retryAfter ?? 1), code: errorRow(code).wireCode }),
        schema: codes => objectOf({ detail: text, code: { enum: each(codes, code => errorRow(code).wireCode) } }),
    },
    /** The token was a field. */
    refusedInBody: {
        body: ({ code }) => ({ detail: errorRow(code).wireInBody, reason: code }),
        schema: codes => objectOf({ detail: { enum: each(codes, code => errorRow(code).wireInBody) }, reason: { enum: codes } }),
    },
    refusedInHeader: {
        body({ code }) {
            const { wire, wireCode } = errorRow(code);
            const messages = [{ token_class: 'AccessToken', token_type: 'access', message: wire }];
            return { detail: notValid, code: wireCode, messages, reason: code };
        },
        schema: codes => objectOf({
            detail: { const: notValid },
            code: { enum: each(codes, code => errorRow(code).wireCode) },
            messages: { type: 'array', items: objectOf({ token_class: text, token_type: text, message: text }) },
            reason: { enum: codes },
        }),
    },
    /** As its TokenAuthentication words it; the precise code beside. */
    refusedApiKey: {
        body: ({ code, message }) => ({
            detail: code === 'bad_api_key_header' ? message : (apiKeyWords[code] ?? 'Invalid token.'),
            reason: code,
        }),
        schema: codes => objectOf({ detail: text, reason: { enum: [...codes, ...alsoOfApiKeys] } }),
    },
};
const apiKeyWords = {
    user_inactive: 'User inactive or deleted.',
    user_unknown: 'User inactive or deleted.',
};
/** Refusals of tokens that a key meets in its own form: of its user, and of one for a resource server. */
const alsoOfApiKeys = [...Object.keys(apiKeyWords), 'token_audience'];
const throttledFor = (seconds) => `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`;
function objectOf(properties) {
    return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
const each = (codes, of) => [...new Set(codes.map(of))];
/** The answers that these codes come to, one for each status and form. */
export function describeApiErrors(codes, inHeader) {
    const cameBy = (code) => ({
        inHeader: inHeader && errors[code].status === 401,
        ofApiKey: apiKeyCodes.has(code),
    });
    const groups = codesBy(codes, code => {
        const { status, wireCode, figures } = errorRow(code);
        const shape = shapeOf(code, cameBy(code));
        // Of one form are those that have the same members.
        const alone = shape === 'plain' && (figures || code === 'server_error' ? code : wireCode === undefined);
        return `${status} ${shape} ${alone}`;
    });
    return [...groups.values()].map(some => ({
        status: errors[some[0]].status,
        codes: some,
        schema: shapes[shapeOf(some[0], cameBy(some[0]))].schema(some),
    }));
}
/** Of API keys alone; what their users are refused with has two forms, and that of tokens stands for both names. */
const apiKeyCodes = new Set([
    'bad_api_key_header',
    'api_key_unknown',
    'api_key_ended',
    'api_key_expired',
]);
//# sourceMappingURL=present-error.js.map