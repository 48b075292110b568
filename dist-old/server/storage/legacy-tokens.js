import { columns, insertions, placeholders } from './statement.js';
const tokenColumns = [
    'hash',
    'userId',
    'listedAt',
    'exchangedAt',
    'sessionId',
    'generation',
    'endedAt',
    'expiresAt',
];
export function createLegacyTokenStore({ engine, forUpdate }) {
    const ignore = engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE';
    async function read(tx, rest, values) {
        return tx.read(`SELECT ${columns('l', tokenColumns)} FROM legacy_token l ${rest}`, values);
    }
    async function insertAll(tx, rows) {
        const [sql, values] = insertions('legacy_token', rows);
        return tx.write(sql.replace('INSERT', ignore), values);
    }
    return {
        async find(tx, hash) {
            return (await read(tx, 'WHERE l.hash = ?', [hash]))[0] ?? null;
        },
        /** As `find`, behind the lock of the user's row. */
        async lock(tx, hash) {
            return (await read(tx, `WHERE l.hash = ?${forUpdate}`, [hash]))[0] ?? null;
        },
        some: (tx, hashes) => read(tx, `WHERE l.hash IN (${placeholders(hashes.length)})`, hashes),
        /** Spends one. @returns whether this attempt did */
        async exchange(tx, token, by) {
            if ((await insertAll(tx, [{ ...token, listedAt: null, endedAt: null, ...by }])) === 1)
                return true;
            const matched = await tx.write(`UPDATE legacy_token SET user_id = ?, exchanged_at = ?, session_id = ?, generation = ?, expires_at = ?
         WHERE hash = ? AND exchanged_at IS NULL AND ended_at IS NULL`, [by.userId, by.exchangedAt, by.sessionId, by.generation, token.expiresAt, token.hash]);
            return matched === 1;
        },
        /** One that was not exchanged is exchanged no more. @returns whether it could have been until now */
        async end(tx, token, at) {
            const row = { ...token, listedAt: null, exchangedAt: null, sessionId: null, generation: 0, endedAt: at };
            if ((await insertAll(tx, [row])) === 1)
                return true;
            const matched = await tx.write('UPDATE legacy_token SET ended_at = ? WHERE hash = ? AND exchanged_at IS NULL AND ended_at IS NULL', [at, token.hash]);
            return matched === 1;
        },
        /** Those that the former service knows; what is known here already stays as it is. @returns how many are new */
        async list(tx, tokens) {
            if (tokens.length === 0)
                return 0;
            const rows = tokens.map(({ hash, userId, listedAt, expiresAt }) => ({
                ...{ hash, userId, listedAt, exchangedAt: null, sessionId: null, generation: 0, endedAt: null, expiresAt },
            }));
            return insertAll(tx, rows);
        },
        /** Those of the former service's blacklist that were not exchanged. @returns how many could have been until now */
        async endAll(tx, hashes, at) {
            if (hashes.length === 0)
                return 0;
            return tx.write(`UPDATE legacy_token SET ended_at = ? WHERE exchanged_at IS NULL AND ended_at IS NULL
           AND hash IN (${placeholders(hashes.length)})`, [at, ...hashes]);
        },
        /** How many that were listed may still come. */
        async countToCome(tx, now) {
            const [row] = await tx.read(`SELECT COUNT(*) AS count FROM legacy_token l
         WHERE l.exchanged_at IS NULL AND l.ended_at IS NULL AND l.expires_at > ?`, [now]);
            return row.count;
        },
        /** Forgets up to `limit` that were over before an instant. @returns how many */
        async forget(tx, before, limit) {
            const rows = await tx.read(`SELECT l.hash AS hash FROM legacy_token l WHERE l.expires_at <= ? ORDER BY l.expires_at LIMIT ${Math.trunc(limit)}`, [before]);
            if (rows.length === 0)
                return 0;
            return tx.write(`DELETE FROM legacy_token WHERE hash IN (${placeholders(rows.length)})`, rows.map(row => row.hash));
        },
        async count(tx, counts) {
            const [sql, values] = insertions('legacy_count', counts);
            const again = engine === 'sqlite'
                ? 'ON CONFLICT (day, what) DO UPDATE SET value = value + excluded.value'
                : 'ON DUPLICATE KEY UPDATE value = value + VALUES(value)';
            await tx.write(`${sql} ${again}`, values);
        },
        /** Of the newest days that have any, the newest first. */
        counts: (tx, since) => tx.read(`SELECT c.day AS day, c.what AS what, c.value AS value FROM legacy_count c
         WHERE c.day >= ? ORDER BY c.day DESC, c.what`, [since]),
    };
}
//# sourceMappingURL=legacy-tokens.js.map