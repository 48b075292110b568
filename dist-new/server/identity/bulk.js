// What acts on many at once have in common. A preview says whom they reach; what is done then is what was previewed, found
// again as it was asked for, without what has come since; and how many differ is told.
import { Refusal, refuseField } from '../protocol/errors.js';
/** Of those who are named one by one, and so are the same whenever it was that they were shown. */
export const previewOf = (ids) => ({ at: 0, count: ids.length });
const budget = 1_000_000;
/** How many are read in one statement. */
const batch = 250;
/** @throws invalid_fields when there are more than may be acted on at once */
export async function findSelected(selection, { most, what, named, filtered }) {
    if ('ids' in selection) {
        const ids = [...new Set(selection.ids)];
        requireNotTooMany(ids.length, most, what);
        const found = [];
        for (const some of chunked(ids))
            found.push(...(await named(some)));
        return found;
    }
    const { rows, next } = await filtered(selection.filter, { after: null, limit: most, budget });
    requireNotTooMany(next === null ? rows.length : most + 1, most, what);
    return rows;
}
function requireNotTooMany(count, most, what) {
    if (count > most)
        throw refuseField('non_field_errors', `too_many_${what}`, { count: most });
}
export function* chunked(items, size = batch) {
    for (let from = 0; from < items.length; from += size)
        yield items.slice(from, from + size);
}
/**
 * Why one was left out by an act that refused them. `not_found`: gone meanwhile, nothing is left to be done.
 * @throws the error where it is another one, or says that the sender may do it to nobody any more
 */
export function whyLeftOut(error) {
    const code = error instanceof Refusal && !error.details.ofSender ? error.code : null;
    if (code === 'permission_denied' || code === 'last_administrator' || code === 'not_found')
        return code;
    throw error;
}
export function countLeftOut(leftOut, one) {
    const known = leftOut.get(one.userId);
    if (known)
        known.count += one.count;
    else
        leftOut.set(one.userId, { ...one });
}
//# sourceMappingURL=bulk.js.map