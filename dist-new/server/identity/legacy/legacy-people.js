export function createLegacyPeople({ auditStore }) {
    return {
        /** @param user whose sessions, and so whose password, were not touched since they are here */
        async cameWithId(tx, user) {
            const entry = await auditStore.beginningOfUser(tx, user.id);
            // Older than the audit log: who is older than their row has come from elsewhere.
            if (!entry)
                return user.createdAt < user.passwordChangedAt;
            const { new_id: newId = false } = JSON.parse(entry.afterJson ?? '{}');
            return entry.action === 'user_imported' && !newId;
        },
    };
}
//# sourceMappingURL=legacy-people.js.map