// A change of the policy before it is written: what was asked for, and whether a version can be made of it.
import { problem } from '../protocol/problems.js';
import { ownApplicationId } from './application-metadata.js';
import { foldEras, mostEras } from './eras.js';
import { isPolicyName, isSessionPolicy } from './policies.js';
import { whyNotPolicy, whyNotPolicyValue } from './policy-values.js';
import { differing } from './policy-version.js';
/** What is wrong with each value by itself; nothing where all may be set. */
export function whyNotValues(values, apply) {
    if (Object.keys(values).length === 0)
        return { non_field_errors: [problem('no_policy_given')] };
    return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => {
        const found = whyNotValue(name, value, apply);
        return found === null ? [] : [[name, [found]]];
    }));
}
function whyNotValue(name, value, apply) {
    if (!isPolicyName(name))
        return problem('unknown_policy');
    if (apply === 'new' && !isSessionPolicy(name))
        return problem('policy_not_of_sessions');
    return whyNotPolicyValue(name, value);
}
/** @param inUse the versions that sessions may be judged by, the latest at the end */
export function nextVersion(inUse, { values, apply, undoes }) {
    const latest = inUse.at(-1);
    const changed = Object.keys(values);
    const policy = { ...latest.policy, ...values };
    const next = { version: latest.version + 1, policy, changed, apply, undoes, settled: false };
    return { next, eras: foldEras([...inUse, next]) };
}
/** What contradicts itself once everything is put together; empty when nothing does. */
export function whyNotNext({ next, eras }) {
    const found = whyNotPolicy(next.policy);
    if (eras.list.length > mostEras)
        found.push(problem('too_many_rules', { count: mostEras }));
    return found;
}
/** Which of these policies a newer version has set, and the version; null when none has. */
export function setSince(newer, names) {
    for (const { version, changed } of newer.toReversed()) {
        const name = changed.find(one => names.includes(one));
        if (name)
            return { name, version };
    }
    return null;
}
/** Whether nobody would notice one in place of the other. */
export function areAlike(one, other) {
    const begins = [...one.list, ...other.list].map(era => era.from);
    const policyAt = (eras, from) => eras.of({ policyVersion: from, applicationId: ownApplicationId });
    return begins.every(from => differing(policyAt(one, from), policyAt(other, from)).length === 0);
}
//# sourceMappingURL=policy-change.js.map