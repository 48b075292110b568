export function createReceipts({ database, revocationStore, enforcement }) {
    /** The entry by which the tokens of a session that is over are refused; null where it was forgotten, or none was needed. */
    async function endOf({ id, userId, createdAt }) {
        const own = await revocationStore.latestEnd(database, 'session', id);
        if (own)
            return own;
        const ofUser = await revocationStore.latestEnd(database, 'user', String(userId));
        return ofUser && ofUser.createdAt >= createdAt && ofUser.exceptSid !== id ? ofUser : null;
    }
    return {
        /** Null where nothing is known of it. */
        async ofSession(session) {
            if (!session || session.endedAt === null)
                return null;
            const entry = await endOf(session);
            if (!entry)
                return null;
            const { seq, createdAt, enforcedAt = null, enforcedVerifiers = null } = entry;
            if (enforcedAt !== null) {
                const count = enforcedVerifiers ?? 0;
                const enforced = { at: enforcedAt, verifiers: count };
                return { writtenAt: createdAt, enforced, verifiers: count, applied: count, lagging: [] };
            }
            const { verifiers, applied, lagging } = await enforcement.enforced(seq, { patience: 0 });
            return { writtenAt: createdAt, enforced: null, verifiers, applied, lagging: [...lagging] };
        },
    };
}
//# sourceMappingURL=receipts.js.map