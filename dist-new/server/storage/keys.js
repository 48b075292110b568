import { assignments, columns, insertion } from './statement.js';
const selectKey = `SELECT ${columns('k', [
    'kid',
    'algorithm',
    'state',
    'publicJwk',
    'sealedPrivateKey',
    'createdAt',
    'activatesAt',
    'activatedAt',
    'retiredAt',
    'revokedAt',
])} FROM signing_key k`;
export function createKeyStore() {
    return {
        /** All that there ever were, newest first. */
        list(tx) {
            return tx.read(`${selectKey} ORDER BY k.created_at DESC, k.kid`);
        },
        async insert(tx, key) {
            await tx.write(...insertion('signing_key', key));
        },
        async update(tx, kid, changes) {
            const [set, values] = assignments(changes);
            await tx.write(`UPDATE signing_key SET ${set} WHERE kid = ?`, [...values, kid]);
        },
        /** By purpose, in the order of versions. */
        secrets(tx) {
            return tx.read(`SELECT ${columns('x', ['purpose', 'version', 'sealed', 'createdAt'])} FROM sealed_secret x ORDER BY x.purpose, x.version`);
        },
        async insertSecret(tx, secret) {
            await tx.write(...insertion('sealed_secret', secret));
        },
        async reseal(tx, { purpose, version, sealed }) {
            await tx.write('UPDATE sealed_secret SET sealed = ? WHERE purpose = ? AND version = ?', [
                sealed,
                purpose,
                version,
            ]);
        },
        /** Destroys those of a purpose that are older than a version. */
        async deleteSecretsBefore(tx, purpose, version) {
            await tx.write('DELETE FROM sealed_secret WHERE purpose = ? AND version < ?', [purpose, version]);
        },
    };
}
//# sourceMappingURL=keys.js.map