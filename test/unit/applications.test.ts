// Pure rules of applications: overridden lifetimes, targets of tokens, and metadata.
import { expect } from 'chai'
import {
  type ApplicationTerms,
  applicationMetadata,
  disclosesRoles,
  permissionsFor,
} from '../../server/policy/application-metadata.js'
import { foldEras, type Overrides, withOverrides } from '../../server/policy/eras.js'
import { firstPolicy, type Policy } from '../../server/policy/policies.js'
import { nextVersion } from '../../server/policy/policy-change.js'
import { tightenings } from '../../server/policy/policy-preview.js'
import type { PolicyApply, PolicyVersion } from '../../server/policy/policy-version.js'
import { accessSpans, sessionTerms } from '../../server/policy/session.js'
import { targetOf } from '../../server/policy/session-scope.js'
import { isApplicationId } from '../../server/protocol/claims.js'
import { createRotationStatements } from '../../server/tokens/rotation-terms.js'

const first: PolicyVersion = {
  version: 1,
  policy: firstPolicy,
  changed: [],
  apply: 'refresh',
  undoes: null,
  settled: false,
}
function history(...changes: [Partial<Policy>, PolicyApply][]): PolicyVersion[] {
  const versions = [first]
  for (const [values, apply] of changes) versions.push(nextVersion(versions, { values, apply, undoes: null }).next)
  return versions
}
const overrides: Overrides = new Map([
  ['shop', { access_token_lifetime: 60 }],
  ['depot', { access_token_lifetime: 7_200, refresh_token_lifetime: 600 }],
])
const of = (applicationId: string, policyVersion = 1) => ({ applicationId, policyVersion })

describe('lifetimes that an application overrides', () => {
  it('replace those of the policy in each era, for sessions of that application only', () => {
    const eras = foldEras(history([{ access_token_lifetime: 900, refresh_token_lifetime: 7_200 }, 'new']), overrides)
    const told = (id: string, version: number) => {
      const { access_token_lifetime, refresh_token_lifetime } = eras.of(of(id, version))
      return [access_token_lifetime, refresh_token_lifetime]
    }
    expect([told('darvoza', 1), told('darvoza', 2)]).to.deep.equal([
      [3_600, 86_400],
      [900, 7_200],
    ])
    expect([told('shop', 1), told('shop', 2)]).to.deep.equal([
      [60, 86_400],
      [60, 7_200],
    ])
    expect([told('depot', 1), told('depot', 2)]).to.deep.equal([
      [7_200, 600],
      [7_200, 600],
    ])
    expect(told('another', 2)).to.deep.equal([900, 7_200])
    expect(eras.longestAccessLifetime).to.equal(7_200)
    expect(withOverrides(eras, new Map()).longestAccessLifetime).to.equal(3_600)
  })

  it('leave rotate_refresh_tokens on for every application other than darvoza', () => {
    const eras = foldEras(history([{ rotate_refresh_tokens: false }, 'refresh']), overrides)
    const rotates = (id: string) => eras.of(of(id)).rotate_refresh_tokens
    expect(['darvoza', 'shop', 'another'].map(rotates)).to.deep.equal([false, true, true])
    expect(eras.latest.rotate_refresh_tokens).to.equal(false)
  })

  it('are folded once, into one shared policy for applications that override nothing', () => {
    const eras = foldEras([first], overrides)
    expect(eras.of(of('a'))).to.equal(eras.of(of('b')))
    expect(eras.of(of('shop'))).to.equal(eras.of(of('shop')))
    expect(eras.of(of('darvoza'))).to.equal(firstPolicy)
  })

  it('are part of session terms, access token spans and policy previews', () => {
    const before = foldEras([first], overrides)
    expect(sessionTerms(5, before)).to.deep.include({
      now: 5,
      applications: ['shop', 'depot'].map(id => ({
        id,
        lifetimes: [{ ...before.list[0]!, idle: id === 'depot' ? 600_000 : 86_400_000, absolute: 2_592_000_000 }].map(
          ({ policy: _, ...lifetimes }) => lifetimes,
        ),
      })),
    })
    expect(accessSpans(before).map(({ lifetime, only, except }) => [lifetime, only, except])).to.deep.equal([
      [3_600_000, null, ['shop', 'depot']],
      [60_000, 'shop', []],
      [7_200_000, 'depot', []],
    ])
    const after = foldEras(history([{ refresh_token_lifetime: 3_600 }, 'refresh']), overrides)
    expect(
      tightenings(before, after).map(one => one.applicationId),
      'depot has its own',
    ).to.deep.equal([null, 'shop'])
  })
})

