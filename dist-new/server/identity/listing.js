// What all lists have in common for those who read them.
import { refuseField } from '../protocol/errors.js';
import { readCursor, writeCursor } from '../storage/cursors.js';
/** @throws invalid_fields when the text is no cursor of this list */
export function cursorIn(list, { after }) {
    if (after === undefined || after === null || after === '')
        return null;
    const cursor = readCursor(list, after);
    if (!cursor)
        throw refuseField('after', 'unknown_cursor');
    return cursor;
}
export function listed({ next, partial }, results) {
    return { results, next: next && writeCursor(next), partial };
}
/** How many rows are read at a time where all are wanted: others are answered between two pages. */
const batch = 100;
/** All rows of a list, page by page, so that a list of any length takes little memory. */
export async function* every(read) {
    for (let after = null;;) {
        const page = await read({ after, limit: batch });
        yield* page.results;
        if (page.next === null)
            return;
        after = page.next;
    }
}
//# sourceMappingURL=listing.js.map