import { deliveryColumns } from './deliveries.js';
import { createKeysetScan } from './keyset-scan.js';
export const deliveryList = {
    table: 'delivery d',
    index: 'delivery_created',
    columns: deliveryColumns,
    order: [
        { column: 'd.created_at', kind: 'number' },
        { column: 'd.id', kind: 'text' },
    ],
    descending: true,
};
export function createDeliveryListStore(dialect) {
    const scan = createKeysetScan(dialect);
    return {
        page: (tx, filter, page) => scan.page(tx, deliveryList, { ...scanOf(filter), budget: page.budget }, page),
        count: (tx, filter) => scan.count(tx, deliveryList, scanOf(filter)),
    };
}
const order = deliveryList.order.map(({ column }) => column);
function scanOf({ applicationId, state, sessionId }) {
    const is = (column, index, value, inOrder) => value === undefined
        ? []
        : [{ sql: `${column} = ?`, values: [value], accessPath: { index, order: inOrder ? order : null } }];
    return {
        filters: [
            ...is('d.session_id', 'delivery_end', sessionId, false),
            ...is('d.application_id', 'delivery_application', applicationId, true),
            ...is('d.state', 'delivery_state', state, true),
        ],
    };
}
//# sourceMappingURL=delivery-lists.js.map