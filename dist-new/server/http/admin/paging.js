import { jsonOf } from '../lists/columns.js';
import { readParameter, readParameters } from '../wire/parameters.js';
const usualLimit = 50;
export const greatestLimit = 200;
export const limit = { is: 'number', from: 1, upto: greatestLimit, about: 'How many at most.' };
/** How far a list is read. */
export const paging = {
    limit,
    after: { is: 'text', about: 'Where the page before ended: `next` of its answer.' },
    count: { is: 'mark', about: 'Count them as well.' },
};
/** @throws invalid_fields */
export function readPage(ctx, usual = usualLimit) {
    const { limit = usual, after } = readParameters(ctx, { limit: paging.limit, after: paging.after });
    return { limit, after };
}
/** Of a list that has another way to go on. @throws invalid_fields */
export function readLimit(ctx) {
    return readParameter(ctx, 'limit', limit) ?? usualLimit;
}
/** Answers one page of a list by the table of its columns. */
export function answerRows(ctx, listed, columns, count) {
    return answerPage(ctx, listed, row => jsonOf(columns, row), count);
}
/** Answers one page of a list, and how many there are where that is asked for. */
export async function answerPage(ctx, { results, next, partial }, present, count) {
    const counted = readParameter(ctx, 'count', paging.count) ? await count() : null;
    ctx.body = {
        results: results.map(present),
        next,
        partial,
        ...(counted && { count: counted.count, more: counted.more }),
    };
}
//# sourceMappingURL=paging.js.map