import { createKeysetScan } from './keyset-scan.js';
export const applicationStates = ['active', 'disabled'];
export const applicationList = {
    table: 'application a',
    index: 'application_sorted',
    columns: 'a.id AS id',
    order: [{ column: 'a.sort_key', kind: 'text' }],
    descending: false,
};
export function createApplicationListStore(dialect) {
    const scan = createKeysetScan(dialect);
    return {
        page: (tx, filter, page) => scan.page(tx, applicationList, { ...scanOf(filter), budget: page.budget }, page),
        count: (tx, filter) => scan.count(tx, applicationList, scanOf(filter)),
    };
}
function scanOf({ text, kind, origin, state, isResourceServer }) {
    const filters = [{ sql: 'a.deleted_at IS NULL', values: [] }];
    const wanted = text?.normalize('NFKC').toLowerCase().trim();
    if (wanted)
        filters.push({
            sql: "INSTR(LOWER(a.sort_key), ?) > 0 OR INSTR(LOWER(COALESCE(a.resource, '')), ?) > 0",
            values: [wanted, wanted],
        });
    if (kind !== undefined)
        filters.push({ sql: 'a.kind = ?', values: [kind] });
    if (origin !== undefined)
        filters.push({ sql: 'a.origin = ?', values: [origin] });
    if (state !== undefined)
        filters.push({ sql: 'a.active = ?', values: [state === 'active'] });
    // Our own goes by the issuer.
    const isOne = "(a.resource IS NOT NULL OR a.origin = 'built_in')";
    if (isResourceServer !== undefined)
        filters.push({ sql: isResourceServer ? isOne : `NOT ${isOne}`, values: [] });
    return { filters };
}
//# sourceMappingURL=application-lists.js.map