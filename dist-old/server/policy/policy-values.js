// What a value of a policy may be: as it was typed, by itself, and beside the others.
import { problem } from '../protocol/problems.js';
import { hasFraction, parseDuration } from './durations.js';
import { policyNames, policyTable } from './policies.js';
/** Why a value is no value of this policy; null when it is one. */
export function whyNotPolicyValue(name, value) {
    const row = policyTable[name];
    switch (row.kind) {
        case 'boolean':
            return typeof value === 'boolean' ? null : problem('policy_not_boolean');
        case 'choice':
            return row.choices.includes(value) ? null : problem('policy_not_choice', { choices: row.choices });
        case 'text':
            if (row.reserved?.includes(value))
                return problem('policy_reserved');
            if (typeof value === 'string' && row.pattern.test(value))
                return null;
            return problem('policy_mismatch', { pattern: row.pattern.source });
        default:
            if (!Number.isSafeInteger(value))
                return row.kind === 'duration' ? whyNotDuration(value) : problem('policy_not_whole');
            if (value >= row.min && value <= row.max)
                return null;
            return problem(row.kind === 'duration' ? 'policy_out_of_range_seconds' : 'policy_out_of_range', {
                min: row.min,
                max: row.max,
            });
    }
}
function whyNotDuration(value) {
    return problem(typeof value === 'string' && hasFraction(value) ? 'policy_fraction' : 'policy_not_duration');
}
/** Reads a value as typed on the command line (`1h`, `true`, `12`); what cannot be read comes back as it was. */
export function readPolicyValue(name, text) {
    const row = policyTable[name];
    if (row.kind === 'boolean')
        return text === 'true' ? true : text === 'false' ? false : text;
    if (row.kind === 'integer')
        return /^\d+$/.test(text) ? Number(text) : text;
    if (row.kind === 'duration')
        return parseDuration(text) ?? text;
    return text;
}
/** Reads a value of JSON: durations are seconds, or text as people write them. */
export function readGivenPolicyValue(name, value) {
    return policyTable[name].kind === 'duration' && typeof value === 'string' ? readPolicyValue(name, value) : value;
}
/** What contradicts itself in a whole policy; empty when nothing does. */
export function whyNotPolicy(policy) {
    const found = [];
    for (const name of policyNames) {
        const one = whyNotPolicyValue(name, policy[name]);
        if (one)
            found.push(problem('policy_value', { name, problem: one }));
    }
    if (policy.refresh_token_lifetime > policy.session_absolute_lifetime)
        found.push(problem('idle_beyond_absolute'));
    return found;
}
//# sourceMappingURL=policy-values.js.map