// What is wrong with a file of applications: by itself, since every command loads it, and the import itself loads the database.
import { wireFields } from '../../protocol/problems.js';
/** Thrown before anything is written. */
export class ImportProblems extends Error {
    constructor(entries) {
        super('the applications are not usable');
        this.entries = entries;
    }
}
/** `[2].redirect_uris (till): …`, a line a problem. */
export function entryLines({ index, id, fields }) {
    const whose = id === null || id === '' ? '' : ` (${id.slice(0, 100)})`;
    return Object.entries(wireFields(fields)).flatMap(([field, problems]) => problems.map(text => `[${index}]${field === 'non_field_errors' ? '' : `.${field}`}${whose}: ${text}`));
}
//# sourceMappingURL=import-problems.js.map