// An end of all sessions of somebody is one number. The transaction that raises it writes a sweep, and any server works that
// off behind the answers, under a lease: it marks the rows for the lists, and writes down whom to tell. A server that is killed
// leaves it to the next.
import { setImmediate } from 'node:timers/promises';
/** How many rows are marked in one transaction: others wait for it. */
const batch = 500;
/** How long a sweep that nobody goes on with stays taken, in ms. */
const lease = 30_000;
/** A session that was being opened when all of them ended stands below the number as well: they are looked for once more; ms. */
const secondLook = 60_000;
/** How many sweeps are read at a time. */
const atOnce = 20;
const kinds = new Set(['user', 'application', 'all']);
export function createSweeping(deps) {
    const { database, sweepStore, sessionStore, deliveryWriting, now, afterwards } = deps;
    /** @returns whether there may be more */
    function markSome({ kind, subject, createdAt, reason, actor, seq }) {
        return database.transaction(async (tx) => {
            const ids = await sessionStore.markSuperseded(tx, { kind, subject }, createdAt, reason, actor, batch);
            await deliveryWriting.ofSessions(tx, ids);
            if (ids.length === batch)
                await sweepStore.keep(tx, seq, now() + lease);
            return ids.length === batch;
        });
    }
    async function workOff(sweep) {
        if (!(await sweepStore.take(database, sweep.seq, now(), now() + lease)))
            return;
        while (await markSome(sweep))
            await setImmediate();
        if (sweep.passes > 0)
            await sweepStore.remove(database, sweep.seq);
        else
            await sweepStore.passed(database, sweep.seq, now() + secondLook);
    }
    async function workOffAll() {
        for (let due = atOnce; due === atOnce;) {
            const sweeps = await sweepStore.due(database, now(), atOnce);
            for (const sweep of sweeps)
                await workOff(sweep);
            due = sweeps.length;
        }
    }
    let running = null;
    let again = false;
    /** Works off what is due, one after the other: ends of many users come in a row. */
    async function run() {
        again = true;
        running ??= (async () => {
            while (again) {
                again = false;
                await workOffAll();
            }
        })().finally(() => {
            running = null;
        });
        await running;
    }
    return {
        run,
        /** In the transaction that ends them all. */
        async write(tx, { seq, kind, subject, reason, actor, createdAt }) {
            const whose = { kind, subject };
            await sweepStore.insert(tx, { seq, ...whose, reason, actor, createdAt, nextAt: createdAt, passes: 0 });
        },
        /** Once that is committed. */
        begin: () => afterwards(run),
        /** Those that no sweep is about to mark, by another reason than that their time has run out. */
        async leaveOut(tx, expired) {
            const sweeps = await sweepStore.all(tx);
            const upTo = new Map();
            for (const { kind, subject, seq } of sweeps)
                upTo.set(`${kind} ${subject}`, Math.max(seq, upTo.get(`${kind} ${subject}`) ?? 0));
            const isSwept = ({ userId, applicationId, seq }) => [`user ${userId}`, `application ${applicationId}`, 'all '].some(whose => seq < (upTo.get(whose) ?? 0));
            return expired.filter(one => !isSwept(one)).map(one => one.id);
        },
    };
}
/** Whether an entry ends all sessions of somebody. */
export function endsAll({ kind, effect }) {
    return effect === 'end' && kinds.has(kind);
}
//# sourceMappingURL=sweeping.js.map