// What state a session is in, for lists: the rules that judge it now, for the database and for a row that was read.
import { absoluteEnd, idleEnd, sessionEnd, sessionTerms, } from '../../policy/session.js';
export function createSessionStates({ policy, now }) {
    return {
        /** For one reading: all of it is judged at one instant. */
        terms: () => sessionTerms(now(), policy.eras()),
        of: ({ session, ended }, { now }) => sessionEnd(session, ended, now, policy.of(session)) ?? 'live',
        /** When it is over unless it refreshes; epoch ms. */
        endsAt(session) {
            const rules = policy.of(session);
            return Math.min(idleEnd(session, rules), absoluteEnd(session, rules));
        },
    };
}
//# sourceMappingURL=session-state.js.map