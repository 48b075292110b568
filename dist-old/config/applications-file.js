// The file of applications: JSON, read once. What is in it the rules of applications judge; here it is a list or none.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
/** @returns what is wrong with it where it cannot be read */
export function readApplicationsFile(given) {
    const path = resolve(given);
    let text;
    try {
        text = readFileSync(path, 'utf8');
    }
    catch (error) {
        return `names a file that cannot be read: ${path} (${error.code})`;
    }
    try {
        // Without the mark that some editors put before the first character.
        const entries = JSON.parse(text.replace(/^\ufeff/, ''));
        return Array.isArray(entries) ? { path, entries } : `names a file that holds no JSON array: ${path}`;
    }
    catch {
        // Not the parser's words, which quote what they stumbled over: it may be a secret.
        return `names a file that is not JSON: ${path}`;
    }
}
//# sourceMappingURL=applications-file.js.map