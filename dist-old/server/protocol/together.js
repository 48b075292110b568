// Several checks of what was sent, told as one refusal: whoever sent it mends all of it at once.
import { Refusal, refuseFields } from './errors.js';
/**
 * Makes every check. Of a field the first one that finds something is told.
 * @returns what each check returned
 * @throws invalid_fields with all that was found; whatever else a check throws, at once
 */
export async function checkAll(...checks) {
    const fields = {};
    const results = [];
    for (const check of checks) {
        try {
            results.push(await check());
        }
        catch (error) {
            note(fields, error);
        }
    }
    if (Object.keys(fields).length > 0)
        throw refuseFields(fields);
    return results;
}
/** The same of checks that wait for nothing, for very many rows. */
export function checkAllNow(...checks) {
    const fields = {};
    for (const check of checks) {
        try {
            check();
        }
        catch (error) {
            note(fields, error);
        }
    }
    if (Object.keys(fields).length > 0)
        throw refuseFields(fields);
}
function note(fields, error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields')
        throw error;
    for (const [field, problems] of Object.entries(error.details.fields ?? {}))
        fields[field] ??= problems;
}
//# sourceMappingURL=together.js.map