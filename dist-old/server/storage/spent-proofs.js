import { placeholders } from './statement.js';
export function createSpentProofStore(dialect) {
    const ignore = dialect.engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE';
    return {
        /** Of any number that come at once, at whichever servers, one spends it. @returns whether this one did */
        async spend(tx, hash, expiresAt) {
            return (await tx.write(`${ignore} INTO spent_proof (hash, expires_at) VALUES (?, ?)`, [hash, expiresAt])) === 1;
        },
        /** Forgets up to `limit` that were over before an instant. @returns how many */
        async forget(tx, before, limit) {
            const rows = await tx.read(`SELECT hash FROM spent_proof WHERE expires_at <= ? ORDER BY expires_at LIMIT ${Math.trunc(limit)}`, [before]);
            if (rows.length === 0)
                return 0;
            const hashes = rows.map(row => row.hash);
            return tx.write(`DELETE FROM spent_proof WHERE hash IN (${placeholders(hashes.length)})`, hashes);
        },
    };
}
//# sourceMappingURL=spent-proofs.js.map