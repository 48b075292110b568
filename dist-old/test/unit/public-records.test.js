// What the floors above identity/ can get hold of has no secret in it. The compiler looks through all that they are given:
// with a secret in any answer this file does not compile, and the error names the way to it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
const wider = [
    false,
    false,
    false,
];
const checked = [];
describe('records with secrets', () => {
    it('are in no answer of this floor: this file compiles', () => {
        expect(checked).to.deep.equal([]);
    });
    it('have public forms that are others', () => {
        expect(wider).to.deep.equal([false, false, false]);
    });
    it('are not named above identity/', () => {
        const root = fileURLToPath(new URL('../../../server/', import.meta.url));
        const above = ['http', 'jobs', 'commands'].flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)));
        const files = above.filter(name => name.endsWith('.ts'));
        expect(files.length).to.be.above(80);
        const named = files.filter(name => /\b(User|Session|Device|Key|Secret|BrowserSession|Application)Record\b/.test(readFileSync(join(root, name), 'utf8')));
        expect(named).to.deep.equal([]);
    });
});
//# sourceMappingURL=public-records.test.js.map