describe('SQL statements that rotate a batch of refresh tokens', () => {
  const at = { now: 1, rotation: 'r', keyVersion: 1 }
  const claim = (id: string, applicationId: string) => ({ id, generation: 1, applicationId })
  const claims = [claim('1', 'darvoza'), claim('2', 'shop'), claim('3', 'depot'), claim('4', 'other')]
  const told = (versions: PolicyVersion[], own: Overrides = new Map()) =>
    createRotationStatements()(foldEras(versions, own), claims, at).map(({ rotates, claims, terms }) => [
      ...[rotates, claims.map(one => one.id).join(''), terms.idle / 1000, terms.opened ?? null],
    ])

  it('are a single one while no application overrides the refresh token lifetime', () => {
    expect(told([first])).to.deep.equal([[true, '1234', 86_400, null]])
    expect(told([first], new Map([['shop', { access_token_lifetime: 60 }]]))).to.deep.equal([
      [true, '1234', 86_400, null],
    ])
  })

  it('are one for each distinct lifetime, rotation and era', () => {
    expect(told([first], overrides)).to.deep.equal([
      [true, '124', 86_400, null],
      [true, '3', 600, null],
    ])
    const versions = history([{ rotate_refresh_tokens: false }, 'new'])
    expect(told(versions)).to.deep.equal([
      [true, '1', 86_400, { from: 0, upto: 1 }],
      [false, '1', 86_400, { from: 2, upto: 2 ** 31 - 1 }],
      [true, '234', 86_400, null],
    ])
  })
})

describe('audience and scope of an access token', () => {
  const servers = [
    { resource: 'https://a.example', scopes: ['a:read', 'a:write'] },
    { resource: 'https://b.example', scopes: ['b:read'] },
  ]
  const target = (scope: string, resources: string[] = [], may = 'openid a:read a:write b:read') =>
    Object.values(targetOf({ scope, resources }, { scope: may }, servers, 'us'))

  it('are those of the named resource server, or of the only one that has the scopes', () => {
    expect(target('openid a:read b:read', ['https://a.example'])).to.deep.equal(['https://a.example', 'openid a:read'])
    expect(target('openid b:read')).to.deep.equal(['https://b.example', 'openid b:read'])
  })

  it('are this server and the standard scopes when several resource servers match, or none', () => {
    expect(target('openid a:read b:read')).to.deep.equal(['us', 'openid'])
    expect(target('openid')).to.deep.equal(['us', 'openid'])
  })

  it('are limited to the current scope of the application, and keep the named resource server', () => {
    expect(target('openid a:read a:write', [], 'a:write')).to.deep.equal(['https://a.example', 'a:write'])
    expect(target('a:read', ['https://gone.example'])).to.deep.equal(['https://gone.example', ''])
    expect(Object.values(targetOf({ scope: 'a:read', resources: [] }, {}, servers, 'us'))).to.deep.equal(['us', ''])
  })
})

describe('the metadata of an application', () => {
  it('is refused with an unknown member or an invalid value', () => {
    const good = {
      redirect_uris: ['https://shop.example/'],
      scope: 'openid a:read',
      lifetimes: { refresh_token_lifetime: 60 },
    }
    expect(applicationMetadata.safeParse(good).success).to.equal(true)
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
      expect(applicationMetadata.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false)
  })

  it('decides which permissions and roles of the user are in its tokens', () => {
    const shop: Pick<ApplicationTerms, 'origin' | 'metadata'> = {
      origin: 'administrator',
      metadata: { permissions: ['a', 'b'] },
    }
    expect(permissionsFor(shop, '', ['b', 'c'])).to.deep.equal(['b'])
    expect(permissionsFor({ ...shop, metadata: {} }, '', ['b'])).to.deep.equal([])
    expect(permissionsFor({ ...shop, origin: 'built_in' }, '', ['b', 'c'])).to.deep.equal(['b', 'c'])
    const stranger = { ...shop, origin: 'document' as const }
    expect([disclosesRoles(stranger, 'openid'), disclosesRoles(stranger, 'openid roles')]).to.deep.equal([false, true])
    expect([permissionsFor(stranger, 'openid', ['a']), permissionsFor(stranger, 'roles', ['a'])]).to.deep.equal([
      [],
      ['a'],
    ])
  })

  it('belongs to an id that is never a number, as user ids are', () => {
    for (const id of ['shop', '7up', 'a.b_c~d-e', 'https://tool.example/client.json', 'x'.repeat(100)])
      expect(isApplicationId(id), id).to.equal(true)
    for (const id of ['', '7', '0123', 'a b', 'ä', 'http://tool.example', 'https://a b', 'x'.repeat(101), 1, null])
      expect(isApplicationId(id), String(id)).to.equal(false)
  })
})
