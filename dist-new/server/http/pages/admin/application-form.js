import { deviceGrantType } from '../../../policy/device-request.js';
import { isSettable, saysItself } from '../../../policy/own-description.js';
import { tokenExchangeGrant } from '../../../policy/token-exchange.js';
import { refuseField } from '../../../protocol/errors.js';
import { chosenIn, typedIn } from '../fields.js';
const code = { code: true, spellcheck: 'false', autocapitalize: 'none', autocomplete: 'off' };
const typedText = (ctx, name) => typedIn(ctx, [name])[name];
const split = (shown, by) => {
    const words = String(shown)
        .split(by)
        .map(word => word.trim())
        .filter(Boolean);
    return words.length > 0 ? words : undefined;
};
const textType = { input: code, typed: typedText, shown: value => (value ?? '') };
const types = {
    text: { ...textType, read: shown => String(shown).trim() || undefined },
    /** An address, or whatever else, on each line. */
    lines: {
        ...textType,
        input: { ...code, type: 'textarea', rows: 3 },
        shown: value => (value ?? []).join('\n'),
        read: shown => split(shown, /[\r\n]+/),
    },
    words: {
        ...textType,
        input: { ...code, type: 'textarea', rows: 3 },
        shown: value => (value ?? []).join('\n'),
        read: shown => split(shown, /[\s,]+/),
    },
    /** `RESOURCE | SCOPES | SCOPES OF THE TOKEN THAT WAS SENT` on each line; a bar stands between, since no scope is one. */
    exchanges: {
        ...textType,
        input: { ...code, type: 'textarea', rows: 3 },
        shown: value => (value ?? []).map(exchangeLine).join('\n'),
        read: shown => split(shown, /[\r\n]+/)?.map(readExchange),
    },
    flag: {
        input: { type: 'checkbox' },
        typed: (ctx, name) => typedText(ctx, name) === '1',
        shown: value => value === true,
        read: shown => (shown === true ? true : undefined),
    },
    choice: {
        input: { type: 'select' },
        typed: typedText,
        shown: value => (value ?? ''),
        read: shown => shown || undefined,
    },
    choices: {
        input: { type: 'choices' },
        typed: chosenIn,
        shown: value => (value ?? []),
        read: shown => (shown.length > 0 ? shown : undefined),
    },
    /** Words with one space between on the wire. */
    scope: {
        input: { type: 'choices' },
        typed: chosenIn,
        shown: value => String(value ?? '')
            .split(' ')
            .filter(Boolean),
        read: shown => shown.join(' ') || undefined,
    },
    json: {
        input: { ...code, type: 'textarea', rows: 4 },
        typed: typedText,
        shown: value => (value === undefined ? '' : JSON.stringify(value, null, 2)),
        read(shown, name) {
            if (String(shown).trim() === '')
                return undefined;
            try {
                return JSON.parse(String(shown));
            }
            catch {
                throw refuseField(name, 'unusable');
            }
        },
    },
};
function exchangeLine({ resource, scope = [], subject_scope: needed = [] }) {
    const parts = [resource, scope.join(' '), needed.join(' ')];
    while (parts.at(-1) === '')
        parts.pop();
    return parts.join(' | ');
}
/** What cannot be right is for the rules of metadata to say. */
function readExchange(line) {
    const [resource = '', scope = '', needed = '', ...rest] = line.split('|').map(part => part.trim());
    const words = (text) => text.split(/\s+/).filter(Boolean);
    return {
        resource: [resource, ...rest].join(' | '),
        ...(scope && { scope: words(scope) }),
        ...(needed && { subject_scope: words(needed) }),
    };
}
/** A grant may be called by a URN, of which the last part is a name. */
const optionName = (value) => value.split(':').at(-1).replaceAll('-', '_') || 'usual';
const withPeople = ['web', 'browser', 'native'];
const withSecret = ['web', 'machine', 'resource_server'];
const fields = {
    redirect_uris: { is: 'lines', of: withPeople, part: 'settings', isNew: true },
    post_logout_redirect_uris: { is: 'lines', of: withPeople, part: 'settings', isNew: true },
    first_party: { is: 'flag', of: withPeople, part: 'settings', isNew: true },
    scope: { is: 'scope', of: [...withPeople, 'machine', 'resource_server'], part: 'access', isNew: true },
    permissions: { is: 'words', of: [...withPeople, 'resource_server'], part: 'access' },
    token_exchange: { is: 'exchanges', of: ['web', 'resource_server'], part: 'access' },
    required_roles: { is: 'choices', of: withPeople, part: 'access' },
    roles_claim: { is: 'text', of: withPeople, part: 'access' },
    token_endpoint_auth_method: {
        ...{ is: 'choice', of: withSecret, part: 'advanced', isNew: true },
        options: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    },
    jwks_uri: { is: 'text', of: withSecret, part: 'advanced', isNew: true },
    jwks: { is: 'json', of: withSecret, part: 'advanced', isNew: true },
    allow_without_pkce: { is: 'flag', of: ['web'], part: 'advanced', isNew: true },
    require_pushed_authorization_requests: { is: 'flag', of: withPeople, part: 'advanced' },
    dpop_bound_access_tokens: { is: 'flag', of: [...withPeople, 'machine', 'resource_server'], part: 'advanced' },
    grant_types: {
        ...{ is: 'choices', of: ['web', 'browser', 'native', 'resource_server'], part: 'advanced' },
        options: ['authorization_code', 'refresh_token', 'client_credentials', deviceGrantType, tokenExchangeGrant],
    },
    id_token_signed_response_alg: {
        ...{ is: 'choice', of: withPeople, part: 'advanced' },
        options: ['', 'RS256', 'ES256', 'PS256', 'EdDSA'],
    },
    backchannel_logout_uri: { is: 'text', of: ['web'], part: 'advanced' },
    backchannel_logout_session_required: { is: 'flag', of: ['web'], part: 'advanced' },
    introspects: { is: 'lines', of: withSecret, part: 'advanced' },
    initiate_login_uri: { is: 'text', of: withPeople, part: 'advanced' },
    client_uri: { is: 'text', of: withPeople, part: 'advanced' },
    policy_uri: { is: 'text', of: withPeople, part: 'advanced' },
    tos_uri: { is: 'text', of: withPeople, part: 'advanced' },
    contacts: { is: 'lines', of: withPeople, part: 'advanced' },
};
const fieldNames = Object.keys(fields);
function namesIn({ kind, origin = 'administrator', parts, isNew = false }) {
    return fieldNames.filter(name => {
        const row = fields[name];
        const isOf = row.of.includes(kind) && isSettable(origin, name);
        return isOf && parts.includes(row.part) && (!isNew || row.isNew === true);
    });
}
/** Shown, and not to be changed. */
const isFixed = ({ origin = 'administrator' }, name) => saysItself(origin, name);
const freeIn = (form) => namesIn(form).filter(name => !isFixed(form, name));
const typeOf = (name) => types[fields[name].is];
/** What was typed, to be shown again. */
export function typedValues(ctx, form) {
    return Object.fromEntries(freeIn(form).map(name => [name, typeOf(name).typed(ctx, name)]));
}
/** Those members that the form is about, as they were typed; undefined takes one away. @throws invalid_fields */
export function readMetadata(ctx, form) {
    return Object.fromEntries(freeIn(form).map(name => [name, typeOf(name).read(typeOf(name).typed(ctx, name), name)]));
}
export function shownValues(metadata, form) {
    return Object.fromEntries(namesIn(form).map(name => [name, typeOf(name).shown(metadata[name])]));
}
/** @param choices of the fields whose options the table does not know @returns inputs of `ui('field')` */
export function fieldInputs(part, form, frame, choices = {}) {
    const { t } = frame;
    return namesIn({ ...form, parts: [part] }).flatMap(name => {
        const row = fields[name];
        const options = choices[name] ?? row.options?.map(value => ({ value, label: t(`applicationOption.${optionName(value)}`) }));
        if (typeOf(name).input.type === 'choices' && options?.length === 0)
            return [];
        return [
            {
                name,
                label: t(`applicationField.${name}`),
                help: t(`applicationHelp.${name}`),
                whole: true,
                ...typeOf(name).input,
                fixed: isFixed(form, name),
                ...(options && { options }),
            },
        ];
    });
}
/** A list's problem stands at its field, whichever line it is of. */
export function gathered(problems) {
    const found = {};
    for (const [name, text] of Object.entries(problems)) {
        const field = name.replace(/\.\d+$/, '');
        found[field] = [found[field], text].filter(Boolean).join(' ');
    }
    return found;
}
//# sourceMappingURL=application-form.js.map