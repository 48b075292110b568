import { createKeysetScan } from './keyset-scan.js';
import { scanSql } from './scan-sql.js';
import { livesAs } from './session-lists.js';
import { placeholders, prefixRange } from './statement.js';
/** `live`: with a session that lives. `signed_out`: known, with none. */
export const deviceStates = ['live', 'signed_out', 'ended'];
const device = { table: 'device d', columns: 'd.id AS id, d.user_id AS userId', descending: true };
const bySeen = {
    ...device,
    index: 'device_seen',
    order: [
        { column: 'd.last_seen_at', kind: 'number' },
        { column: 'd.id', kind: 'text' },
    ],
};
/** Devices that are ended are not seen any more: the one ended last comes first. */
const byEnd = {
    ...device,
    index: 'device_ended',
    order: [
        { column: 'd.ended_at', kind: 'number' },
        { column: 'd.first_seen_at', kind: 'number' },
        { column: 'd.id', kind: 'text' },
    ],
};
export function deviceListOf({ state }) {
    return state === 'ended' ? byEnd : bySeen;
}
/** Whether one has a session that lives takes long to say. */
const dearest = { budget: 2_000, highest: 2_000 };
export function createDeviceListStore(dialect) {
    const scan = createKeysetScan(dialect);
    return {
        page: (tx, filter, terms, page) => {
            const wanted = scanOf(dialect, filter, terms);
            const budget = page.budget ?? wanted.budget;
            return scan.page(tx, deviceListOf(filter), { ...wanted, budget }, page);
        },
        count: (tx, filter, terms) => scan.count(tx, deviceListOf(filter), scanOf(dialect, filter, terms)),
        /** How many sessions live on each; devices without one are left out. */
        async liveSessions(tx, ids, terms) {
            if (ids.length === 0)
                return new Map();
            const { sql, values } = livesAs('l', terms);
            const rows = await tx.read(`SELECT l.device_id AS id, COUNT(*) AS count FROM session l${scanSql(dialect.engine).hint('session_device_open')}
         WHERE l.device_id IN (${placeholders(ids.length)}) AND ${sql} GROUP BY l.device_id`, [...ids, ...values]);
            return new Map(rows.map(row => [row.id, row.count]));
        },
    };
}
function scanOf({ engine }, filter, terms) {
    const { userId, address, browser, platform, state, open, firstSeenUpto, since, until } = filter;
    const isEnded = state === 'ended';
    const order = isEnded ? null : bySeen.order.map(({ column }) => column);
    const isOpen = { sql: 'd.ended_at IS NULL', values: [] };
    const live = hasLive(engine, terms);
    const states = {
        ended: [
            ...(since === undefined ? [] : [{ sql: 'd.last_seen_at >= ?', values: [since] }]),
            ...(until === undefined ? [] : [{ sql: 'd.last_seen_at < ?', values: [until] }]),
        ],
        live: [isOpen, live],
        signed_out: [isOpen, { sql: `NOT ${live.sql}`, values: live.values }],
    };
    return {
        filters: [
            ...is('d.user_id', userId, 'device_user_seen', order),
            ...is('d.address', address, 'device_address', order),
            ...begins('d.browser', browser, 'device_browser'),
            ...begins('d.platform', platform, 'device_platform'),
            ...(state === undefined ? [] : states[state]),
            ...(open ? [isOpen] : []),
            ...(firstSeenUpto === undefined ? [] : [{ sql: 'd.first_seen_at <= ?', values: [firstSeenUpto] }]),
        ],
        // NULL stands in the index of ends before every end.
        ...(isEnded ? { from: 0 } : { from: since, upto: until }),
        ...(state === 'live' || state === 'signed_out' ? dearest : {}),
    };
}
function hasLive(engine, terms) {
    const { sql, values } = livesAs('l', terms);
    const of = `FROM session l${scanSql(engine).hint('session_device_open')} WHERE l.device_id = d.id`;
    return { sql: `EXISTS (SELECT 1 ${of} AND ${sql})`, values };
}
function is(column, value, index, order) {
    return value === undefined ? [] : [{ sql: `${column} = ?`, values: [value], accessPath: { index, order } }];
}
function begins(column, prefix, index) {
    if (!prefix)
        return [];
    return [{ sql: `${column} >= ? AND ${column} < ?`, values: prefixRange(prefix), accessPath: { index, order: null } }];
}
//# sourceMappingURL=device-lists.js.map