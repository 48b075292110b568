import { deviceColumns } from './devices.js';
import { createKeysetScan } from './keyset-scan.js';
import { scanSql } from './scan-sql.js';
import { livesAs } from './session-lists.js';
import { hasAccess } from './session-surveys.js';
import { inChunks, placeholders } from './statement.js';
export const sessionsOfOne = {
    table: 'session s',
    index: 'session_user',
    columns: 's.id AS id',
    descending: false,
    order: [
        { column: 's.created_at', kind: 'number' },
        { column: 's.id', kind: 'text' },
    ],
};
export const devicesOfOne = {
    table: 'device d',
    index: 'device_user_open',
    columns: 'd.id AS id',
    descending: false,
    order: [
        { column: 'd.first_seen_at', kind: 'number' },
        { column: 'd.id', kind: 'text' },
    ],
};
/** So many on each device is usual; and so many are told of each at most. */
const perDevice = { usual: 20, most: 100 };
/** How high is counted. */
const highest = 10_000;
/** So many rows are looked at for a page: right after all were ended, most are over and not marked yet. */
const looked = 100_000;
/** Among so many that were seen last the open ones are looked for at once. */
const seenLooked = 200;
export function createOwnListStore(dialect) {
    const scan = createKeysetScan(dialect);
    const { hint } = scanSql(dialect.engine);
    const liveOf = (userId, terms, budget) => ({
        filters: [along(sessionsOfOne, 's', userId), livesAs('s', terms)],
        budget,
        highest,
    });
    const openOf = (userId) => ({ filters: [along(devicesOfOne, 'd', userId)], highest });
    return {
        sessions: (tx, userId, terms, page) => scan.page(tx, sessionsOfOne, liveOf(userId, terms, page.budget ?? looked), page),
        /**
         * How many live sessions a user has, and how many of these were given an access token that may live: those of our own
         * pages never are. Counted together, for one look at the rows tells both.
         */
        async countLive(tx, userId, terms, spans) {
            const live = livesAs('s', terms);
            const given = hasAccess(spans, terms.now);
            const [row] = await tx.read(`SELECT COUNT(*) AS looked, CAST(SUM(t.live) AS SIGNED) AS sessions, CAST(SUM(t.live * t.given) AS SIGNED) AS tokens
         FROM (SELECT CASE WHEN ${live.sql} THEN 1 ELSE 0 END AS live,
             CASE WHEN (${given.sql})
               AND NOT EXISTS (SELECT 1 FROM page_session p WHERE p.session_id = s.id) THEN 1 ELSE 0 END AS given
           FROM session s${hint('session_user')} WHERE s.user_id = ? AND s.ended_at IS NULL LIMIT ${2 * highest}) t`, [...live.values, ...given.values, userId]);
            const { looked, sessions, tokens } = row;
            const count = Math.min(sessions ?? 0, highest);
            return {
                sessions: { count, more: count < (sessions ?? 0) || looked === 2 * highest },
                tokens: Math.min(tokens ?? 0, highest),
            };
        },
        /** The applications that have live sessions of a user, but one; of very many sessions some are not looked at. */
        async usesOf(tx, userId, but, terms) {
            const { sql, values } = livesAs('s', terms);
            const rows = await tx.read(`SELECT t.applicationId AS applicationId, COUNT(*) AS sessions, MAX(t.lastSeenAt) AS lastUsedAt FROM (
           SELECT s.application_id AS applicationId, s.last_seen_at AS lastSeenAt
           FROM session s${hint('session_user')}
           WHERE s.user_id = ? AND s.application_id <> ? AND ${sql} LIMIT ${highest}) t
         GROUP BY t.applicationId`, [userId, but, ...values]);
            const looked = rows.reduce((sum, row) => sum + row.sessions, 0);
            return rows.map(row => ({ ...row, more: looked === highest }));
        },
        /**
         * The open devices of a user that were seen last, and how many there are.
         * @returns null where it takes a longer look to find them: the ones seen last are ended, most of them
         */
        async lastSeen(tx, userId, limit) {
            const rows = await tx.read(`SELECT d.*, (SELECT COUNT(*) FROM (SELECT 1 FROM device o${hint('device_user_open')}
             WHERE o.user_id = ? AND o.ended_at IS NULL LIMIT ${highest + 1}) c) AS count
         FROM (SELECT ${deviceColumns} FROM device d${hint('device_user_seen')} WHERE d.user_id = ?
           ORDER BY d.last_seen_at DESC, d.id DESC LIMIT ${seenLooked}) d
         WHERE d.endedAt IS NULL ORDER BY d.lastSeenAt DESC, d.id DESC LIMIT ${Math.trunc(limit)}`, [userId, userId]);
            const found = rows[0]?.count ?? 0;
            if (rows.length < Math.min(limit, found))
                return null;
            const devices = rows.map(({ count: _, ...device }) => device);
            return { devices, count: { count: Math.min(found, highest), more: found > highest } };
        },
        devices: (tx, userId, page) => scan.page(tx, devicesOfOne, openOf(userId), page),
        countDevices: (tx, userId) => scan.count(tx, devicesOfOne, openOf(userId)),
        /** Live sessions on some devices; of a device with very many, some. */
        async sessionsOn(tx, deviceIds, terms) {
            const { sql, values } = livesAs('l', terms);
            const found = `SELECT l.id AS id, l.device_id AS deviceId, l.application_id AS applicationId,
        l.last_seen_at AS lastSeenAt FROM session l${hint('session_device_open')} WHERE l.device_id`;
            return inChunks(deviceIds, async (some) => {
                const most = perDevice.usual * some.length;
                const rows = await tx.read(`${found} IN (${placeholders(some.length)}) AND ${sql} LIMIT ${most}`, [...some, ...values]);
                if (rows.length < most)
                    return rows;
                // One of them has very many: each by itself, so that the others do not lack theirs.
                const each = [];
                for (const id of some)
                    each.push(...(await tx.read(`${found} = ? AND ${sql} LIMIT ${perDevice.most}`, [id, ...values])));
                return each;
            });
        },
    };
}
/** The user's own that are not marked as ended: what the list's index leads to, in the list's order. */
function along({ index, order }, alias, userId) {
    return {
        sql: `${alias}.user_id = ? AND ${alias}.ended_at IS NULL`,
        values: [userId],
        accessPath: { index, order: order.map(({ column }) => column) },
    };
}
//# sourceMappingURL=own-lists.js.map