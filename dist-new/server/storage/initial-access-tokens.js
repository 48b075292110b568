import { columns, insertion, placeholders } from './statement.js';
const tokenColumns = [
    ...['id', 'name', 'hint', 'scopes', 'mostUses', 'uses'],
    ...['createdBy', 'createdAt', 'expiresAt', 'lastUsedAt', 'endedAt'],
];
/** `?`: now. */
const isGood = `ended_at IS NULL AND (expires_at IS NULL OR expires_at > ?) AND (most_uses IS NULL OR uses < most_uses)`;
export function createInitialAccessTokenStore() {
    async function read(tx, rest, values) {
        const rows = await tx.read(`SELECT ${columns('t', tokenColumns)} FROM initial_access_token t ${rest}`, values);
        return rows.map(row => ({ ...row, scopes: JSON.parse(row.scopes) }));
    }
    return {
        async insert(tx, token) {
            await tx.write(...insertion('initial_access_token', { ...token, scopes: JSON.stringify(token.scopes) }));
        },
        find: async (tx, id) => (await read(tx, 'WHERE t.id = ?', [id]))[0] ?? null,
        /** One that is good at `now`. */
        findGood: async (tx, hash, now) => (await read(tx, `WHERE t.hash = ? AND ${isGood}`, [hash, now]))[0] ?? null,
        /** First those that were not ended, and each the newest first. */
        list: (tx, limit) => read(tx, `ORDER BY CASE WHEN t.ended_at IS NULL THEN 0 ELSE 1 END, t.created_at DESC, t.id DESC LIMIT ${Math.trunc(limit)}`, []),
        async countGood(tx, now) {
            const [row] = await tx.read(`SELECT COUNT(*) AS count FROM initial_access_token WHERE ${isGood}`, [now]);
            return row.count;
        },
        /** Takes one use of it: decided here, however many come at once. @returns whether there was one left */
        async use(tx, id, now) {
            const matched = await tx.write(`UPDATE initial_access_token SET uses = uses + 1, last_used_at = ? WHERE id = ? AND ${isGood}`, [now, id, now]);
            return matched === 1;
        },
        /** @returns whether it was not ended until now */
        async end(tx, id, at) {
            const matched = await tx.write('UPDATE initial_access_token SET ended_at = ? WHERE id = ? AND ended_at IS NULL', [
                at,
                id,
            ]);
            return matched === 1;
        },
        /** Forgets up to `limit` that were ended, or expired, before an instant. @returns how many */
        async forgetOver(tx, before, limit) {
            const rows = await tx.read(`SELECT id FROM initial_access_token WHERE ended_at < ? OR expires_at < ? ORDER BY id LIMIT ${Math.trunc(limit)}`, [before, before]);
            const ids = rows.map(row => row.id);
            if (ids.length > 0)
                await tx.write(`DELETE FROM initial_access_token WHERE id IN (${placeholders(ids.length)})`, ids);
            return ids.length;
        },
    };
}
//# sourceMappingURL=initial-access-tokens.js.map