// Follows the revocation log. The database is the truth, and only an answer of its own makes this process fresh: one that
// was asked for less than a second ago, with the log applied up to it.
import { setImmediate } from 'node:timers/promises';
import { refuse } from '../protocol/errors.js';
import { createFreshness } from './freshness.js';
/** How often the log's head is read, in ms. */
const pollInterval = 250;
/**
 * How long a request waits to become fresh, in ms: less than a statement's deadline, and far less than the grace. A client
 * that is told so soon has time to ask another server.
 */
const patience = 1_500;
/** How many entries are read, and then applied, at a time. */
const stretch = 2_000;
export function createTail(deps) {
    const { database, revocationStore, outages, projection, highWater, transport, memory } = deps;
    const { now, monotonic, wall, observe, log } = deps;
    const followers = [];
    /** Of the log that is projected; '' before the first read. */
    let logId = '';
    let listener = null;
    let lastHead = null;
    let reading = null;
    let timer;
    let silent = false;
    /** A command looks at whatever database it is told to; only a server takes what another had for a mark of this log. */
    let serves = false;
    const freshness = createFreshness({ monotonic, wall });
    const { isFresh } = freshness;
    async function read() {
        const isFirst = logId === '';
        if (isFirst)
            await memory?.recall();
        const asked = freshness.ask();
        const askedAt = now();
        // Not where we stand when the answer comes: a commit of our own may have superseded it.
        const mark = highWater.mark(projection.position);
        const { held } = highWater;
        const head = await revocationStore.head(database, held?.seq);
        const answeredAt = monotonic();
        // Where the database has no clock of its own this machine's is the one that is followed.
        if (head.databaseNow === null)
            observe(wall(), answeredAt, answeredAt, head.beatAt);
        else
            observe(head.databaseNow, asked.monotonic, answeredAt, head.beatAt);
        const known = (isFirst && memory?.knownOf(head, serves)) || 0;
        if (known > 0)
            highWater.show(known, 'a mark in DATA_DIR');
        const before = known > mark.seq ? highWater.mark(0) : mark;
        const wentBack = await highWater.judge(head, before, head.logId === logId ? held : null);
        if (wentBack)
            freshness.lose();
        else
            await readUpTo(head);
        await tellFollowers(head);
        if (wentBack)
            return;
        listener?.caughtUp();
        lastHead = { logId: head.logId, seq: head.seq, accessLifetime: head.accessLifetime, askedAt };
        outages.answered();
        freshness.answered(asked);
    }
    /** Stretch by stretch, so that the process answers meanwhile; only when all of it is applied does the read count. */
    async function readUpTo(head) {
        if (head.logId !== logId)
            enter(head);
        while (projection.position < head.seq) {
            apply(await stretchAfter(projection.position, head.seq));
            // SQLite answers without leaving this turn of the event loop.
            if (projection.position < head.seq)
                await setImmediate();
        }
    }
    async function stretchAfter(after, upto) {
        // From the beginning, only the database: it alone knows that what lies before the oldest entry has expired.
        const told = after > 0 && upto - after <= stretch ? await transport?.between(logId, after, upto) : null;
        if (told)
            return { after, upto, entries: told };
        return revocationStore.stretch(database, after, upto, stretch, now());
    }
    /** A log with another id is another log, and so may be the policy and the keys, whatever their versions. */
    function enter(head) {
        if (logId !== '')
            log.info({ logId: head.logId, seq: head.seq }, 'the revocation log has a new id and is read anew');
        // Until all of it is there this process knows nothing.
        freshness.lose();
        projection.reset();
        highWater.hold(null);
        for (const follower of followers)
            follower.known = undefined;
        logId = head.logId;
        listener?.entered(logId);
    }
    function apply(answer) {
        const after = projection.position;
        if (!projection.apply(answer))
            return false;
        const last = answer.entries.at(-1);
        if (answer.upto === projection.position)
            highWater.hold(last?.seq === answer.upto ? last : null);
        if (listener !== null && answer.upto > after) {
            const entries = answer.after === after ? answer.entries : answer.entries.filter(({ seq }) => seq > after);
            listener.applied({ after, upto: answer.upto, entries });
        }
        return true;
    }
    async function tellFollowers(head) {
        for (const follower of followers) {
            const version = follower.version(head);
            if (version === follower.known)
                continue;
            await follower.follow(head);
            follower.known = version;
        }
    }
    /** Joins the read that is under way, or starts one. */
    function readOnce() {
        reading ??= read().finally(() => {
            reading = null;
        });
        return reading;
    }
    async function poll() {
        try {
            await readOnce();
            if (silent)
                log.info({}, 'the database answers again');
            silent = false;
        }
        catch (error) {
            if (!silent)
                log.warn({ err: error }, 'the database does not answer: what needs it is not served');
            silent = true;
        }
        timer = setTimeout(poll, pollInterval).unref();
    }
    /** One read that was asked for after this call. */
    async function readNow() {
        await reading?.catch(() => { });
        await readOnce();
    }
    /**
     * One such read, for whoever is about to refuse somebody for what the database does not know.
     * @throws log_went_back, database_unavailable
     */
    async function requireForward() {
        await readNow();
        if (highWater.wentBack)
            throw wentBackRefusal();
    }
    return {
        isFresh,
        /** Of the log that is projected; '' before the first read. */
        get logId() {
            return logId;
        },
        /** Up to where the log is known here. */
        get position() {
            return projection.position;
        },
        /** The last head that everybody who follows has taken in: what they hold in memory is at least as new. */
        get lastHead() {
            return lastHead;
        },
        /** Calls `follow` at each read that finds `version` changed, before the read counts; the first read finds it so. */
        follow(version, follow) {
            followers.push({ version, known: undefined, follow });
        },
        /** One at most listens. */
        listen(to) {
            listener = to;
        },
        /** Reads everything once, then again every quarter of a second. */
        async start() {
            serves = true;
            await readOnce();
            timer = setTimeout(poll, pollInterval).unref();
        },
        stop() {
            clearTimeout(timer);
        },
        /**
         * Waits, only when this process is not fresh, for one read that all who wait share.
         * @throws database_unavailable: better no answer than one that may be out of date; log_went_back
         */
        async freshen() {
            if (isFresh())
                return;
            await inTime(async () => {
                if (reading !== null)
                    await reading;
                // A read that was asked for after this call is fresh enough for it, however slow the answer was.
                if (!isFresh())
                    await readOnce();
            });
            if (highWater.wentBack)
                throw wentBackRefusal();
        },
        readNow,
        /**
         * Somebody whom we believe (a token that we signed, an entry that another server told) names a number of the log that is
         * not here yet. We may merely be behind; a read that was asked for after that tells, and all who wait share it.
         * @throws log_went_back when the database has not got so far either; database_unavailable
         */
        async reach(seq, by) {
            if (seq <= projection.position)
                return;
            highWater.show(seq, by);
            await requireForward();
        },
        requireForward,
        /**
         * The head of a read that was asked for after this call; all who wait share it.
         * @throws log_went_back, database_unavailable also when it takes too long
         */
        async headNow() {
            await inTime(requireForward);
            return lastHead;
        },
        /** Takes in what another process has committed, if it begins exactly where we stand. */
        applyRemote(answer) {
            return answer.after === projection.position && apply(answer);
        },
        /** Takes in what this process has just committed; the numbers in between, if any, are read. */
        async take(itsLog, entries) {
            const last = entries.at(-1);
            if (!last)
                return;
            transport?.tell(itsLog, entries);
            if (itsLog === logId && apply({ after: entries[0].seq - 1, upto: last.seq, entries }))
                return;
            try {
                while (projection.position < last.seq && !highWater.wentBack)
                    await readOnce();
            }
            catch {
                // Committed all the same. Until the database answers again this process must not think itself fresh.
                freshness.lose();
            }
        },
    };
}
/** @throws database_unavailable when it takes too long; it goes on all the same, for those who come later */
async function inTime(read) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => {
            reject(refuse('database_unavailable', { retryAfter: 1, cause: new Error('no answer in time') }));
        }, patience);
    });
    try {
        await Promise.race([read(), late]);
    }
    finally {
        clearTimeout(timer);
    }
}
function wentBackRefusal() {
    return refuse('log_went_back', { retryAfter: 5 });
}
//# sourceMappingURL=tail.js.map