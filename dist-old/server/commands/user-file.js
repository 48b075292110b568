import { csvRows } from './csv-rows.js';
import { WrongUse } from './failures.js';
import { jsonRows } from './json-rows.js';
import { fieldNames, isObject, readCells, readUser } from './user-fields.js';
/** What is wrong with a row, where no field of ours is. */
export class RowProblem extends Error {
    constructor() {
        super(...arguments);
        this.name = 'RowProblem';
    }
}
const plain = { groups: [], report: () => ({ remarks: [], printed: {} }) };
/** @throws WrongUse */
export async function jsonFile(text) {
    let total = 0;
    for await (const row of jsonRows(text.chunks())) {
        // A file of something else would be refused line by line.
        if (++total === 1 && row.kind === 'line' && !isObject(parsed(row.text)))
            throw new WrongUse('this is neither a JSON array of users nor JSON Lines');
        if (total === 1 && isDumped(parsed(row.text)))
            throw new WrongUse('this is what manage.py dumpdata writes: give --format django');
    }
    return {
        ...plain,
        total,
        async *rows() {
            for await (const { kind, number, text: written } of jsonRows(text.chunks())) {
                const value = parsed(written);
                const at = kind === 'line' ? `line ${number}` : `user ${number}`;
                yield { at, username: usernameIn(value), read: () => readUser(value) };
            }
        },
    };
}
/** A row of Django's serializers. */
const isDumped = (value) => isObject(value) && 'model' in value && 'fields' in value;
/** @throws WrongUse */
export async function csvFile(text) {
    let total = 0;
    for await (const _ of csvRows(text.chunks(), requireNames))
        total++;
    return {
        ...plain,
        total,
        async *rows() {
            for await (const row of csvRows(text.chunks(), requireNames)) {
                const read = () => {
                    if (row.cells === null)
                        throw new RowProblem(row.problem);
                    return readCells(row.cells);
                };
                yield { at: `line ${row.line}`, username: usernameIn(row.cells), read };
            }
        },
    };
}
/** A name that is mistyped would be missing in every row. */
function requireNames(head) {
    const unknown = head.filter(name => !fieldNames.includes(name));
    if (unknown.length > 0)
        throw new WrongUse(`the head names ${unknown.join(', ')}: known are ${fieldNames.join(', ')}`);
    if (!head.includes('username'))
        throw new WrongUse('the head has no column username');
}
/** undefined where it is no JSON. */
export function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
function usernameIn(value) {
    const { username } = (value ?? {});
    return typeof username === 'string' ? username : null;
}
//# sourceMappingURL=user-file.js.map