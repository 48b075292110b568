// Policies in the words of the reader: what each is called and means, its values, bounds and what a change would do.
import { formatDuration } from '../../../policy/durations.js';
import { firstPolicy, isSessionPolicy, policyTable, } from '../../../policy/policies.js';
import { whyNotPolicyValue } from '../../../policy/policy-values.js';
import { isSigningAlgorithm } from '../../../protocol/algorithms.js';
import { problemText } from '../fields.js';
export const titleOf = (name, { t }) => t(`policies.name.${name}`);
/** The table marks names of claims as Markdown does, for documents. */
const meaningOf = (name, { t }) => t(`policies.meaning.${name}`).replaceAll('`', '');
/** A value as people say it: `1 hour 30 minutes`, `on`. */
export function valueText(name, value, { t, format }) {
    const row = policyTable[name];
    switch (row.kind) {
        case 'duration':
            return spanOf(value, format);
        case 'integer':
            return format.number(value);
        case 'boolean':
            return t(value ? 'policies.on' : 'policies.off');
        default:
            if (value === '')
                return t('policies.empty');
            // Names of algorithms are alike in every language.
            return row.kind === 'choice' && !isSigningAlgorithm(value) ? t(`policies.choice.${value}`) : String(value);
    }
}
/** To the second: two values that differ look different. */
function spanOf(seconds, format) {
    const parts = [];
    let rest = seconds;
    for (const length of [86_400, 3_600, 60, 1]) {
        parts.push(rest - (rest % length));
        rest %= length;
    }
    const said = parts.filter(part => part > 0);
    return said.length === 0 ? format.duration(0) : said.map(format.duration).join(' ');
}
/** What may be set; null where it says itself. */
export function boundsText(name, frame) {
    const { t } = frame;
    const row = policyTable[name];
    if ('min' in row) {
        return t('policies.between', { min: valueText(name, row.min, frame), max: valueText(name, row.max, frame) });
    }
    if (row.kind === 'text')
        return t(`policies.form.${name}`);
    if (row.kind === 'choice')
        return row.choices.map(choice => valueText(name, choice, frame)).join(' · ');
    return null;
}
export function presentPolicy(name, policy, frame) {
    return {
        name,
        title: titleOf(name, frame),
        meaning: meaningOf(name, frame),
        value: valueText(name, policy[name], frame),
        first: valueText(name, firstPolicy[name], frame),
        changed: policy[name] !== firstPolicy[name],
        bounds: boundsText(name, frame),
        simplejwt: simplejwtOf(name, frame),
    };
}
/** The setting's name; what the table says beside it is told in the reader's language. */
function simplejwtOf(name, { t }) {
    const [setting, more] = policyTable[name].simplejwt?.split(' ') ?? [];
    if (!setting)
        return null;
    return more ? `${setting} · ${t('policies.alwaysSpent')}` : setting;
}
/** Inputs of `ui('field')`. */
export function fieldOf(name, frame) {
    const row = policyTable[name];
    const bounds = row.kind === 'boolean' || row.kind === 'choice' ? null : boundsText(name, frame);
    const help = [meaningOf(name, frame), bounds].filter(Boolean).join(' ');
    const common = { name, label: titleOf(name, frame), help, required: !mayBeEmpty(row), autocomplete: 'off' };
    const optionOf = (value) => ({ value: String(value), label: valueText(name, value, frame) });
    if (row.kind === 'boolean')
        return { ...common, type: 'select', options: [true, false].map(optionOf) };
    if (row.kind === 'choice')
        return { ...common, type: 'select', options: row.choices.map(optionOf) };
    if (row.kind === 'integer')
        return { ...common, type: 'number', min: row.min, max: row.max };
    return { ...common, spellcheck: 'false', autocapitalize: 'none', maxlength: 1_000 };
}
const mayBeEmpty = (row) => row.kind === 'text' && row.pattern.test('');
/** A value as the form has it: a duration in words, which are read as they are written. */
export function formValue(name, value, frame) {
    return policyTable[name].kind === 'duration' ? spanOf(value, frame.format) : String(value);
}
/** A value as the address has it, whatever the language. */
export function typedValue(name, value) {
    return policyTable[name].kind === 'duration' ? formatDuration(value) : String(value);
}
/** What the form says of beforehand, in better words than the numbers and patterns of the table. */
const beyondBounds = new Set([
    'policy_mismatch',
    'policy_out_of_range',
    'policy_out_of_range_seconds',
]);
/** What is wrong with a value, or null. */
export function policyProblemText(name, value, frame) {
    const problem = whyNotPolicyValue(name, value);
    if (problem === null)
        return null;
    return beyondBounds.has(problem.code) ? boundsText(name, frame) : problemText(problem, frame.t);
}
export const applies = ['refresh', 'now', 'new'];
/** The ways in which these may come into force. */
export function appliesOf(names) {
    return names.every(isSessionPolicy) ? [...applies] : ['refresh', 'now'];
}
const countText = ({ count, more }, { format }) => `${format.number(count)}${more ? '+' : ''}`;
export function presentPreview(preview, frame) {
    const { ends, staleAccessTokens, sample, stays } = preview;
    const reasons = ['idle', 'absolute', 'limit'].filter(reason => ends[reason].count > 0);
    return {
        changes: preview.changes.map(change => presentChange(change, frame)),
        unchanged: preview.unchanged.map(name => titleOf(name, frame)),
        ends: ends.sessions.count,
        sessions: countText(ends.sessions, frame),
        users: countText(ends.users, frame),
        reasons: reasons.map(reason => ({ reason, count: countText(ends[reason], frame) })),
        stale: staleAccessTokens && countText(staleAccessTokens, frame),
        sample,
        stays,
    };
}
export function presentChange({ name, before, after }, frame) {
    const [from, to] = [before, after].map(value => valueText(name, value, frame));
    return { name, title: titleOf(name, frame), before: from, after: to };
}
/** Why a version was made; the first one was made by the server, in its own words. */
export function reasonText(version, reason, { t }) {
    return version === 1 && reason === 'first' ? t('policies.firstReason') : reason;
}
//# sourceMappingURL=policy-texts.js.map