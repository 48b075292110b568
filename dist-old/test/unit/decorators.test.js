// Decorators of controllers, by the same classes in both forms of the language: TypeScript's older one, and the standard.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { AllowAny, RequireRole } from '../../server/verifier/decorators.js';
import * as older from '../support/decorated.js';
const root = fileURLToPath(new URL('../../../', import.meta.url));
/** The same file compiled anew, without `experimentalDecorators`. */
async function standard() {
    const outDir = join(root, 'dist/standard-decorators');
    const options = ['--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
    const files = ['--rootDir', root, '--outDir', outDir, join(root, 'test/support/decorated.ts')];
    execFileSync(process.execPath, [
        join(root, 'node_modules/typescript/bin/tsc'),
        '--ignoreConfig',
        ...options,
        ...files,
    ]);
    return import(pathToFileURL(join(outDir, 'test/support/decorated.js')).href);
}
for (const [form, load] of [
    ["TypeScript's experimentalDecorators", async () => older],
    ['standard decorators', standard],
])
    describe(`a controller with ${form}`, () => {
        let decorated;
        before(async () => {
            decorated = await load();
        });
        const needsOf = (controller, method) => decorated.needsOf(decorated.controllers[controller](), method);
        it('is closed where nothing is said', () => {
            expect(needsOf('undecorated', 'anything')).to.deep.equal({});
            expect(needsOf('orders', 'plain')).to.deep.equal({ scope: ['orders'] });
        });
        it('asks for what class and method say, together', () => {
            expect(needsOf('orders', 'create')).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] });
            expect(needsOf('orders', 'field')).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] });
            expect(needsOf('orders', 'remove')).to.deep.equal({ scope: ['orders'], role: ['admin', 'boss'] });
            const { permission, maxAge } = needsOf('orders', 'exported');
            expect([[...permission].sort(), maxAge]).to.deep.equal([['orders:export', 'orders:read'], 300]);
        });
        it('keeps what it asks for when another decorator puts its own function there', () => {
            for (const method of ['loggedOutside', 'loggedInside'])
                expect(needsOf('orders', method), method).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] });
        });
        it('opens the method that says AllowAny', () => {
            for (const method of ['prices', 'openField'])
                expect(needsOf('orders', method), method).to.equal('anyone');
            expect(needsOf('open', 'anything')).to.equal('anyone');
        });
        it('asks in an open class for what a method says', () => {
            expect(needsOf('open', 'closed')).to.deep.equal({ role: ['admin'] });
        });
        it('opens nothing that is written anew further down, and asks for all that is asked above', () => {
            for (const method of ['prices', 'openField', 'added'])
                expect(needsOf('moreOrders', method), method).to.deep.equal({ scope: ['orders'] });
            expect(needsOf('moreOrders', 'create')).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] });
            expect(needsOf('moreOrders', 'plain')).to.deep.equal({ scope: ['orders'] });
            expect(needsOf('belowOpen', 'added')).to.deep.equal({});
            expect(needsOf('belowOpen', 'anything')).to.equal('anyone');
        });
        it('is refused when it cannot be said what it asks for', () => {
            expect(() => needsOf('contradiction', 'both')).to.throw(TypeError, 'open, and closed');
            expect(() => needsOf('twoRoles', 'one')).to.throw(TypeError, 'roles are named twice');
            expect(() => needsOf('orders', 'nothing')).to.throw(TypeError, 'no method nothing');
            expect(() => needsOf('orders', 'toString')).to.throw(TypeError, 'no method toString');
            expect(() => decorated.guard(decorated.controllers.twoRoles(), needs => needs)).to.throw(TypeError);
        });
        it('becomes handlers with what judges their requests before them, bound', () => {
            const guarded = decorated.guard(decorated.controllers.orders(), needs => needs);
            const [needs, create] = guarded.create;
            expect(needs).to.deep.equal({ scope: ['orders'], permission: ['orders:write'] });
            expect(create()).to.equal('hello');
            expect(guarded.prices).to.have.length(1);
            expect(guarded.prices[0]()).to.equal('hello');
            expect(Object.keys(guarded)).to.include.members(['plain', 'field', 'openField']).and.not.include('greeting');
        });
    });
describe('a decorator', () => {
    it('that asks for something names it', () => {
        expect(() => RequireRole()).to.throw(TypeError);
    });
    it('stands above classes, methods and fields alone', () => {
        expect(() => AllowAny(() => { }, { kind: 'getter', name: 'x' })).to.throw(TypeError, 'getter');
    });
});
//# sourceMappingURL=decorators.test.js.map