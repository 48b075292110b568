import { columns, insertion } from './statement.js';
const codeColumns = [
    'hash',
    'applicationId',
    'userId',
    'deviceId',
    'browserSid',
    'seq',
    'authenticatedAt',
    'redirectUri',
    'challenge',
    'scope',
    'resources',
    'nonce',
    'dpopJkt',
    'createdAt',
    'expiresAt',
    'redeemedAt',
    'redemption',
    'redeemer',
    'sessionId',
];
export function createCodeStore(dialect) {
    async function read(tx, rest, values) {
        const [row] = await tx.read(`SELECT ${columns('c', codeColumns)} FROM code c ${rest}`, values);
        return row ? { ...row, resources: row.resources === null ? [] : JSON.parse(row.resources) } : null;
    }
    return {
        async insert(tx, { resources, ...code }) {
            const row = { ...code, resources: resources.length === 0 ? null : JSON.stringify(resources) };
            await tx.write(...insertion('code', row));
        },
        find: (tx, hash) => read(tx, 'WHERE c.hash = ?', [hash]),
        /** As `find`, behind the lock of the user's row. */
        lock: (tx, hash) => read(tx, `WHERE c.hash = ?${dialect.forUpdate}`, [hash]),
        /** Spends a code that is good at `now`. @returns whether this attempt did */
        async redeem(tx, hash, now, by) {
            const matched = await tx.write(`UPDATE code SET redeemed_at = ?, redemption = ?, redeemer = ?, session_id = ?
         WHERE hash = ? AND redeemed_at IS NULL AND expires_at > ?`, [now, by.redemption, by.redeemer, by.sessionId, hash, now]);
            return matched === 1;
        },
        /** Deletes those of a user for an application that nobody has redeemed. */
        async removeUnspent(tx, userId, applicationId) {
            await tx.write('DELETE FROM code WHERE user_id = ? AND application_id = ? AND redeemed_at IS NULL', [
                userId,
                applicationId,
            ]);
        },
        /** Forgets up to `limit` that were over before an instant. @returns how many */
        async forget(tx, before, limit) {
            const rows = await tx.read(`SELECT hash FROM code WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`, [before]);
            if (rows.length === 0)
                return 0;
            return tx.write(`DELETE FROM code WHERE hash IN (${rows.map(() => '?').join(', ')})`, rows.map(row => row.hash));
        },
    };
}
//# sourceMappingURL=codes.js.map