import { scanSql } from './scan-sql.js';
import { columns, inChunks, placeholders } from './statement.js';
const openColumns = columns('s', [
    'id',
    'deviceId',
    'applicationId',
    'policyVersion',
    'browserSid',
    'offline',
    'seq',
    'createdAt',
    'rotatedAt',
    'expiresAt',
    'endedAt',
]);
/** How many are read in one statement where a caller reads on. */
const piece = 500;
export function createOpenSessions({ engine }) {
    const { hint, compared } = scanSql(engine);
    const byUser = `session s${hint('session_user')}`;
    const order = ['s.created_at', 's.id'];
    async function read(tx, from, where, values) {
        // No joins: with them MariaDB sorts all that there are before it takes the first.
        const rows = await tx.read(`SELECT ${openColumns}, (SELECT u.ended_seq FROM user u WHERE u.id = s.user_id) AS userEndedSeq,
         (SELECT a.ended_seq FROM application a WHERE a.id = s.application_id) AS applicationEndedSeq,
         (SELECT h.ended_seq FROM log_head h WHERE h.id = 1) AS logEndedSeq,
         (SELECT h.policy_version FROM log_head h WHERE h.id = 1) AS headPolicyVersion
       FROM ${from} WHERE ${where}`, values);
        return rows.map(({ userEndedSeq, applicationEndedSeq, logEndedSeq, offline, ...session }) => ({
            ...session,
            offline: offline === 1,
            ended: { user: userEndedSeq, application: applicationEndedSeq, log: logEndedSeq },
            browser: null,
        }));
    }
    /** Those that were granted offline count otherwise once their browser session is over. */
    async function withBrowsers(tx, sessions) {
        const ids = new Set(sessions.flatMap(one => (one.offline && one.browserSid) || []));
        if (ids.size === 0)
            return sessions;
        const found = await inChunks([...ids], some => read(tx, 'session s', `s.id IN (${placeholders(some.length)})`, some));
        const browsers = new Map(found.map(one => [one.id, one]));
        return sessions.map(one => (one.offline ? { ...one, browser: browsers.get(one.browserSid ?? '') ?? null } : one));
    }
    return {
        /** One after the other, the newest first; as far as the caller goes. */
        async *newestOf(tx, userId) {
            for (let last = null;;) {
                const after = last && compared(order, '<', '', [last.createdAt, last.id]);
                const some = await read(tx, byUser, `s.user_id = ? AND s.ended_at IS NULL${after ? ` AND (${after.sql})` : ''}
           ORDER BY s.created_at DESC, s.id DESC LIMIT ${piece}`, [userId, ...(after?.values ?? [])]);
                yield* await withBrowsers(tx, some);
                if (some.length < piece)
                    return;
                last = some.at(-1);
            }
        },
        /** The oldest of a user. */
        async oldestOf(tx, userId, limit) {
            const oldest = `s.user_id = ? AND s.ended_at IS NULL ORDER BY s.created_at, s.id LIMIT ${Math.trunc(limit)}`;
            return withBrowsers(tx, await read(tx, byUser, oldest, [userId]));
        },
        /** Has a user more than so many? The index alone tells, and counts no further. */
        async hasMoreThan(tx, userId, count) {
            const rows = await tx.read(`SELECT s.id FROM ${byUser} WHERE s.user_id = ? AND s.ended_at IS NULL
         ORDER BY s.created_at DESC LIMIT 1 OFFSET ${Math.trunc(count)}`, [userId]);
            return rows.length > 0;
        },
        /** Those on a device, or some of them. */
        async onDevice(tx, deviceId, limit) {
            return tx.read(`SELECT s.id AS id, s.application_id AS applicationId FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL LIMIT ${Math.trunc(limit)}`, [deviceId]);
        },
        /** Ids of those that a user has of one application; as many as were asked for. */
        async ofApplicationOf(tx, userId, applicationId, limit) {
            const rows = await tx.read(`SELECT s.id AS id FROM ${byUser} WHERE s.user_id = ? AND s.ended_at IS NULL AND s.application_id = ?
         LIMIT ${Math.trunc(limit)}`, [userId, applicationId]);
            return rows.map(row => row.id);
        },
        /** How many a user has beside those on one device, counted up to a limit. */
        async countBeside(tx, userId, deviceId, limit) {
            const [row] = await tx.read(`SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${byUser}
         WHERE s.user_id = ? AND s.ended_at IS NULL AND s.device_id <> ? LIMIT ${Math.trunc(limit)}) t`, [userId, deviceId]);
            return row.count;
        },
        /** Those of one application on a device. What may have superseded them is the same for all, and the caller's to know. */
        async ofApplicationOn(tx, deviceId, applicationId) {
            const rows = await tx.read(`SELECT ${openColumns}, ${columns('s', ['generation', 'lastSeenAt', 'grantType', 'refreshable'])} FROM session s${hint('session_device_open')}
         WHERE s.device_id = ? AND s.ended_at IS NULL AND s.application_id = ?`, [deviceId, applicationId]);
            return rows.map(row => ({ ...row, offline: row.offline === 1, refreshable: row.refreshable === 1 }));
        },
        /** What codes opened through some browser sessions, by their ids. The caller has locked those. */
        async childrenOf(tx, browserSids) {
            const rows = await inChunks(browserSids, some => tx.read(`SELECT ${columns('s', ['id', 'browserSid', 'applicationId', 'offline'])} FROM session s
           WHERE s.browser_sid IN (${placeholders(some.length)}) AND s.ended_at IS NULL`, some));
            return rows.map(row => ({ ...row, offline: row.offline === 1 }));
        },
        /** Which of these are such. */
        async areChildren(tx, ids) {
            const rows = await inChunks(ids, some => tx.read(`SELECT s.id AS id FROM session s WHERE s.id IN (${placeholders(some.length)}) AND s.browser_sid IS NOT NULL`, some));
            return new Set(rows.map(row => row.id));
        },
    };
}
//# sourceMappingURL=open-sessions.js.map