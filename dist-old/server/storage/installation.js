/** The one row that says whose database this is. */
export function createInstallationStore(dialect) {
    const ignore = dialect.engine === 'sqlite' ? 'INSERT OR IGNORE' : 'INSERT IGNORE';
    return {
        /** null until a server has started. */
        async issuer(tx) {
            const [row] = await tx.read('SELECT issuer FROM installation WHERE id = 1');
            return row?.issuer ?? null;
        },
        /** Of servers that start together the first one counts. */
        async claim(tx, issuer) {
            await tx.write(`${ignore} INTO installation (id, issuer) VALUES (1, ?)`, [issuer]);
        },
        async setIssuer(tx, issuer) {
            await tx.write('UPDATE installation SET issuer = ? WHERE id = 1', [issuer]);
        },
        /**
         * The log's number of the first time that a server took tokens of a former service: what everybody's sessions ended by
         * later ends theirs too. It stays, so that a setting that is taken out and put back reopens nothing.
         */
        async beginLegacy(tx) {
            await tx.write(`UPDATE installation SET legacy_seq = (SELECT h.seq FROM log_head h WHERE h.id = 1)
         WHERE id = 1 AND legacy_seq IS NULL`);
        },
        /** null where no server has ever taken any. */
        async legacySeq(tx) {
            const [row] = await tx.read('SELECT legacy_seq AS seq FROM installation WHERE id = 1');
            return row?.seq ?? null;
        },
    };
}
//# sourceMappingURL=installation.js.map