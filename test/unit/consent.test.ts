import { expect } from 'chai'
import { mayUse } from '../../server/policy/application-metadata.js'
import { covers, isNothing, merged, missingScopes, scopesByServer, wordsIn } from '../../server/policy/consent.js'

const shop = { resource: 'https://shop.example', scopes: ['read', 'orders'] }
const bank = { resource: 'https://bank.example', scopes: ['read', 'pay'] }
const servers = [shop, bank]
const asked = (scope: string, ...resources: string[]) => ({ scope: scope.split(' ').filter(Boolean), resources })

describe('consent by resource server', () => {
  it('groups scopes by the resource server that has them, and standard scopes under none', () => {
    expect(scopesByServer(asked('openid profile orders'), servers)).to.deep.equal({
      '': ['openid', 'profile'],
      [shop.resource]: ['orders'],
    })
  })

  it('groups a scope under each named resource server that has it, and under no other', () => {
    expect(scopesByServer(asked('openid read', shop.resource), servers)).to.deep.equal({
      '': ['openid'],
      [shop.resource]: ['read'],
    })
    expect(scopesByServer(asked('read', shop.resource, bank.resource), servers)).to.deep.equal({
      [shop.resource]: ['read'],
      [bank.resource]: ['read'],
    })
  })

  it('groups a scope under every resource server that has it when no resource is named', () => {
    expect(scopesByServer(asked('read'), servers)).to.deep.equal({
      [shop.resource]: ['read'],
      [bank.resource]: ['read'],
    })
  })

  it('drops scopes that no named resource server has, even with names of JavaScript properties', () => {
    expect(scopesByServer(asked('pay constructor __proto__', shop.resource), servers)).to.deep.equal({})
    expect(scopesByServer(asked('read', 'https://gone.example'), servers)).to.deep.equal({})
    expect(wordsIn(missingScopes(scopesByServer(asked('openid'), servers), { toString: [] }))).to.deep.equal(['openid'])
  })

  it('lacks the scopes that were not remembered; consent for one resource server is not valid for another', () => {
    const remembered = scopesByServer(asked('openid read', shop.resource), servers)
    const more = scopesByServer(asked('openid email read', bank.resource), servers)
    expect(missingScopes(more, remembered)).to.deep.equal({ '': ['email'], [bank.resource]: ['read'] })
    expect(isNothing(missingScopes(remembered, remembered))).to.equal(true)
    expect(missingScopes(more, null)).to.deep.equal(more)
  })

  it('covers the consented scopes at their resource server, and no other request', () => {
    const consented = scopesByServer(asked('openid read', shop.resource), servers)
    expect(covers(consented, asked('read openid', shop.resource), servers)).to.equal(true)
    expect(covers(consented, asked('read', bank.resource), servers)).to.equal(false)
    expect(covers(consented, asked('read'), servers), 'none named').to.equal(false)
    expect(covers(consented, asked('read'), [shop]), 'the only one that has it').to.equal(true)
  })

  it('covers nothing once withdrawn, not even a request without a scope', () => {
    expect(covers(null, asked('openid'), servers)).to.equal(false)
    expect(covers(null, asked(''), servers)).to.equal(false)
    expect(covers({}, asked(''), servers), 'agreed to no scope at all').to.equal(true)
  })

  it('merges a new consent into the earlier one', () => {
    const before = scopesByServer(asked('openid read', shop.resource), servers)
    const now = scopesByServer(asked('openid email pay', bank.resource), servers)
    expect(merged(before, now)).to.deep.equal({
      '': ['openid', 'email'],
      [shop.resource]: ['read'],
      [bank.resource]: ['pay'],
    })
    expect(merged(null, now)).to.deep.equal(now)
    expect(wordsIn(merged(before, now))).to.deep.equal(['openid', 'email', 'read', 'pay'])
  })
})

describe('required_roles of an application', () => {
  it('admit every user when empty, otherwise users with at least one of the roles', () => {
    expect(mayUse({}, [])).to.equal(true)
    expect(mayUse({ required_roles: [] }, [])).to.equal(true)
    expect(mayUse({ required_roles: ['staff', 'clerk'] }, ['clerk'])).to.equal(true)
    expect(mayUse({ required_roles: ['staff'] }, ['clerk'])).to.equal(false)
  })
})
