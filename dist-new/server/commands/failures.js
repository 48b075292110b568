// The two ways in which a command ends badly by itself, and how a refusal of the floors below reads on one line.
import { Refusal, refuse } from '../protocol/errors.js';
import { wireFields } from '../protocol/problems.js';
/** The command was used wrongly, and nothing was done: exit 2. */
export class WrongUse extends Error {
    constructor() {
        super(...arguments);
        this.name = 'WrongUse';
    }
}
/** What is wrong with a file, and where; nothing was done: exit 2. */
export class WrongFile extends Error {
    constructor(file, problems) {
        super(`${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}; nothing was changed`);
        this.file = file;
        this.problems = problems;
        this.name = 'WrongFile';
    }
}
/** The command was right and did not work out: exit 1. */
export class Failure extends Error {
    constructor() {
        super(...arguments);
        this.name = 'Failure';
    }
}
export function tellRefusal(refusal) {
    const { fields } = refusal.details;
    if (!fields)
        return refusal.message;
    return Object.entries(wireFields(fields))
        .map(([field, problems]) => (field === 'non_field_errors' ? problems : [`${field}:`, ...problems]).join(' '))
        .join('; ');
}
/** Says what was not there, where the catalogue's text names nothing. */
export async function orMissing(work, problem) {
    try {
        return await work;
    }
    catch (error) {
        throw error instanceof Refusal && error.code === 'not_found' ? refuse('not_found', { problem }) : error;
    }
}
//# sourceMappingURL=failures.js.map