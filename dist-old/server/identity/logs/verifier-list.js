export function createVerifierList({ database, verifierStore, tail, now }) {
    return {
        /** Of one application, or of all; by application and name. */
        async list(applicationId) {
            const rows = await verifierStore.list(database, applicationId);
            const { logId, position } = tail;
            const at = now();
            return rows.map(({ appliedLog, appliedSeq, ...row }) => {
                const applied = appliedLog === logId && logId !== '' ? appliedSeq : null;
                const behind = applied === null ? null : Math.max(0, position - applied);
                return { ...row, applied, behind, connected: row.leaseUntil > at };
            });
        },
    };
}
//# sourceMappingURL=verifier-list.js.map