// Where settings come from: the environment, and beneath it a file `.env` in the working directory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { lookalikeOf } from './lookalikes.js';
import { SettingsError, settingNames } from './settings.js';
/**
 * @param folder the working directory
 * @throws SettingsError for a file that cannot be read, and for a name that is one of ours but for its spelling: without it
 *   a default would hold, and for DATABASE_URL that is another database. Values are never repeated.
 */
export function readEnvironment(environment, folder) {
    const path = join(folder, '.env');
    const content = readFile(path);
    const inFile = content === null ? {} : parse(content, path);
    const variables = { ...inFile, ...environment };
    const problems = [];
    const passedOver = [];
    for (const [names, where] of [
        [Object.keys(inFile), path],
        [Object.keys(environment), 'the environment'],
    ]) {
        for (const name of names) {
            const meant = variables[name]?.trim() ? lookalikeOf(name, settingNames, where === path) : null;
            if (meant === null)
                continue;
            // Where the right one is set too, the other is somebody else's.
            if (variables[meant]?.trim())
                passedOver.push(name);
            else
                problems.push(`${name} (in ${where}) is no setting: ${meant} is meant, or take it out`);
        }
    }
    if (problems.length > 0)
        throw new SettingsError(problems);
    return { variables, file: content === null ? null : path, passedOver };
}
/** null where there is none: in a container there need not be one. */
function readFile(path) {
    try {
        return readFileSync(path, 'utf8');
    }
    catch (error) {
        const { code } = error;
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return null;
        throw new SettingsError([`${path} cannot be read (${code})`]);
    }
}
function parse(content, path) {
    // As editors of Windows write it.
    const text = content.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n');
    const wrong = lineThatIsNone(text);
    if (wrong !== null)
        throw new SettingsError([`${path} line ${wrong} is not NAME=value`]);
    return parseEnv(text);
}
/** Node passes over what it cannot read; a setting that is written otherwise would be missing without a word. */
function lineThatIsNone(text) {
    // A value in quotes may go over several lines.
    const flat = text.replace(/(^\s*(?:export\s+)?[\w.-]+\s*=\s*)(["'`])([\s\S]*?)\2/gm, (_, head, __, value) => {
        return `${head}${value.replace(/[^\n]/g, '').replaceAll('\n', '\n#')}`;
    });
    const wrong = flat.split('\n').findIndex(line => !/^\s*(#|$|(export\s+)?[A-Za-z_][\w.-]*\s*=)/.test(line));
    return wrong < 0 ? null : wrong + 1;
}
//# sourceMappingURL=environment.js.map