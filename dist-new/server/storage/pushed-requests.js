import { columns, insertion, placeholders } from './statement.js';
const pushedColumns = [
    'hash',
    'applicationId',
    'request',
    'expiresAt',
    'keptUntil',
    'shownAt',
    'spentAt',
];
export function createPushedRequestStore() {
    return {
        async insert(tx, row) {
            await tx.write(...insertion('pushed_request', row));
        },
        async find(tx, hash) {
            const [row] = await tx.read(`SELECT ${columns('p', pushedColumns)} FROM pushed_request p WHERE p.hash = ?`, [hash]);
            return row ?? null;
        },
        /** Of any number that come at once the first one sets how long it lives. */
        async show(tx, hash, now, { expiresAt, keptUntil }) {
            await tx.write(`UPDATE pushed_request SET shown_at = ?, expires_at = ?, kept_until = ?
         WHERE hash = ? AND shown_at IS NULL AND spent_at IS NULL AND expires_at > ?`, [now, expiresAt, keptUntil, hash, now]);
        },
        /** @returns whether this attempt did: of any number one does */
        async spend(tx, hash, now) {
            const matched = await tx.write('UPDATE pushed_request SET spent_at = ? WHERE hash = ? AND spent_at IS NULL', [
                now,
                hash,
            ]);
            return matched === 1;
        },
        /** Forgets up to `limit` that are kept no longer. @returns how many */
        async forget(tx, now, limit) {
            const rows = await tx.read(`SELECT hash FROM pushed_request WHERE kept_until <= ? ORDER BY kept_until LIMIT ${Math.trunc(limit)}`, [now]);
            if (rows.length === 0)
                return 0;
            const hashes = rows.map(row => row.hash);
            return tx.write(`DELETE FROM pushed_request WHERE hash IN (${placeholders(hashes.length)})`, hashes);
        },
    };
}
//# sourceMappingURL=pushed-requests.js.map