// Which policy a session is judged by. Most versions of the policy are for everybody; one that is for new sessions only
// begins an era, a span of versions under which sessions were opened that are judged alike: the sessions that were open
// before keep the policy they have, and get what later versions set for all. An application may override lifetimes for its
// own sessions, whatever their era.
import { ownApplicationId } from './application-metadata.js';
import { sessionPolicies } from './policies.js';
import { differing, only } from './policy-version.js';
/** Stands for every application that overrides nothing. */
export const anyOther = '';
/** The last era has no end; the column holds no greater number. */
export const forever = 2 ** 31 - 1;
/** More eras would make each refresh dear. */
export const mostEras = 8;
/**
 * @param versions in their order and without a gap, up to the latest: from before the oldest that is for new sessions only
 *   and not settled, or the latest alone
 */
export function foldEras(versions, overrides = new Map()) {
    const first = versions[0];
    const latest = versions.at(-1);
    const begins = versions.filter(one => one !== first && sparesOlder(one)).map(one => one.version);
    const list = [];
    for (const from of [0, ...begins]) {
        const policy = policyOf(Math.max(from, first.version), versions);
        const last = list.at(-1);
        if (last && differing(last.policy, policy).length === 0)
            continue;
        if (last)
            last.upto = from - 1;
        list.push({ from, upto: forever, policy });
    }
    return withOverrides({ version: latest.version, latest: latest.policy, list }, overrides);
}
/** The same eras, with what applications override now. */
export function withOverrides({ version, latest, list }, overrides) {
    // Each refresh asks: what was folded once is kept, one policy for all applications that override nothing.
    const folded = new Map();
    const longest = [...overrides.values()].map(({ access_token_lifetime = 0 }) => access_token_lifetime);
    return {
        version,
        latest,
        list,
        overrides,
        of({ policyVersion, applicationId }) {
            const { policy } = list.findLast(era => era.from <= policyVersion);
            if (applicationId === ownApplicationId && !overrides.has(applicationId))
                return policy;
            const own = overrides.get(applicationId);
            const key = own ? applicationId : null;
            const known = folded.get(policy)?.get(key);
            if (known)
                return known;
            const made = overridden(policy, own, applicationId);
            folded.set(policy, new Map([...(folded.get(policy) ?? []), [key, made]]));
            return made;
        },
        longestAccessLifetime: Math.max(...list.map(era => era.policy.access_token_lifetime), ...longest),
    };
}
/** RFC 9700 §4.14.2: refresh tokens of public clients rotate. `rotate_refresh_tokens` is about our own application alone. */
function overridden(policy, own, applicationId) {
    const rotates = applicationId === ownApplicationId ? policy.rotate_refresh_tokens : true;
    return { ...policy, ...own, rotate_refresh_tokens: rotates };
}
/** What sessions opened under one version are judged by, after all that came since. */
function policyOf(opened, versions) {
    const asOf = new Map();
    let policy = versions[0].policy;
    for (const one of versions) {
        policy = one.version <= opened ? one.policy : moved(policy, one, opened, asOf);
        asOf.set(one.version, policy);
    }
    return policy;
}
function moved(before, version, opened, asOf) {
    const own = { ...version.policy, ...only(before, sessionPolicies) };
    if (sparesOlder(version))
        return own;
    // Undone is what these sessions had of it: if they were spared it, nothing.
    const { undoes } = version;
    const source = undoes !== null && undoes > opened ? asOf.get(undoes - 1) : version.policy;
    return { ...own, ...only(source, version.changed) };
}
function sparesOlder({ apply, settled }) {
    return apply === 'new' && !settled;
}
//# sourceMappingURL=eras.js.map