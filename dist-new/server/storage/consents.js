import { columns, insertion } from './statement.js';
const consentColumns = ['userId', 'applicationId', 'scopes', 'createdAt', 'updatedAt'];
export function createConsentStore(dialect) {
    async function read(tx, rest, values) {
        const rows = await tx.read(`SELECT ${columns('c', consentColumns)} FROM consent c ${rest}`, values);
        return rows.map(row => ({ ...row, scopes: JSON.parse(row.scopes) }));
    }
    const one = 'WHERE c.user_id = ? AND c.application_id = ?';
    return {
        async find(tx, userId, applicationId) {
            return (await read(tx, one, [userId, applicationId]))[0] ?? null;
        },
        /** As `find`; the row stays as it is until the transaction ends. */
        async lock(tx, userId, applicationId) {
            return (await read(tx, `${one}${dialect.forUpdate}`, [userId, applicationId]))[0] ?? null;
        },
        /** What a user lets all applications have. */
        ofUser: (tx, userId) => read(tx, 'WHERE c.user_id = ? ORDER BY c.application_id', [userId]),
        /** The caller has locked the user's row, or the consent's. */
        async save(tx, { scopes, ...consent }) {
            const text = JSON.stringify(scopes);
            const matched = await tx.write('UPDATE consent SET scopes = ?, updated_at = ? WHERE user_id = ? AND application_id = ?', [text, consent.updatedAt, consent.userId, consent.applicationId]);
            if (matched === 0)
                await tx.write(...insertion('consent', { ...consent, scopes: text }));
        },
        /** @returns whether there was one */
        async remove(tx, userId, applicationId) {
            return ((await tx.write('DELETE FROM consent WHERE user_id = ? AND application_id = ?', [userId, applicationId])) === 1);
        },
    };
}
//# sourceMappingURL=consents.js.map