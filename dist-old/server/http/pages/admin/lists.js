import { Refusal } from '../../../protocol/errors.js';
import { readSize, readText } from '../query.js';
/** One page of a list. An address that was cut off wrongly shows the list from its beginning. */
export async function readListed(ctx, read) {
    const limit = readSize(ctx);
    try {
        return await read({ after: readText(ctx, 'after'), limit });
    }
    catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'invalid_fields')
            throw error;
        return read({ limit });
    }
}
/** The same with how many there are of all, counted up to a bound. */
export async function readCounted(ctx, read, count) {
    const found = await readListed(ctx, read);
    const isAll = found.next === null && readText(ctx, 'after') === '';
    return { ...found, counted: isAll ? { count: found.results.length, more: false } : await count() };
}
/** Is anything filtered? */
export function isFiltered(filter) {
    return Object.values(filter).some(value => value !== undefined);
}
export function presentDeviceName({ id, name, browser, platform }) {
    return { id, name, browser, platform };
}
//# sourceMappingURL=lists.js.map