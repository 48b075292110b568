import { assignments, columns, inChunks, insertions, placeholders } from './statement.js';
export const deliveryStates = ['waiting', 'sent', 'gave_up'];
/**
 * Why an attempt failed: those of outgoing requests, and `STATUS`: it answered another one; `NO_URI`: it has no address any more;
 * `NO_KEY`: there is no key that it would take.
 */
export const deliveryFailures = [
    'ADDRESS',
    'SCHEME',
    'NOT_ALLOWED',
    'UNKNOWN_HOST',
    'UNREACHABLE',
    'TIMEOUT',
    'STATUS',
    'NO_URI',
    'NO_KEY',
];
export const deliveryColumns = columns('d', [
    'id',
    'sessionId',
    'ended',
    'applicationId',
    'userId',
    'state',
    'round',
    'attempts',
    'nextAt',
    'taker',
    'failure',
    'status',
    'createdAt',
    'since',
    'doneAt',
]);
const endColumns = columns('s', ['applicationId', 'userId']);
const atTold = 'JOIN application a ON a.id = s.application_id WHERE a.told_of_ends = ?';
export function createDeliveryStore({ engine }) {
    const ignore = engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE';
    return {
        /** Those of these sessions that have ended and whose application is told of it. */
        async endsOf(tx, sessionIds) {
            const rows = await inChunks(sessionIds, some => tx.read(`SELECT s.id AS sessionId, ${endColumns} FROM session s
           ${atTold} AND s.id IN (${placeholders(some.length)}) AND s.ended_at IS NOT NULL`, [true, ...some]));
            return rows.map(row => ({ ...row, ended: 'session' }));
        },
        /**
         * What browser sessions gave to applications that are told of ends: what has ended with them or has run out of its time
         * before, and what outlives them.
         */
        async endsOfBrowsers(tx, browserSids) {
            const rows = await inChunks(browserSids, some => tx.read(`SELECT s.id AS sessionId, s.ended_at AS endedAt, ${endColumns} FROM session s
           ${atTold} AND s.browser_sid IN (${placeholders(some.length)}) AND (s.ended_at IS NULL OR s.ended_reason = 'expired')`, [true, ...some]));
            return rows.map(({ endedAt, ...row }) => ({ ...row, ended: endedAt === null ? 'browser' : 'session' }));
        },
        /** Each end is told once: what is there already is passed over. */
        async insertAll(tx, rows) {
            await inChunks(rows, async (some) => {
                const [sql, values] = insertions('delivery', some);
                await tx.write(sql.replace('INSERT', ignore), values);
                return [];
            });
        },
        /** The applications for which something is due, the one that has waited longest first. */
        async dueApplications(tx, now) {
            const rows = await tx.read(`SELECT application_id AS applicationId, MIN(next_at) AS dueAt FROM delivery
         WHERE state = 'waiting' GROUP BY application_id`);
            return rows
                .filter(row => row.dueAt <= now)
                .sort((a, b) => a.dueAt - b.dueAt)
                .map(row => row.applicationId);
        },
        /**
         * Takes some that are due. Of several servers one has each, until `until`.
         * @param taker a random text
         */
        async take(tx, applicationId, { now, until, taker, limit }) {
            for (;;) {
                const due = await tx.read(`SELECT d.id AS id FROM delivery d WHERE d.state = 'waiting' AND d.application_id = ? AND d.next_at <= ?
           ORDER BY d.next_at LIMIT ${Math.trunc(limit)}`, [applicationId, now]);
                if (due.length === 0)
                    return [];
                const ids = due.map(row => row.id).sort();
                const won = await tx.write(`UPDATE delivery SET next_at = ?, taker = ?, attempts = attempts + 1
           WHERE id IN (${placeholders(ids.length)}) AND state = 'waiting' AND next_at <= ?`, [until, taker, ...ids, now]);
                // Another server was faster with all of these, which are due no more: there may be others.
                if (won === 0)
                    continue;
                return tx.read(`SELECT ${deliveryColumns} FROM delivery d WHERE d.id IN (${placeholders(ids.length)}) AND d.taker = ?`, [...ids, taker]);
            }
        },
        /** What became of some of those that were taken; nothing where another one has taken them since. */
        async settle(tx, ids, taker, outcome) {
            const [set, values] = assignments(outcome);
            await tx.write(`UPDATE delivery SET ${set}, taker = NULL WHERE id IN (${placeholders(ids.length)}) AND taker = ?`, [...values, ...ids, taker]);
        },
        /** Gives up to `limit` up that have been tried, or waited for those that were, since before an instant. @returns how many */
        async giveUp(tx, applicationId, { before, now, limit, outcome }) {
            const rows = await tx.read(`SELECT d.id AS id FROM delivery d
         WHERE d.state = 'waiting' AND d.application_id = ? AND d.since <= ? AND (d.next_at <= ? OR d.taker IS NULL)
         LIMIT ${Math.trunc(limit)}`, [applicationId, before, now]);
            if (rows.length === 0)
                return 0;
            const [set, values] = assignments({ ...outcome, state: 'gave_up', doneAt: now });
            await tx.write(`UPDATE delivery SET ${set}, taker = NULL
         WHERE state = 'waiting' AND (next_at <= ? OR taker IS NULL) AND id IN (${placeholders(rows.length)})`, [...values, now, ...rows.map(row => row.id).sort()]);
            return rows.length;
        },
        async find(tx, id) {
            const [row] = await tx.read(`SELECT ${deliveryColumns} FROM delivery d WHERE d.id = ?`, [id]);
            return row ?? null;
        },
        /** Another token of the same end; one that waits, and is not being sent, is due now. */
        async sendAgain(tx, id, now) {
            const hurried = await tx.write("UPDATE delivery SET next_at = ? WHERE id = ? AND state = 'waiting' AND taker IS NULL", [now, id]);
            if (hurried > 0)
                return;
            await tx.write(`UPDATE delivery SET state = 'waiting', round = round + 1, attempts = 0, next_at = ?, since = ?, done_at = NULL,
           failure = NULL, status = NULL WHERE id = ? AND state <> 'waiting'`, [now, now, id]);
        },
        /** How many wait, counted up to a limit. */
        async waiting(tx, limit) {
            const [row] = await tx.read(`SELECT COUNT(*) AS count FROM (SELECT 1 FROM delivery WHERE state = 'waiting' LIMIT ${Math.trunc(limit)}) t`);
            return row.count;
        },
        /** Forgets up to `limit` that were made before an instant. @returns how many */
        async forget(tx, before, limit) {
            const rows = await tx.read(`SELECT id FROM delivery WHERE created_at < ? ORDER BY created_at, id LIMIT ${Math.trunc(limit)}`, [before]);
            if (rows.length === 0)
                return 0;
            const ids = rows.map(row => row.id);
            return tx.write(`DELETE FROM delivery WHERE id IN (${placeholders(ids.length)})`, ids);
        },
    };
}
//# sourceMappingURL=deliveries.js.map