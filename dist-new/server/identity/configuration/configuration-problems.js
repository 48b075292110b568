// What is wrong with a file of configuration: by itself, since every command loads it, and the check itself loads the database.
import { wireText } from '../../protocol/problems.js';
/** Thrown before anything is written. */
export class ConfigurationProblems extends Error {
    constructor(problems) {
        super('the configuration is not usable');
        this.problems = problems;
    }
}
export function told(path, problem) {
    return { path, code: problem.code, text: wireText(problem) };
}
/** With the place of each, where a text in a list is what is wrong. */
export function located(path, fields, wanted) {
    return Object.entries(fields).flatMap(([field, problems]) => problems.map(one => {
        const within = field === '' ? [] : field.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part));
        return told([...path, ...within, ...(within.length === 1 ? itemOf(within[0], one, wanted) : [])], one);
    }));
}
/** Rules name the text that they mean, and not where in the list it stands. */
function itemOf(field, { values = {} }, { metadata, resourceScopes }) {
    const list = field === 'resource_scopes' ? resourceScopes.map(one => one.name) : metadata[field];
    const meant = values.uri ?? values.name;
    const index = Array.isArray(list) && typeof meant === 'string' ? list.indexOf(meant) : -1;
    return index < 0 ? [] : [index];
}
//# sourceMappingURL=configuration-problems.js.map