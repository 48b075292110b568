import { columns, insertion } from './statement.js';
const secretColumns = ['id', 'applicationId', 'hash', 'hint', 'createdAt', 'expiresAt', 'lastUsedAt'];
export function createApplicationSecretRows() {
    return {
        /** Those of an application that are not over at `now`, the newest first. */
        liveSecrets: (tx, applicationId, now) => tx.read(`SELECT ${columns('s', secretColumns)} FROM application_secret s
         WHERE s.application_id = ? AND (s.expires_at IS NULL OR s.expires_at > ?) ORDER BY s.created_at DESC, s.id DESC`, [applicationId, now]),
        async insertSecret(tx, secret) {
            await tx.write(...insertion('application_secret', secret));
        },
        /** Never later than it ended anyway. */
        async expireSecret(tx, id, at) {
            await tx.write('UPDATE application_secret SET expires_at = ? WHERE id = ? AND COALESCE(expires_at, ?) >= ?', [
                ...[at, id, at, at],
            ]);
        },
        /** Not at once, or later: never again. */
        async deleteSecrets(tx, applicationId) {
            await tx.write('DELETE FROM application_secret WHERE application_id = ?', [applicationId]);
        },
        async noteSecretUse(tx, id, at) {
            await tx.write('UPDATE application_secret SET last_used_at = ? WHERE id = ?', [at, id]);
        },
    };
}
//# sourceMappingURL=application-secrets.js.map