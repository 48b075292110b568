// The templates of `views/`, each compiled when it is first asked for. `<%= %>` writes text as text; only what a component
// has made is written with `<%- %>`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import { oncePerFolder } from './folders.js';
export const createViews = oncePerFolder((folder) => {
    const compiled = new Map();
    function template(name) {
        const known = compiled.get(name);
        if (known)
            return known;
        const filename = join(folder, `${name}.ejs`);
        const made = ejs.compile(readFileSync(filename, 'utf8'), {
            filename,
            root: folder,
            views: [folder],
            escape: writeText,
        });
        const run = (inputs) => made(inputs);
        compiled.set(name, run);
        return run;
    }
    return {
        /** @param name below `views/`, without `.ejs` */
        render: (name, inputs) => template(name)(inputs),
    };
});
/** A NUL cannot stand in HTML, however it is written: readers make this of it (HTML §13.2.5). */
function writeText(text) {
    return ejs.escapeXML(text).replaceAll('\0', '\uFFFD');
}
/**
 * Text in which long names and addresses of e-mail may go on in the next line behind a dot or a sign, and so need not be
 * broken inside a word. Escaped.
 */
export function writeBreakable(text) {
    return text
        .split(/(\s+)/)
        .map(word => {
        const parts = /\p{L}/u.test(word) && word.length > 12 ? word.split(/(?<=[._@-])(?=\p{L})/u) : [word];
        return parts.map(part => writeText(part)).join('<wbr>');
    })
        .join('');
}
/** ` name="value"` for each that has one; `true` writes the name alone, null, undefined and false nothing. */
export function writeAttributes(attributes) {
    return Object.entries(attributes)
        .filter(([, value]) => value !== null && value !== undefined && value !== false)
        .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${writeText(String(value))}"`))
        .join('');
}
//# sourceMappingURL=views.js.map