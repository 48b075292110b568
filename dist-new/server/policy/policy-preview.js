// What a change of the policy would do to the sessions that are open, judged by the rules that will judge them.
import { anyOther } from './eras.js';
import { sessionEnd } from './session.js';
import { countsByItself, mostBeside, overLimit } from './session-limit.js';
export const endReasons = {
    idle: 'has lain idle for longer than the change allows',
    absolute: 'is older than the change allows',
    limit: 'is one more than its user may have',
};
/**
 * Which sessions of one user would be refused by the change if they refreshed now, and are not without it.
 * @param open all that are not marked as ended, oldest first
 */
export function endedByChange(open, before, after, now) {
    const kept = new Set(survivors(open, after, now));
    return survivors(open, before, now).flatMap(session => {
        if (kept.has(session))
            return [];
        const end = sessionEnd(session, session.ended, now, after.of(session));
        return [{ session, reason: end === 'idle' || end === 'absolute' ? end : 'limit' }];
    });
}
function survivors(open, eras, now) {
    const live = open.filter(session => sessionEnd(session, session.ended, now, eras.of(session)) === null);
    const ids = new Set(live.map(session => session.id));
    const counted = live.filter(session => countsByItself(session, ids.has(session.browserSid ?? '')));
    const tooMany = new Set(overLimit(counted, eras.of));
    return live.filter(session => !tooMany.has(session));
}
/** Where lifetimes fall, by when sessions were opened: the others need not be looked at. */
export function tightenings(before, after) {
    const begins = [...new Set([...before.list, ...after.list].map(era => era.from))]
        .filter(from => from <= before.version)
        .sort((a, b) => a - b);
    const lifetimes = (eras, from, applicationId) => {
        const policy = eras.of({ policyVersion: from, applicationId: applicationId ?? anyOther });
        return { idle: policy.refresh_token_lifetime * 1000, absolute: policy.session_absolute_lifetime * 1000 };
    };
    // Also of one that overrides nothing any more: the policy may be the stricter one.
    return [null, ...new Set([...before.overrides.keys(), ...after.overrides.keys()])]
        .flatMap(applicationId => begins.map((from, index) => ({
        from,
        upto: (begins[index + 1] ?? before.list.at(-1).upto + 1) - 1,
        applicationId,
        before: lifetimes(before, from, applicationId),
        after: lifetimes(after, from, applicationId),
    })))
        .filter(one => one.after.idle < one.before.idle || one.after.absolute < one.before.absolute);
}
/** With no more sessions than this no user is over any limit; Infinity where there is none. */
export function leastLimit(...all) {
    return Math.min(...all.flatMap(eras => eras.list.map(era => mostBeside(era.policy) + 1)));
}
/** What a change leaves as it is, in words for an administrator. */
export const stays = {
    open_sessions: 'Sessions that are open keep the rules they have.',
    access_tokens: 'Access tokens that are live stay valid until they expire.',
    refresh_tokens: 'Refresh tokens end when they say; a longer life begins with the next refresh.',
    signed_in: 'Whoever is signed in stays so; only sign-ins beyond the limit are refused.',
    undoable: 'Until a session refreshes, undoing the change saves it.',
};
export function whatStays({ policy, changed, apply }, before) {
    const rises = (name) => policy[name] > before.latest[name];
    const limits = ['max_sessions_per_user', 'at_session_limit'];
    const refuses = policy.max_sessions_per_user > 0 && policy.at_session_limit === 'refuse';
    const said = {
        open_sessions: apply === 'new',
        // A token for another audience is refused as soon as the audience is another one.
        access_tokens: apply !== 'now' && !changed.includes('audience'),
        refresh_tokens: rises('refresh_token_lifetime') || rises('session_absolute_lifetime'),
        signed_in: refuses && changed.some(name => limits.includes(name)),
        undoable: apply !== 'new',
    };
    return Object.keys(said).filter(name => said[name]);
}
//# sourceMappingURL=policy-preview.js.map