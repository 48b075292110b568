import { columns, insertion } from './statement.js';
export const incidentColumns = columns('i', [
    'id',
    'sessionId',
    'userId',
    'presentedGeneration',
    'presentGeneration',
    'address',
    'userAgent',
    'requestId',
    'createdAt',
]);
export function createIncidentStore() {
    return {
        async insert(tx, incident) {
            await tx.write(...insertion('incident', incident));
        },
        countOf(tx, sessionId) {
            return tx
                .read('SELECT COUNT(*) AS count FROM incident WHERE session_id = ?', [sessionId])
                .then(rows => rows[0].count);
        },
    };
}
//# sourceMappingURL=incidents.js.map