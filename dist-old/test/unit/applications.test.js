// What applications override and have: pure rules.
import { expect } from 'chai';
import { applicationMetadata, permissionsFor, saysRoles, } from '../../server/policy/application-metadata.js';
import { foldEras, withOverrides } from '../../server/policy/eras.js';
import { firstPolicy } from '../../server/policy/policies.js';
import { nextVersion } from '../../server/policy/policy-change.js';
import { tightenings } from '../../server/policy/policy-preview.js';
import { accessSpans, sessionTerms } from '../../server/policy/session.js';
import { targetOf } from '../../server/policy/session-scope.js';
import { isApplicationId } from '../../server/protocol/claims.js';
import { createRotationStatements } from '../../server/tokens/rotation-terms.js';
const first = {
    version: 1,
    policy: firstPolicy,
    changed: [],
    apply: 'refresh',
    undoes: null,
    settled: false,
};
function history(...changes) {
    const versions = [first];
    for (const [values, apply] of changes)
        versions.push(nextVersion(versions, { values, apply, undoes: null }).next);
    return versions;
}
const overrides = new Map([
    ['shop', { access_token_lifetime: 60 }],
    ['depot', { access_token_lifetime: 7_200, refresh_token_lifetime: 600 }],
]);
const of = (applicationId, policyVersion = 1) => ({ applicationId, policyVersion });
describe('lifetimes that an application overrides', () => {
    it('take the place of the policy’s, of each era, for its sessions alone', () => {
        const eras = foldEras(history([{ access_token_lifetime: 900, refresh_token_lifetime: 7_200 }, 'new']), overrides);
        const told = (id, version) => {
            const { access_token_lifetime, refresh_token_lifetime } = eras.of(of(id, version));
            return [access_token_lifetime, refresh_token_lifetime];
        };
        expect([told('darvoza', 1), told('darvoza', 2)]).to.deep.equal([
            [3_600, 86_400],
            [900, 7_200],
        ]);
        expect([told('shop', 1), told('shop', 2)]).to.deep.equal([
            [60, 86_400],
            [60, 7_200],
        ]);
        expect([told('depot', 1), told('depot', 2)]).to.deep.equal([
            [7_200, 600],
            [7_200, 600],
        ]);
        expect(told('another', 2)).to.deep.equal([900, 7_200]);
        expect(eras.longestAccessLifetime).to.equal(7_200);
        expect(withOverrides(eras, new Map()).longestAccessLifetime).to.equal(3_600);
    });
    it('leave nobody but our own application without rotation', () => {
        const eras = foldEras(history([{ rotate_refresh_tokens: false }, 'refresh']), overrides);
        const rotates = (id) => eras.of(of(id)).rotate_refresh_tokens;
        expect(['darvoza', 'shop', 'another'].map(rotates)).to.deep.equal([false, true, true]);
        expect(eras.latest.rotate_refresh_tokens).to.equal(false);
    });
    it('are folded once, into one policy for all that override nothing', () => {
        const eras = foldEras([first], overrides);
        expect(eras.of(of('a'))).to.equal(eras.of(of('b')));
        expect(eras.of(of('shop'))).to.equal(eras.of(of('shop')));
        expect(eras.of(of('darvoza'))).to.equal(firstPolicy);
    });
    it('are known to lists, counts and previews', () => {
        const before = foldEras([first], overrides);
        expect(sessionTerms(5, before)).to.deep.include({
            now: 5,
            applications: ['shop', 'depot'].map(id => ({
                id,
                lifetimes: [{ ...before.list[0], idle: id === 'depot' ? 600_000 : 86_400_000, absolute: 2_592_000_000 }].map(({ policy: _, ...lifetimes }) => lifetimes),
            })),
        });
        expect(accessSpans(before).map(({ lifetime, only, except }) => [lifetime, only, except])).to.deep.equal([
            [3_600_000, null, ['shop', 'depot']],
            [60_000, 'shop', []],
            [7_200_000, 'depot', []],
        ]);
        const after = foldEras(history([{ refresh_token_lifetime: 3_600 }, 'refresh']), overrides);
        expect(tightenings(before, after).map(one => one.applicationId), 'depot has its own').to.deep.equal([null, 'shop']);
    });
});
describe('the statements that rotate a batch', () => {
    const at = { now: 1, rotation: 'r', keyVersion: 1 };
    const claim = (id, applicationId) => ({ id, generation: 1, applicationId });
    const claims = [claim('1', 'darvoza'), claim('2', 'shop'), claim('3', 'depot'), claim('4', 'other')];
    const told = (versions, own = new Map()) => createRotationStatements()(foldEras(versions, own), claims, at).map(({ rotates, claims, terms }) => [
        ...[rotates, claims.map(one => one.id).join(''), terms.idle / 1000, terms.opened ?? null],
    ]);
    it('are one while nobody overrides how long sessions live', () => {
        expect(told([first])).to.deep.equal([[true, '1234', 86_400, null]]);
        expect(told([first], new Map([['shop', { access_token_lifetime: 60 }]]))).to.deep.equal([
            [true, '1234', 86_400, null],
        ]);
    });
    it('are one for all that rotate alike, by their era too', () => {
        expect(told([first], overrides)).to.deep.equal([
            [true, '124', 86_400, null],
            [true, '3', 600, null],
        ]);
        const versions = history([{ rotate_refresh_tokens: false }, 'new']);
        expect(told(versions)).to.deep.equal([
            [true, '1', 86_400, { from: 0, upto: 1 }],
            [false, '1', 86_400, { from: 2, upto: 2 ** 31 - 1 }],
            [true, '234', 86_400, null],
        ]);
    });
});
describe('what a token of an application is for', () => {
    const servers = [
        { resource: 'https://a.example', scopes: ['a:read', 'a:write'] },
        { resource: 'https://b.example', scopes: ['b:read'] },
    ];
    const target = (scope, resources = [], may = 'openid a:read a:write b:read') => Object.values(targetOf({ scope, resources }, { scope: may }, servers, 'us'));
    it('is the resource server that was named, with its scopes and the standard ones', () => {
        expect(target('openid a:read b:read', ['https://a.example'])).to.deep.equal(['https://a.example', 'openid a:read']);
        expect(target('openid b:read')).to.deep.equal(['https://b.example', 'openid b:read']);
    });
    it('is nobody special where several would do, or none', () => {
        expect(target('openid a:read b:read')).to.deep.equal(['us', 'openid']);
        expect(target('openid')).to.deep.equal(['us', 'openid']);
    });
    it('is never more than the application may have now, nor somebody else than was named', () => {
        expect(target('openid a:read a:write', [], 'a:write')).to.deep.equal(['https://a.example', 'a:write']);
        expect(target('a:read', ['https://gone.example'])).to.deep.equal(['https://gone.example', '']);
        expect(Object.values(targetOf({ scope: 'a:read', resources: [] }, {}, servers, 'us'))).to.deep.equal(['us', '']);
    });
});
describe('the metadata of an application', () => {
    it('is refused where it is of another form, or has a name that nobody knows', () => {
        const good = {
            redirect_uris: ['https://shop.example/'],
            scope: 'openid a:read',
            lifetimes: { refresh_token_lifetime: 60 },
        };
        expect(applicationMetadata.safeParse(good).success).to.equal(true);
        for (const wrong of [
            null,
            [],
            { no_such: 1 },
            { scope: ' openid' },
            { scope: 'a  b' },
            { scope: 'x'.repeat(1_001) },
            { scope: 'a"b' },
            { lifetimes: { access_token_lifetime: 9 } },
            { lifetimes: { access_token_lifetime: 86_401 } },
            { lifetimes: { reuse_grace: 1 } },
            { grant_types: ['implicit'] },
            { permissions: ['a b'] },
            { redirect_uris: 'https://shop.example/' },
        ])
            expect(applicationMetadata.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false);
    });
    it('says which permissions of its user its tokens tell, and whether their roles', () => {
        const shop = {
            origin: 'administrator',
            metadata: { permissions: ['a', 'b'] },
        };
        expect(permissionsFor(shop, '', ['b', 'c'])).to.deep.equal(['b']);
        expect(permissionsFor({ ...shop, metadata: {} }, '', ['b'])).to.deep.equal([]);
        expect(permissionsFor({ ...shop, origin: 'built_in' }, '', ['b', 'c'])).to.deep.equal(['b', 'c']);
        const stranger = { ...shop, origin: 'document' };
        expect([saysRoles(stranger, 'openid'), saysRoles(stranger, 'openid roles')]).to.deep.equal([false, true]);
        expect([permissionsFor(stranger, 'openid', ['a']), permissionsFor(stranger, 'roles', ['a'])]).to.deep.equal([
            [],
            ['a'],
        ]);
    });
    it('is of an id that no person can have', () => {
        for (const id of ['shop', '7up', 'a.b_c~d-e', 'https://tool.example/client.json', 'x'.repeat(100)])
            expect(isApplicationId(id), id).to.equal(true);
        for (const id of ['', '7', '0123', 'a b', 'ä', 'http://tool.example', 'https://a b', 'x'.repeat(101), 1, null])
            expect(isApplicationId(id), String(id)).to.equal(false);
    });
});
//# sourceMappingURL=applications.test.js.map