import { presentTime } from '../me/present.js';
/** As the API answers it in a list. */
export function jsonOf(columns, row) {
    return membersOf(columns, column => {
        if (typeof column === 'function')
            return column(row);
        if ('at' in column)
            return presentTime(column.at(row));
        if ('members' in column)
            return column.members(row);
        if ('alias' in column)
            return column.alias(row);
        if (!('text' in column))
            return undefined;
        const text = column.text(row);
        return text === null ? null : JSON.parse(text);
    });
}
/** As the API answers one by itself: those columns that its schema has. */
export function jsonBy(schema, columns, row) {
    const shown = Object.keys(schema.shape).map(name => [name, columns[name]]);
    return jsonOf(Object.fromEntries(shown), row);
}
/** As a view takes it: the same names in camelCase, times as epoch ms. */
export function pageOf(columns, row) {
    const members = membersOf(columns, column => {
        if (typeof column === 'function')
            return column(row);
        if ('at' in column)
            return column.at(row);
        return 'members' in column ? column.members(row) : undefined;
    });
    return Object.fromEntries(Object.entries(members).map(([name, value]) => [camel(name), value]));
}
/** As a file has it: the name of each column, and what is in its cell. */
export function cellsOf(columns) {
    return Object.entries(columns).flatMap(([name, column]) => {
        if (typeof column === 'function')
            return [{ name, cell: (row) => inOneCell(column(row)) }];
        if ('at' in column)
            return [{ name, cell: (row) => presentTime(column.at(row)), at: column.at }];
        if ('text' in column)
            return [{ name, cell: column.text }];
        return 'cell' in column && column.cell ? [{ name, cell: column.cell }] : [];
    });
}
function membersOf(columns, value) {
    const members = {};
    for (const [name, column] of Object.entries(columns)) {
        const found = value(column);
        if (found !== undefined)
            members[name] = found;
    }
    return members;
}
function inOneCell(value) {
    return typeof value === 'object' && value !== null ? value.join(' ') : value;
}
function camel(name) {
    return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}
//# sourceMappingURL=columns.js.map