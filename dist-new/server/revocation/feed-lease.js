// What a verifier is answered that says how far it has applied the log: up to where it must be to refuse all that was refused when
// it asked.
import { refuse } from '../protocol/errors.js';
import { leaseTime } from '../protocol/log/feed.js';
export function createFeedLeases({ tail, verifiers }) {
    return {
        /** @throws too_many_verifiers, database_unavailable, log_went_back */
        async renew(renewal) {
            // Before the read: whoever looks at the rows after a commit finds everybody who was answered with less (enforcement.ts).
            await verifiers.renew(renewal);
            const { logId, seq, askedAt } = await tail.headNow();
            const { applied } = renewal;
            // It had applied so much before it asked, and the database has not got so far: what it will write under those numbers
            // this verifier would take for what it knows.
            if (applied?.log === logId && applied.seq > seq)
                throw refuse('log_went_back', { retryAfter: 5 });
            return { log: logId, seq, now: Math.floor(askedAt), lease_ms: leaseTime };
        },
    };
}
//# sourceMappingURL=feed-lease.js.map