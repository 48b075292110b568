/** `columns('s', ['id', 'userId'])` is `s.id AS id, s.user_id AS userId`. */
export function columns(table, names, prefix = '') {
    return names.map(name => `${table}.${snake(name)} AS ${prefix}${name}`).join(', ');
}
/** The text and values of an INSERT of one row, given by property names. */
export function insertion(table, row) {
    const names = Object.keys(row);
    const placeholders = names.map(() => '?').join(', ');
    return [`INSERT INTO ${quoted(table)} (${names.map(snake).join(', ')}) VALUES (${placeholders})`, Object.values(row)];
}
/** The same of many rows, which have the same properties in the same order. There must be one at least. */
export function insertions(table, rows) {
    const names = Object.keys(rows[0]);
    const each = `(${placeholders(names.length)})`;
    return [
        `INSERT INTO ${quoted(table)} (${names.map(snake).join(', ')}) VALUES ${Array(rows.length).fill(each).join(', ')}`,
        rows.flatMap(row => Object.values(row)),
    ];
}
/** The SET clause of an UPDATE and its values. */
export function assignments(changes) {
    const names = Object.keys(changes);
    return [names.map(name => `${snake(name)} = ?`).join(', '), Object.values(changes)];
}
/** How many values a list in one statement has at most: SQLite takes 32,766 in all, MySQL what fits its packet. */
const chunk = 500;
/** Reads by a list of any length, in statements of bounded length, one after the other. */
export async function inChunks(items, read) {
    const rows = [];
    for (let from = 0; from < items.length; from += chunk)
        for (const row of await read(items.slice(from, from + chunk)))
            rows.push(row);
    return rows;
}
/** `?, ?, ?` */
export function placeholders(count) {
    return Array(count).fill('?').join(', ');
}
/** Repeats the last item up to the next power of two, so that lists of any length make few different statements. */
export function padded(items) {
    const size = 2 ** Math.ceil(Math.log2(items.length));
    return [...items, ...Array(size - items.length).fill(items.at(-1))];
}
/** From where and up to where keys begin like this. Not LIKE: on SQLite it folds case, and so reads no index. */
export function prefixRange(text) {
    return [text, `${text}\u{10ffff}`];
}
function snake(name) {
    return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
function quoted(name) {
    return `\`${name}\``;
}
/** Rows by key, in the order in which they came. */
export function grouped(rows, key) {
    const groups = new Map();
    for (const row of rows) {
        const group = groups.get(key(row));
        if (group)
            group.push(row);
        else
            groups.set(key(row), [row]);
    }
    return groups;
}
//# sourceMappingURL=statement.js.map