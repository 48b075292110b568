import { sessionEnd } from '../policy/session.js';
import { countStaying, countsByItself, mostBeside } from '../policy/session-limit.js';
import { refuse } from '../protocol/errors.js';
const tries = 5;
export function createSessionLimit({ database, userStore, sessionStore, changes, tail, policy, now, }) {
    const lives = (one, eras) => sessionEnd(one, one.ended, now(), eras.of(one)) === null;
    const counts = (one, eras) => countsByItself(one, one.browser !== null && lives(one.browser, eras));
    /** By the live sessions of the user that are newer; those that are too many themselves do not count. */
    async function judge(tx, { session }, eras) {
        const newer = countStaying();
        // Of one that was granted offline its own row tells whether it counts: no verdict before it was seen.
        const mayCount = session.browserSid === null;
        for await (const one of sessionStore.newestOf(tx, session.userId)) {
            if (one.headPolicyVersion !== eras.head)
                return 'moved';
            const its = eras.of(one);
            if (one.id === session.id) {
                if (!lives(one, eras))
                    return 'over';
                return counts(one, eras) && newer.isOverLimit(its) ? 'over_limit' : 'stays';
            }
            if (lives(one, eras) && counts(one, eras))
                newer.isOverLimit(its);
            // It is older than all that were seen, and there is no need to read up to it.
            if (mayCount && newer.isCrowdedFor(eras.of(session)))
                return 'over_limit';
        }
        return 'over';
    }
    const mayBeOverLimit = ({ session, crowdedUpto }) => crowdedUpto !== null && session.createdAt <= crowdedUpto && countsByItself(session, false);
    return {
        /** How many newer ones any session may live beside; Infinity where no limit ends the oldest. */
        least: (eras) => Math.min(...eras.list.map(era => mostBeside(era.policy))),
        /**
         * Refuses a session that is one too many; changes nothing.
         * @throws session_ended
         */
        async check(standing, eras) {
            if (mayBeOverLimit(standing) && isOver(await judge(database, standing, eras)))
                throw refuse('session_ended');
        },
        /**
         * Ends a session that is one too many, and refuses it.
         * @throws session_ended, database_unavailable
         */
        async endOverLimit(standing, eras, presenter) {
            if (!mayBeOverLimit(standing))
                return;
            for (let attempt = 1; attempt <= tries; attempt++) {
                // A look first, before anybody waits for the user's lock.
                const first = await judge(database, standing, eras);
                const verdict = first === 'over_limit' ? await endUnderLock(standing, eras, presenter) : first;
                if (verdict === 'stays')
                    return;
                if (isOver(verdict))
                    throw refuse('session_ended');
                await tail.readNow();
                eras = policy.eras();
            }
            throw refuse('database_unavailable', { retryAfter: 1 });
        },
    };
    /** Whoever ends sessions for being too many takes turns at the user's row: what one has ended counts for no other. */
    function endUnderLock(standing, eras, presenter) {
        const { id, userId, deviceId } = standing.session;
        return changes.run({ name: 'system', origin: presenter, credential: null }, async (tx, { record, note }) => {
            await userStore.lock(tx, userId);
            const verdict = await judge(tx, standing, eras);
            if (verdict === 'over_limit' && (await record('session_limit', { subject: id }))) {
                const before = { user: userId, device: deviceId };
                note({ action: 'session_ended', subject: id, before, after: { reason: 'session_limit' } });
            }
            return verdict;
        });
    }
}
const isOver = (verdict) => verdict === 'over_limit' || verdict === 'over';
//# sourceMappingURL=session-limit.js.map