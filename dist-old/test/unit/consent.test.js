import { expect } from 'chai';
import { mayUse } from '../../server/policy/application-metadata.js';
import { covers, isNothing, lacking, merged, scopesByServer, wordsIn } from '../../server/policy/consent.js';
const shop = { resource: 'https://shop.example', scopes: ['read', 'orders'] };
const bank = { resource: 'https://bank.example', scopes: ['read', 'pay'] };
const servers = [shop, bank];
const asked = (scope, ...resources) => ({ scope: scope.split(' ').filter(Boolean), resources });
describe('consent', () => {
    it('asks for standard scopes of no resource server, and for each other word of the one that has it', () => {
        expect(scopesByServer(asked('openid profile orders'), servers)).to.deep.equal({
            '': ['openid', 'profile'],
            [shop.resource]: ['orders'],
        });
    });
    it('asks for a word of each of the resource servers that were named, and of no other', () => {
        expect(scopesByServer(asked('openid read', shop.resource), servers)).to.deep.equal({
            '': ['openid'],
            [shop.resource]: ['read'],
        });
        expect(scopesByServer(asked('read', shop.resource, bank.resource), servers)).to.deep.equal({
            [shop.resource]: ['read'],
            [bank.resource]: ['read'],
        });
    });
    it('asks for a word of every resource server that has it, where none was named', () => {
        expect(scopesByServer(asked('read'), servers)).to.deep.equal({
            [shop.resource]: ['read'],
            [bank.resource]: ['read'],
        });
    });
    it('asks for no word that none of them has, also where its name is one of JavaScript', () => {
        expect(scopesByServer(asked('pay constructor __proto__', shop.resource), servers)).to.deep.equal({});
        expect(scopesByServer(asked('read', 'https://gone.example'), servers)).to.deep.equal({});
        expect(wordsIn(lacking(scopesByServer(asked('openid'), servers), { toString: [] }))).to.deep.equal(['openid']);
    });
    it('is asked for what the remembered one lacks: agreed to at one resource server is not at another', () => {
        const remembered = scopesByServer(asked('openid read', shop.resource), servers);
        const more = scopesByServer(asked('openid email read', bank.resource), servers);
        expect(lacking(more, remembered)).to.deep.equal({ '': ['email'], [bank.resource]: ['read'] });
        expect(isNothing(lacking(remembered, remembered))).to.equal(true);
        expect(lacking(more, null)).to.deep.equal(more);
    });
    it('covers what was agreed to, and no more', () => {
        const consented = scopesByServer(asked('openid read', shop.resource), servers);
        expect(covers(consented, asked('read openid', shop.resource), servers)).to.equal(true);
        expect(covers(consented, asked('read', bank.resource), servers)).to.equal(false);
        expect(covers(consented, asked('read'), servers), 'none named').to.equal(false);
        expect(covers(consented, asked('read'), [shop]), 'the only one that has it').to.equal(true);
    });
    it('covers nothing once it was withdrawn, also where nothing is asked for', () => {
        expect(covers(null, asked('openid'), servers)).to.equal(false);
        expect(covers(null, asked(''), servers)).to.equal(false);
        expect(covers({}, asked(''), servers), 'agreed to no scope at all').to.equal(true);
    });
    it('keeps what was agreed to before', () => {
        const before = scopesByServer(asked('openid read', shop.resource), servers);
        const now = scopesByServer(asked('openid email pay', bank.resource), servers);
        expect(merged(before, now)).to.deep.equal({
            '': ['openid', 'email'],
            [shop.resource]: ['read'],
            [bank.resource]: ['pay'],
        });
        expect(merged(null, now)).to.deep.equal(now);
        expect(wordsIn(merged(before, now))).to.deep.equal(['openid', 'email', 'read', 'pay']);
    });
});
describe('who may use an application', () => {
    it('is anybody, or whoever has one of the roles that it names', () => {
        expect(mayUse({}, [])).to.equal(true);
        expect(mayUse({ required_roles: [] }, [])).to.equal(true);
        expect(mayUse({ required_roles: ['staff', 'clerk'] }, ['clerk'])).to.equal(true);
        expect(mayUse({ required_roles: ['staff'] }, ['clerk'])).to.equal(false);
    });
});
//# sourceMappingURL=consent.test.js.map