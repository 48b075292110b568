// Users, found by what filters want, and counted.
import { isIP } from 'node:net';
import { emailKey } from '../policy/email.js';
import { usernameKey } from '../policy/username.js';
import { createKeysetScan, } from './keyset-scan.js';
import { scanSql } from './scan-sql.js';
import { livesAs } from './session-lists.js';
import { placeholders, prefixRange } from './statement.js';
import { among, matches, onlyWord, seenFrom } from './user-search.js';
import { countByWord } from './user-words.js';
export const userStates = ['active', 'disabled', 'deleted'];
export const userOrders = ['newest', 'oldest', 'name'];
const byId = { index: 'PRIMARY', order: [{ column: 'u.id', kind: 'number' }] };
const user = { table: 'user u', columns: 'u.id AS id' };
export const userLists = {
    // Ids are given out in their order, and those who were imported keep theirs.
    newest: { ...user, ...byId, descending: true },
    oldest: { ...user, ...byId, descending: false },
    name: { ...user, index: 'user_username_key', order: [{ column: 'u.username_key', kind: 'text' }], descending: false },
};
/** A deleted user has no name to be listed by. */
export function userListOf(filter, order) {
    return userLists[order === 'name' && filter.state === 'deleted' ? 'newest' : order];
}
const mostLive = 1_000;
/** So many are counted together, for each user on average. */
const usuallyLive = 40;
/** Rows of this table alone are read fast. */
const plain = { budget: 150_000, highest: 10_000 };
const dearest = { budget: 3_000 };
export function createUserListStore(dialect) {
    const { engine } = dialect;
    const scan = createKeysetScan(dialect);
    const { hint } = scanSql(engine);
    return {
        page: (tx, filter, order, terms, page) => {
            const wanted = scanOf(engine, filter, filter.state === 'deleted' ? 'newest' : order, terms);
            const budget = page.budget ?? wanted.budget;
            return scan.page(tx, userListOf(filter, order), { ...wanted, budget }, page);
        },
        /** How many sessions of each live, counted up to a thousand: some programs sign in every few seconds. */
        async liveSessions(tx, ids, terms) {
            const { sql, values } = livesAs('l', terms);
            const of = `FROM session l${hint('session_user')} WHERE l.user_id`;
            const rows = await tx.read(`SELECT t.id AS id, COUNT(*) AS count FROM
           (SELECT l.user_id AS id ${of} IN (${placeholders(ids.length)}) AND ${sql} LIMIT ${usuallyLive * ids.length}) t
         GROUP BY t.id`, [...ids, ...values]);
            const counts = new Map(rows.map(row => [row.id, row.count]));
            if ([...counts.values()].reduce((sum, count) => sum + count, 0) < usuallyLive * ids.length)
                return counts;
            // Somebody has very many: each by itself, so that nobody's are counted without end.
            const each = ids.map(() => `SELECT ? AS id, COUNT(*) AS count FROM (SELECT 1 ${of} = ? AND ${sql} LIMIT ${mostLive + 1}) t`);
            const counted = await tx.read(each.join(' UNION ALL '), ids.flatMap(id => [id, id, ...values]));
            return new Map(counted.map(row => [row.id, row.count]));
        },
        count(tx, filter, terms) {
            const word = onlyWord(filter);
            if (word !== null)
                return countByWord(tx, word);
            return scan.count(tx, userLists.newest, scanOf(engine, filter, 'newest', terms));
        },
    };
}
function scanOf(engine, filter, order, terms) {
    const { id, role, address, live, createdUpto } = filter;
    const dear = [
        ...(address === undefined ? [] : [seenFrom(address)]),
        ...(live === undefined ? [] : [hasLive(engine, live, terms)]),
        ...(role === undefined ? [] : [holds(role, order)]),
    ];
    const filters = [
        ...(id === undefined ? [] : [{ sql: 'u.id = ?', values: [id], accessPath: { index: 'PRIMARY', order: null } }]),
        ...(filter.text === undefined ? [] : matches(filter.text.trim())),
        ...(filter.username ? [named(filter.username, order)] : []),
        ...(filter.email ? [mailed(filter.email)] : []),
        ...dear,
        ...(createdUpto === undefined ? [] : [{ sql: 'u.created_at <= ?', values: [createdUpto] }]),
        ...inState(filter, order),
    ];
    const isDear = dear.length > 0 || (filter.text !== undefined && isIP(filter.text.trim()) > 0);
    // NULL stands in the index before every name.
    return { filters, ...(isDear ? dearest : plain), from: order === 'name' ? '' : undefined };
}
function inState({ state, username, email }, order) {
    const isThere = { sql: 'u.deleted_at IS NULL', values: [] };
    // Whoever is deleted has no name and no address.
    if (state === undefined)
        return order === 'name' || username || email ? [] : [isThere];
    if (state === 'deleted')
        return [{ sql: 'u.deleted_at IS NOT NULL', values: [] }];
    return [{ sql: 'u.active = ?', values: [state === 'active'] }, isThere];
}
function named(prefix, order) {
    const accessPath = { index: 'user_username_key', order: order === 'name' ? ['u.username_key'] : null };
    return { ...begins('u.username_key', usernameKey(prefix)), accessPath };
}
function mailed(prefix) {
    return { ...begins('u.email_key', emailKey(prefix)), accessPath: { index: 'user_email_key', order: null } };
}
function begins(column, prefix) {
    return { sql: `${column} >= ? AND ${column} < ?`, values: prefixRange(prefix) };
}
function holds(role, order) {
    const where = { sql: 'x.role_name = ?', values: [role] };
    return {
        sql: 'EXISTS (SELECT 1 FROM user_role h WHERE h.user_id = u.id AND h.role_name = ?)',
        values: [role],
        accessPath: {
            index: 'user_role_holder',
            order: order === 'name' ? null : ['x.user_id'],
            other: { table: { sql: 'user_role x', values: [] }, join: 'CROSS JOIN user u ON u.id = x.user_id', where },
        },
    };
}
function hasLive(engine, live, terms) {
    const { hint } = scanSql(engine);
    const { sql, values } = livesAs('l', terms);
    const has = {
        sql: `EXISTS (SELECT 1 FROM session l${hint('session_user')} WHERE l.user_id = u.id AND ${sql})`,
        values,
    };
    if (!live)
        return { sql: `NOT ${has.sql}`, values };
    // Whoever has one is among those who have one that is not marked as ended.
    return { ...has, accessPath: among([{ sql: 'user_id AS id FROM session WHERE ended_at IS NULL', values: [] }]) };
}
//# sourceMappingURL=user-lists.js.map