// A policy changes as a whole version: who, why, when, what was set, and for whom. What was set is not always what differs:
// a value that holds for new sessions only may be set once more, for all.
import { isPolicyName, policyNames, readPolicy } from './policies.js';
/** How a version comes into force, in words for an administrator. */
export const policyApplies = {
    now: 'Live access tokens become stale at once, so that every client refreshes, and is judged by it, now.',
    refresh: 'Sessions are judged by it at their next refresh; live access tokens stay as they are.',
    new: 'For sessions that are opened from now on; the others keep the rules they have.',
};
export function isPolicyApply(text) {
    return Object.hasOwn(policyApplies, text);
}
/** @param written in the order of versions */
export function readVersions(written) {
    const versions = [];
    for (const { version, policy: json, changed, apply, undoes, settledAt } of written) {
        const policy = readPolicy(json);
        const before = versions.at(-1)?.policy ?? policy;
        versions.push({
            version,
            policy,
            apply: apply,
            undoes,
            settled: settledAt !== null,
            // What an older program knew and this one does not is nothing to anybody here.
            changed: changed === null ? differing(before, policy) : JSON.parse(changed).filter(isPolicyName),
        });
    }
    return versions;
}
export function differing(before, after) {
    return policyNames.filter(name => before[name] !== after[name]);
}
/** Some policies' values. */
export function only(policy, names) {
    return Object.fromEntries(names.map(name => [name, policy[name]]));
}
/**
 * Takes back what one version set. What a newer version has set to something else is not for this undoing to decide.
 * @param versions from the one before it up to the latest
 */
export function undoing(versions) {
    const [before, undone, ...newer] = versions;
    const latest = versions.at(-1).policy;
    const conflicts = undone.changed.flatMap(name => {
        const now = latest[name];
        if (now === undone.policy[name] || now === before.policy[name])
            return [];
        const last = newer.findLast(one => one.changed.includes(name));
        return [{ name, version: last?.version ?? undone.version }];
    });
    if (conflicts.length > 0)
        return { conflicts };
    return { values: only(before.policy, undone.changed) };
}
//# sourceMappingURL=policy-version.js.map