import { createKeysetScan } from './keyset-scan.js';
export const apiKeyList = {
    table: 'api_key k',
    index: 'api_key_created',
    columns: 'k.id AS id, k.user_id AS userId',
    order: [
        { column: 'k.created_at', kind: 'number' },
        { column: 'k.id', kind: 'text' },
    ],
    descending: true,
};
export function createApiKeyListStore(dialect) {
    const scan = createKeysetScan(dialect);
    return {
        page: (tx, filter, now, page) => scan.page(tx, apiKeyList, { ...scanOf(filter, now), budget: page.budget }, page),
        count: (tx, filter, now) => scan.count(tx, apiKeyList, scanOf(filter, now)),
    };
}
function scanOf({ userId, state, text }, now) {
    const states = {
        active: { sql: 'k.ended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)', values: [now] },
        expired: { sql: 'k.ended_at IS NULL AND k.expires_at <= ?', values: [now] },
        ended: { sql: 'k.ended_at IS NOT NULL', values: [] },
    };
    const filters = [];
    if (userId !== undefined) {
        const order = apiKeyList.order.map(({ column }) => column);
        filters.push({ sql: 'k.user_id = ?', values: [userId], accessPath: { index: 'api_key_user', order } });
    }
    if (state !== undefined)
        filters.push(states[state]);
    const wanted = text?.trim();
    // SQLite folds ASCII alone.
    if (wanted)
        filters.push({
            sql: 'INSTR(k.name, ?) > 0 OR INSTR(LOWER(k.name), ?) > 0 OR k.hint = ?',
            values: [wanted, wanted.toLowerCase(), wanted],
        });
    return { filters };
}
//# sourceMappingURL=api-key-lists.js.map