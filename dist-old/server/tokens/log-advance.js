// The last step of a restore, and the only way on once the database went back. The log gets a new id and goes on far beyond
// every number that was ever seen, with an entry that ends everything older: what the restored database forgot to refuse is
// refused with the rest. Works whatever state the log is in, so it does not go through tokens/changes.ts, which asks that first.
import { nameOf } from '../policy/actor.js';
import { longestAccessLifetime } from '../policy/policies.js';
import { entryExpiry, triggers } from '../policy/revocation.js';
import { farAhead } from '../revocation/high-water.js';
const trigger = 'log_advanced';
export function createLogAdvance(deps) {
    const { database, revocationStore, userStore, logHeadStore, auditTrail, revocationWriting, sweeping } = deps;
    const { tail, redisLog, now, random } = deps;
    /** What Redis has above the database. */
    async function lostSince(head) {
        try {
            return (await redisLog?.above(head.logId, head.seq)) ?? null;
        }
        catch {
            return null;
        }
    }
    /** Locks in the order of every other change: rows, the audit log's head, the revocation log's. */
    async function write(tx, actor, lost, options) {
        const lastUserId = await userStore.skipIds(tx, options.userIds);
        const { audit } = await logHeadStore.lock(tx);
        const { logId, seq, seenSeq, horizon } = await revocationStore.head(tx);
        const seen = Math.max(seq, seenSeq, options.seen, ...(lost ?? []).map(entry => entry.seq));
        const before = { logId, seq };
        const after = { logId: random(8).toString('hex'), seq: seen + farAhead };
        const note = {
            action: trigger,
            subject: after.logId,
            before: { log_id: logId, seq },
            after: { log_id: after.logId, seq: after.seq, seen, last_user_id: lastUserId },
        };
        await auditTrail.write(tx, audit, auditTrail.prepare(actor, [note]));
        await revocationStore.advance(tx, after);
        const entry = endOfEverything(after.seq, actor, horizon);
        await revocationStore.insert(tx, entry);
        await sweeping.write(tx, entry);
        return { before, after, seen, lost, lastUserId, entry, note };
    }
    function endOfEverything(seq, actor, horizon) {
        const { kind, effect } = triggers[trigger];
        const createdAt = now();
        // A longer lifetime that was set after the backup was made is forgotten too: the longest that there can be counts.
        const expiresAt = entryExpiry(kind, createdAt, longestAccessLifetime, horizon);
        const about = { kind, subject: '', effect, exceptSid: null, reason: trigger };
        return { seq, ...about, actor: nameOf(actor), createdAt, expiresAt };
    }
    /**
     * Ends every session and every token, and makes the log go on under a new id.
     * @throws database_unavailable
     */
    return async function advance(options, actor) {
        // Also brings the key of the audit log; that the database went back is why we are here.
        await tail.readNow();
        const lost = await lostSince(await revocationStore.head(database));
        const { entry, note, ...advanced } = await database.transaction(tx => write(tx, actor, lost, options));
        deps.audited(actor, note);
        await revocationWriting.finish(advanced.after.logId, [entry]);
        return advanced;
    };
}
//# sourceMappingURL=log-advance.js.map