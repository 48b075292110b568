import { revocableSecrets } from '../../../policy/key-life.js';
import { isPolicyName } from '../../../policy/policies.js';
import { isPolicyApply } from '../../../policy/policy-version.js';
import { triggers } from '../../../policy/revocation.js';
import { titleOf, valueText } from './policy-texts.js';
const plain = (value, frame) => wordsOf(value, frame);
const person = (value, frame, people) => typeof value === 'number' || typeof value === 'string' ? people.user(value) : wordsOf(value, frame);
const session = (value, frame, people) => typeof value === 'string' ? people.session(value) : wordsOf(value, frame);
const device = (value, frame, people) => typeof value === 'string' ? people.device(value) : wordsOf(value, frame);
/** How many: their ids tell nobody anything. */
const length = (value, frame) => wordsOf(Array.isArray(value) ? value.length : value, frame);
const instant = (value, frame) => typeof value === 'number' ? frame.format.dateTime(value) : wordsOf(value, frame);
/** Numbers that name something are not grouped in thousands. */
const id = (value, frame) => (typeof value === 'number' ? String(value) : wordsOf(value, frame));
const cause = (value, { t }) => typeof value === 'string' && Object.hasOwn(triggers, value) ? t(`causes.${value}`) : String(value);
const kind = (value, { t }) => ['token', 'session', 'user', 'role', 'application', 'key', 'all'].includes(String(value))
    ? t(`kinds.${value}`)
    : String(value);
const effect = (value, { t }) => value === 'end' || value === 'refresh' ? t(`revocations.of.${value}`) : String(value);
const keyState = (value, { t }) => ['pending', 'active', 'retiring', 'gone', 'revoked'].includes(String(value))
    ? t(`keys.state.${value}`)
    : String(value);
const apply = (value, { t }) => (isPolicyApply(String(value)) ? t(`policies.apply.${value}`) : String(value));
const fields = (value, frame) => Array.isArray(value) ? value.map(name => fieldNames[name]?.(frame) ?? String(name)).join(', ') : wordsOf(value, frame);
/** The fields of a profile, which an entry names and does not tell. */
const fieldNames = {
    username: ({ t }) => t('shared.username'),
    firstName: ({ t }) => t('shared.firstName'),
    lastName: ({ t }) => t('shared.lastName'),
    email: ({ t }) => t('shared.email'),
};
/** The values that entries tell beside policies; their names are `auditValues.NAME`. */
const values = {
    username: plain,
    name: plain,
    user: person,
    session,
    device,
    sessions: length,
    devices: length,
    application: plain,
    scope: plain,
    asked_from: plain,
    renewed: plain,
    generation: id,
    presented: id,
    usable_rights: plain,
    new_id: plain,
    issuer: plain,
    roles: plain,
    permissions: plain,
    changed: fields,
    why: plain,
    count: plain,
    algorithm: plain,
    reason: cause,
    apply,
    undoes: id,
    kind,
    effect,
    state: keyState,
    activates_at: instant,
    version: id,
    log_id: plain,
    seq: id,
    seen: id,
    last_user_id: id,
    application_kind: plain,
    origin: plain,
    overlap: plain,
    secret_end: plain,
    api_key: plain,
    by_api_key: plain,
    hint: plain,
    scopes: plain,
    resource: plain,
    elevated: plain,
    expires_at: instant,
    most_uses: plain,
    uses: plain,
    listed: plain,
    blacklisted: plain,
};
/** The people, sessions and devices that the values of an entry name, for `createPeople`. */
export function namedIn(entry) {
    return toldBy(entry).flatMap(told => ['user', 'session', 'device'].flatMap(kind => {
        const id = told[kind];
        return typeof id === 'string' || typeof id === 'number' ? [{ kind, id }] : [];
    }));
}
/** Each value that an entry tells, before and after; null where it tells none. */
export function changesOf(entry, frame, people) {
    const [before, after] = toldBy(entry);
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.map(name => {
        const text = (told) => (Object.hasOwn(told, name) ? valueWords(name, told[name], frame, people) : null);
        return { name, label: labelOf(name, frame), before: text(before), after: text(after) };
    });
}
/** What stands in the place of an id; a role or an application may be called so, too. */
export function subjectText({ action, subject, afterJson }, { t }) {
    if (action === 'key_revoked' && revocableSecrets.some(secret => secret === subject))
        return t(`keys.secret.${subject}`);
    if (action === 'secrets_resealed')
        return t('keys.secrets');
    const isEverybodys = action === 'revocation_added' && JSON.parse(afterJson ?? '{}').kind === 'all';
    return isEverybodys ? t('revocations.everybody') : subject;
}
function toldBy({ beforeJson, afterJson }) {
    return [JSON.parse(beforeJson ?? '{}'), JSON.parse(afterJson ?? '{}')];
}
function labelOf(name, frame) {
    if (isPolicyName(name))
        return titleOf(name, frame);
    return Object.hasOwn(values, name) ? frame.t(`auditValues.${name}`) : name;
}
function valueWords(name, value, frame, people) {
    if (isPolicyName(name))
        return valueText(name, value, frame);
    return (Object.hasOwn(values, name) ? values[name] : plain)(value, frame, people);
}
/** Numbers, lists of names, yes and no as people write them; what an older version wrote stands as it is. */
function wordsOf(value, { t, format }) {
    if (typeof value === 'string')
        return value;
    if (typeof value === 'number')
        return format.number(value);
    if (typeof value === 'boolean')
        return t(value ? 'auditValues.yes' : 'auditValues.no');
    if (value === null)
        return '–';
    if (!Array.isArray(value) || value.some(one => typeof one !== 'string'))
        return JSON.stringify(value);
    return value.join(', ') || '–';
}
//# sourceMappingURL=audit-words.js.map