import { auditList } from '../../storage/log-lists.js';
import { cursorIn, every, listed } from '../listing.js';
/** The audit log as an administrator reads it. */
export function createAuditLog({ database, auditStore, logListStore, auditTrail }) {
    /** Newest first. @throws invalid_fields */
    async function page(filter, page) {
        const after = cursorIn(auditList, page);
        const scanned = await logListStore.audit.page(database, filter, { ...page, after });
        return listed(scanned, scanned.rows);
    }
    return {
        page,
        /** By number, newest first. */
        search: (search) => auditStore.search(database, search),
        /** What happened to somebody and to their sessions and devices, whoever did it. `next`: the number to go on before. */
        async ofPerson(userId, before, limit) {
            const entries = await auditStore.ofPerson(database, userId, { before, limit: limit + 1 });
            const results = entries.slice(0, limit);
            return { results, next: entries.length > limit ? results.at(-1).seq : null };
        },
        count: (filter) => logListStore.audit.count(database, filter),
        /** All of them, for a file. */
        every: (filter) => every(next => page(filter, next)),
        /** Does the chain hold, and if not, where is it broken first? */
        verify: () => auditTrail.verify(),
    };
}
//# sourceMappingURL=audit-log.js.map