import { expect } from 'chai';
import { builtInRoles, mayAct, mayGive, ownPermissions, rightsBeyond, rightsOf, } from '../../server/policy/permissions.js';
const rights = (...permissions) => new Set(permissions);
const support = rights(...builtInRoles.support);
const nobody = rights();
describe('who may act on whom', () => {
    it('refuses to touch somebody who may do more here', () => {
        expect(mayAct(support, 'everything')).to.equal(false);
        expect(mayAct(support, rights('darvoza:keys:read'))).to.equal(false);
        expect(mayAct(nobody, rights('darvoza:users:read'))).to.equal(false);
    });
    it('does not compare what other applications call their permissions, as long as nothing is given', () => {
        expect(mayAct(support, rights('orders:write'))).to.equal(true);
        expect(mayAct(support, nobody)).to.equal(true);
        expect(mayAct(support, support)).to.equal(true);
    });
    it('refuses to give what the giver has not, of any application', () => {
        expect(mayGive(support, rights('orders:write'))).to.equal(false);
        expect(mayGive(support, rights('darvoza:roles:write'))).to.equal(false);
        expect(mayGive(support, rights('darvoza:users:read', 'orders:write'))).to.equal(false);
        expect(mayGive(rights('orders:write'), rights('orders:write'))).to.equal(true);
        expect(mayGive(nobody, nobody)).to.equal(true);
    });
    it('lets somebody keep, or lose, what the actor has not', () => {
        expect(mayAct(support, rights('orders:write'), rights('orders:write'))).to.equal(true);
        expect(mayAct(support, rights('orders:write'), nobody)).to.equal(true);
    });
    it('refuses to take from somebody what the actor may not do', () => {
        expect(mayAct(support, rights('darvoza:keys:write'), nobody)).to.equal(false);
    });
    it('lets only an administrator make one, whatever somebody may do by name', () => {
        const every = rights(...Object.keys(ownPermissions));
        expect(mayGive(every, 'everything')).to.equal(false);
        expect(mayGive('everything', 'everything')).to.equal(true);
        expect(mayAct('everything', 'everything', nobody)).to.equal(true);
    });
    it('tells what whoever sets a password could use by it, and may not otherwise', () => {
        expect(rightsBeyond(support, rights('orders:write', 'darvoza:users:read', 'a:b'))).to.deep.equal([
            'a:b',
            'orders:write',
        ]);
        expect(rightsBeyond(rights('orders:write'), rights('orders:write'))).to.deep.equal([]);
        expect(rightsBeyond('everything', rights('orders:write'))).to.deep.equal([]);
    });
    it('knows an administrator by the role, not by what a token lists', () => {
        expect(rightsOf({ roles: ['admin'], allPermissions: [] })).to.equal('everything');
        expect(rightsOf({ roles: ['support'], allPermissions: ['a:b'] })).to.deep.equal(rights('a:b'));
    });
});
//# sourceMappingURL=rights.test.js.map