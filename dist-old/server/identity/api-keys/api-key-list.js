// API keys of everybody, as an administrator looks through them.
import { apiKeyStates } from '../../policy/api-key.js';
import { apiKeyList } from '../../storage/api-key-lists.js';
import { cursorIn, every, listed } from '../listing.js';
import { publicApiKey } from './public-api-key.js';
export { apiKeyStates };
export function createApiKeyList({ database, apiKeyStore, apiKeyListStore, names, now }) {
    /** The newest first. @throws invalid_fields */
    async function list(filter, page) {
        const at = now();
        const after = cursorIn(apiKeyList, page);
        const scanned = await apiKeyListStore.page(database, filter, at, { ...page, after });
        const records = await apiKeyStore.some(database, scanned.rows.map(row => row.id));
        const usernames = await names.ofUsers(scanned.rows.map(row => row.userId));
        const rows = scanned.rows.flatMap(({ id, userId }) => {
            const found = records.get(id);
            if (!found)
                return [];
            const key = publicApiKey(found, at);
            // Ended since the list was read.
            if (filter.state !== undefined && key.state !== filter.state)
                return [];
            return [{ key, username: usernames.get(userId) ?? '' }];
        });
        return listed(scanned, rows);
    }
    return {
        list,
        count: (filter) => apiKeyListStore.count(database, filter, now()),
        /** All of them, for a file. */
        every: (filter) => every(page => list(filter, page)),
    };
}
//# sourceMappingURL=api-key-list.js.map