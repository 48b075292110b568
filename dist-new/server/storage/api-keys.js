import { columns, inChunks, insertion, placeholders } from './statement.js';
import { foldUser, userColumns } from './user-rows.js';
const keyColumns = [
    'id',
    'userId',
    'name',
    'hint',
    'scopes',
    'resource',
    'elevated',
    'createdAt',
    'expiresAt',
    'lastUsedAt',
    'lastUsedAddress',
    'endedAt',
    'endedWhy',
];
const selectKey = `SELECT ${columns('k', keyColumns)} FROM api_key k`;
export function createApiKeyStore(dialect) {
    async function readMany(tx, rest, values) {
        return (await tx.read(`${selectKey} ${rest}`, values)).map(readKey);
    }
    async function readStanding(tx, where, values) {
        const rows = await tx.read(`SELECT ${columns('k', keyColumns, 'k_')}, ${columns('u', userColumns)},
         r.name AS roleName, r.permissions AS rolePermissions
       FROM api_key k
       JOIN user u ON u.id = k.user_id
       LEFT JOIN user_role ur ON ur.user_id = u.id
       LEFT JOIN role r ON r.name = ur.role_name
       WHERE ${where}`, values);
        const first = rows[0];
        if (!first)
            return null;
        const row = {};
        for (const name of keyColumns)
            row[name] = first[`k_${name}`];
        return { key: readKey(row), user: foldUser(rows) };
    }
    return {
        async insert(tx, key) {
            await tx.write(...insertion('api_key', { ...key, scopes: JSON.stringify(key.scopes) }));
        },
        find: async (tx, id) => (await readMany(tx, 'WHERE k.id = ?', [id]))[0] ?? null,
        async some(tx, ids) {
            const found = await inChunks(ids, some => readMany(tx, `WHERE k.id IN (${placeholders(some.length)})`, some));
            return new Map(found.map(key => [key.id, key]));
        },
        /** Those of a user: first those that were not ended, and each the newest first. */
        ofUser: (tx, userId, limit) => readMany(tx, `WHERE k.user_id = ? ORDER BY CASE WHEN k.ended_at IS NULL THEN 0 ELSE 1 END, k.created_at DESC, k.id DESC
         LIMIT ${Math.trunc(limit)}`, [userId]),
        /** How many of a user are good at `now`. */
        async countLive(tx, userId, now) {
            const [row] = await tx.read(`SELECT COUNT(*) AS count FROM api_key k
         WHERE k.user_id = ? AND k.ended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)`, [userId, now]);
            return row.count;
        },
        /** By the hash of its text, with everything that decides what it may do: one statement, of one instant. */
        standingByHash: (tx, hash) => readStanding(tx, 'k.hash = ?', [hash]),
        standing: (tx, id) => readStanding(tx, 'k.id = ?', [id]),
        async lock(tx, id) {
            // SQLite's transactions have the one write lock already.
            if (dialect.forUpdate === '')
                return;
            await tx.read(`SELECT id FROM api_key WHERE id = ?${dialect.forUpdate}`, [id]);
        },
        /** Behind the lock of its user. @returns whether it was not ended until now */
        async end(tx, id, at, why) {
            const matched = await tx.write('UPDATE api_key SET ended_at = ?, ended_why = ? WHERE id = ? AND ended_at IS NULL', [at, why, id]);
            return matched === 1;
        },
        /**
         * All of a user, behind their lock. By their ids: by any index that an optimizer might choose it could wait for keys of
         * others. @returns how many were not ended until now
         */
        async endOfUser(tx, userId, at, why) {
            const rows = await tx.read('SELECT id, ended_at AS endedAt FROM api_key WHERE user_id = ?', [userId]);
            const ids = rows.filter(row => row.endedAt === null).map(row => row.id);
            if (ids.length === 0)
                return 0;
            return tx.write(`UPDATE api_key SET ended_at = ?, ended_why = ? WHERE id IN (${placeholders(ids.length)}) AND ended_at IS NULL`, [at, why, ...ids.sort()]);
        },
        /** What they called their keys, and where from these were used, is about the person who is deleted. */
        async blank(tx, userId) {
            await tx.write("UPDATE api_key SET name = '', last_used_address = NULL WHERE user_id = ?", [userId]);
        },
        /** Never back, and never of one whose person was deleted meanwhile. */
        async used(tx, id, at, address) {
            await tx.write(`UPDATE api_key SET last_used_at = ?, last_used_address = ?
         WHERE id = ? AND ended_at IS NULL AND (last_used_at IS NULL OR last_used_at <= ?)`, [at, address, id, at]);
        },
        /** Forgets up to `limit` that were ended, or expired, before an instant. @returns how many */
        async forgetOver(tx, before, limit) {
            const most = Math.trunc(limit);
            const over = async (column) => (await tx.read(`SELECT id FROM api_key WHERE ${column} < ? ORDER BY ${column} LIMIT ${most}`, [
                before,
            ])).map(row => row.id);
            const ids = [...new Set([...(await over('ended_at')), ...(await over('expires_at'))])].slice(0, most);
            if (ids.length > 0)
                await tx.write(`DELETE FROM api_key WHERE id IN (${placeholders(ids.length)})`, ids);
            return ids.length;
        },
    };
}
function readKey(row) {
    return { ...row, scopes: JSON.parse(row.scopes), elevated: row.elevated === 1 };
}
//# sourceMappingURL=api-keys.js.map