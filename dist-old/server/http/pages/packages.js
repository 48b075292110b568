// Files of other people's packages that our pages load, and we alone serve: of each package the few that are needed. They are
// read when somebody first asks for one: hardly any process ever shows these pages.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
/** By the names that they have below /assets/HASH/. Licences stand where the scripts say that they are. */
export const packageFiles = {
    'swagger-ui/swagger-ui.css': { from: 'swagger-ui-dist/swagger-ui.css' },
    'swagger-ui/swagger-ui-bundle.js': { from: 'swagger-ui-dist/swagger-ui-bundle.js' },
    'swagger-ui/swagger-ui-bundle.js.LICENSE.txt': { from: 'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt' },
    'redoc/redoc.standalone.js': {
        from: 'redoc/bundles/redoc.standalone.js',
        // The image beside the name of its makers is fetched from them, who would learn of everybody that reads the page.
        instead: [['https://cdn.redoc.ly/redoc/logo-mini.svg', '']],
    },
    'redoc/redoc.standalone.js.LICENSE.txt': { from: 'redoc/bundles/redoc.standalone.js.LICENSE.txt' },
};
const { resolve } = createRequire(import.meta.url);
export function isPackageFile(name) {
    return Object.hasOwn(packageFiles, name);
}
/** What an address must change with: the packages' versions, and what we write otherwise. */
export function packagesMark() {
    const names = new Set(Object.values(packageFiles).map(({ from }) => from.split('/')[0]));
    return JSON.stringify([packageFiles, [...names].map(versionOf)]);
}
export function readPackageFile(name) {
    const { from, instead = [] } = packageFiles[name];
    const content = readFileSync(resolve(from));
    if (instead.length === 0)
        return content;
    return Buffer.from(instead.reduce((text, [was, is]) => replaceOnce(text, was, is, from), content.toString()));
}
function versionOf(name) {
    return JSON.parse(readFileSync(resolve(`${name}/package.json`), 'utf8')).version;
}
/** @throws Error where it is not there once: the package has changed, and what it asks of others must be looked at again */
function replaceOnce(text, was, is, from) {
    const [before, after, ...more] = text.split(was);
    if (after === undefined || more.length > 0)
        throw new Error(`${was} does not stand once in ${from}`);
    return before + is + after;
}
//# sourceMappingURL=packages.js.map