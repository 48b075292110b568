/** With LIMIT both engines guess at the index and at the order of joins, each wrongly in its own way: we say both. */
export function scanSql(engine) {
    if (engine === 'mysql')
        return { select: 'SELECT STRAIGHT_JOIN', hint: (index) => ` FORCE INDEX (${index})`, compared: spelledOut };
    // The second table of a CROSS JOIN comes second; for a primary key SQLite needs no telling.
    const hint = (index) => (index === 'PRIMARY' ? '' : ` INDEXED BY ${index}`);
    return { select: 'SELECT', hint, compared: asRow };
}
/** `(a, b) < (?, ?)` as ranges that MySQL finds; of a row it makes none. */
const spelledOut = ([a, ...others], than, equal, [value, ...more]) => {
    if (others.length === 0)
        return { sql: `${a} ${than}${equal} ?`, values: [value] };
    const rest = spelledOut(others, than, equal, more);
    return { sql: `${a} ${than} ? OR (${a} = ? AND (${rest.sql}))`, values: [value, value, ...rest.values] };
};
/** And of what is spelled out SQLite makes none. */
const asRow = (order, than, equal, cursor) => ({
    sql: `(${order.join(', ')}) ${than}${equal} (${cursor.map(() => '?').join(', ')})`,
    values: cursor,
});
/** A WHERE clause of all conditions, or nothing. */
export function both(conditions) {
    if (conditions.length === 0)
        return { sql: '', values: [] };
    return {
        sql: ` WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}`,
        values: conditions.flatMap(({ values }) => values),
    };
}
export function boundsOf([first], from, upto) {
    return [
        ...(from === undefined ? [] : [{ sql: `${first} >= ?`, values: [from] }]),
        ...(upto === undefined ? [] : [{ sql: `${first} < ?`, values: [upto] }]),
    ];
}
/** Behind one cursor and up to another, which is within. */
export function between(compared, { descending }, order, { after, edge }) {
    const [onwards, backwards] = descending ? ['<', '>'] : ['>', '<'];
    return [
        ...(after ? [compared(order, onwards, '', after)] : []),
        ...(edge ? [compared(order, backwards, '=', edge)] : []),
    ];
}
export function ordering({ descending }, order) {
    return order.map(column => (descending ? `${column} DESC` : column)).join(', ');
}
export function cursorColumns(order) {
    return order.map((column, index) => `${column} AS cursor${index}`).join(', ');
}
export function cursorOf(row, order) {
    return order.map((_, index) => row[`cursor${index}`]);
}
//# sourceMappingURL=scan-sql.js.map