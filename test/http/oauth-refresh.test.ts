// The grants authorization_code and refresh_token at the token endpoint (RFC 6749 §4.1.3, §6; RFC 8707 §2.2).
import { expect } from 'chai'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { NewApplication } from '../../server/storage/applications.js'
import type { CodeRecord } from '../../server/storage/codes.js'
import { aConfidentialApplication, anApplication, basic, changeApplication, inForm } from '../support/applications.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode, redirectUri, refreshAs } from '../support/codes.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, issuer, settle } from '../support/server.js'
import { countOf } from '../support/statements.js'

const scopesOf = (...names: string[]) => names.map(name => ({ name, description: '' }))
const orders: Partial<NewApplication> = {
  ...{ kind: 'resource_server', resource: 'https://orders.example/' },
  resourceScopes: scopesOf('orders:read', 'read'),
}
const stock: Partial<NewApplication> = {
  ...{ kind: 'resource_server', resource: 'https://stock.example' },
  resourceScopes: scopesOf('stock:read'),
}
const everything = 'openid profile offline_access orders:read read stock:read'
const metadata: ApplicationMetadata = { redirect_uris: [redirectUri], scope: everything, first_party: true }

async function aShop(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy', roles: ['support'] })
  await anApplication(server, 'orders', orders)
  await anApplication(server, 'stock', stock)
  const secret = await aConfidentialApplication(server, 'shop', { metadata })
  await anApplication(server, 'tabs', {
    kind: 'browser',
    metadata: { ...metadata, token_endpoint_auth_method: 'none' },
  })
  await settle(server.composed)
  const browser = (await aBrowser(server, 'amy')).session
  const token = (fields: Record<string, string | string[]>, id = 'shop'): Promise<Answer> => {
    const form = new URLSearchParams(id === 'shop' ? {} : { client_id: id })
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
    const headers = { ...inForm, ...(id === 'shop' && basic('shop', secret)) }
    return aClient(server).send('POST', '/oauth/token', { body: form.toString(), headers })
  }
  const byCode = async (
    changes: Partial<CodeRecord> = {},
    fields: Record<string, string | string[]> = {},
    id = 'shop',
  ) => {
    const { code, terms } = await aCode(server, browser, id, { scope: everything, ...changes })
    const { redirectUri: redirect_uri = '', verifier: code_verifier = '' } = terms
    return token({ grant_type: 'authorization_code', code, redirect_uri, code_verifier, ...fields }, id)
  }
  const byRefresh = (refresh_token: string, fields: Record<string, string | string[]> = {}, id = 'shop') =>
    token({ grant_type: 'refresh_token', refresh_token, ...fields }, id)
  const generation = async (refresh: string) => {
    const { storage } = server.composed.parts
    return (await storage.sessionStore.find(storage.database, claimsOf(refresh).sid))!.generation
  }
  return { server, amy, browser, byCode, byRefresh, token, generation }
}

const told = ({ status, body }: Answer) => [status, body.error]
const seen = ({ body }: Answer) => {
  const { aud, scope } = claimsOf(body.access_token)
  expect(body.scope).to.equal(scope)
  return [aud, scope]
}

onEachEngine('an authorization code at the token endpoint', engine => {
  it('is answered with the members of RFC 6749 §5.1, session lifetimes and an id_token with the nonce', async () => {
    const { byCode, browser, amy } = await aShop(engine)
    const { status, body, headers } = await byCode({ nonce: 'n-0S6_WzA2Mj' })
    expect([status, headers.get('cache-control'), body.token_type]).to.deep.equal([200, 'no-store', 'Bearer'])
    expect(body).to.have.all.keys(
      ...['access_token', 'token_type', 'expires_in', 'scope', 'refresh_token', 'id_token'],
      ...['refresh_token_timeout', 'authorization_expires_in'],
    )
    expect([body.expires_in, body.refresh_token_timeout, body.authorization_expires_in]).to.deep.equal([
      3_600,
      86_400,
      30 * 86_400,
    ])
    const { aud, sub, nonce, sid, auth_time } = claimsOf(body.id_token)
    expect([aud, sub, nonce, sid]).to.deep.equal([
      'shop',
      String(amy.id),
      'n-0S6_WzA2Mj',
      claimsOf(body.access_token).sid,
    ])
    expect(auth_time).to.equal(Math.floor(browser.authenticatedAt / 1000))
  })

  it('gives no id_token without openid, and no refresh token without the refresh_token grant', async () => {
    const { server, byCode } = await aShop(engine)
    await changeApplication(server, 'shop', { metadata: { ...metadata, grant_types: ['authorization_code'] } })
    const { body } = await byCode({ scope: 'orders:read' })
    expect(body).to.have.all.keys('access_token', 'token_type', 'expires_in', 'scope')
  })

  it('is refused with codes of RFC 6749 §5.2 for a bad PKCE verifier, scope, resource or form', async () => {
    const { byCode, token } = await aShop(engine)
    expect(told(await byCode({}, { code_verifier: 'a'.repeat(43) }))).to.deep.equal([400, 'invalid_grant'])
    expect(told(await byCode({}, { scope: 'admin' }))).to.deep.equal([400, 'invalid_scope'])
    expect(told(await byCode({}, { resource: 'https://x.example' }))).to.deep.equal([400, 'invalid_target'])
    expect(told(await byCode({}, { code: ['a', 'b'] }))).to.deep.equal([400, 'invalid_request'])
    expect(told(await token({ grant_type: 'authorization_code' }))).to.deep.equal([400, 'invalid_request'])
    const first = await byCode({}, {}, 'tabs')
    expect(first.status).to.equal(200)
    const { code, terms } = await aCode((await aShop(engine)).server, (await aShop(engine)).browser, 'shop')
    expect(
      told(await token({ grant_type: 'authorization_code', code, redirect_uri: terms.redirectUri! })),
    ).to.deep.equal([400, 'invalid_grant'])
  })

  it('gives a token for the requested resource, or for the only resource server with granted scopes', async () => {
    const { byCode } = await aShop(engine)
    const standard = 'openid profile offline_access'
    expect(seen(await byCode())).to.deep.equal([issuer, standard])
    expect(seen(await byCode({ scope: 'openid stock:read' }))).to.deep.equal([stock.resource, 'openid stock:read'])
    expect(seen(await byCode({}, { resource: 'https://orders.example' }))).to.deep.equal([
      orders.resource,
      `${standard} orders:read read`,
    ])
    expect(seen(await byCode({}, { scope: 'orders:read' }))).to.deep.equal([orders.resource, 'orders:read'])
    const named = { resources: [orders.resource!, stock.resource!] }
    expect(seen(await byCode(named, { resource: stock.resource! }))).to.deep.equal([
      stock.resource,
      `${standard} stock:read`,
    ])
    const onlyStock = { resources: [stock.resource!] }
    expect(told(await byCode(onlyStock, { resource: orders.resource! }))).to.deep.equal([400, 'invalid_target'])
    const both = { resource: [orders.resource!, stock.resource!] }
    expect(told(await byCode({}, both)), 'one token has one audience').to.deep.equal([400, 'invalid_target'])
    expect(told(await byCode({ scope: 'openid stock:read' }, { resource: orders.resource! }))).to.deep.equal([
      400,
      'invalid_target',
    ])
  })

  it('is refused without a DPoP proof under dpop_bound_access_tokens, and stays redeemable', async () => {
    const { server, browser, token } = await aShop(engine)
    const { code, terms } = await aCode(server, browser, 'shop', { scope: everything })
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: terms.verifier! }
    await changeApplication(server, 'shop', { metadata: { ...metadata, dpop_bound_access_tokens: true } })
    await settle(server.composed)
    expect(told(await token(form)), 'a bearer token').to.deep.equal([400, 'invalid_dpop_proof'])
    await changeApplication(server, 'shop', { metadata })
    await settle(server.composed)
    const { status, body } = await token(form)
    expect(status).to.equal(200)
    await changeApplication(server, 'shop', { metadata: { ...metadata, dpop_bound_access_tokens: true } })
    await settle(server.composed)
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    expect(told(await token(refresh))).to.deep.equal([400, 'invalid_dpop_proof'])
    await changeApplication(server, 'shop', { metadata })
    await settle(server.composed)
    expect((await token(refresh)).status, 'spent nothing').to.equal(200)
  })
})

onEachEngine('a refresh token of an application at the token endpoint', engine => {
  it('narrows the access token by scope and resource, not the session, and is unspent when refused', async () => {
    const { byCode, byRefresh, generation } = await aShop(engine)
    const first = (await byCode()).body.refresh_token
    expect(told(await byRefresh(first, { scope: `${everything} email` }))).to.deep.equal([400, 'invalid_scope'])
    expect(told(await byRefresh(first, { resource: 'https://x.example' }))).to.deep.equal([400, 'invalid_target'])
    expect(told(await byRefresh(first, { resource: `${orders.resource}#a` }))).to.deep.equal([400, 'invalid_target'])
    expect(await generation(first)).to.equal(1)
    const narrow = await byRefresh(first, { scope: 'openid read', resource: orders.resource! })
    expect(seen(narrow)).to.deep.equal([orders.resource, 'openid read'])
    const wide = await byRefresh(narrow.body.refresh_token, { resource: orders.resource! })
    expect(seen(wide)).to.deep.equal([orders.resource, 'openid profile offline_access orders:read read'])
    expect(wide.body).to.include.keys('id_token', 'refresh_token_timeout', 'authorization_expires_in')
    expect(claimsOf(wide.body.id_token).nonce).to.equal(undefined)
  })

  it('is answered with authorization_expires_in, which a refresh does not extend', async () => {
    const { server, byCode, byRefresh } = await aShop(engine)
    await server.setPolicy({ session_absolute_lifetime: 100_000 })
    const first = (await byCode()).body
    expect([first.refresh_token_timeout, first.authorization_expires_in]).to.deep.equal([86_400, 100_000])
    server.clock.advance('5h')
    const { body } = await byRefresh(first.refresh_token)
    expect([body.refresh_token_timeout, body.authorization_expires_in]).to.deep.equal([82_000, 82_000])
  })

  it('rotates even with rotate_refresh_tokens off; reuse ends that session alone', async () => {
    const { server, byCode, byRefresh } = await aShop(engine)
    await server.setPolicy({ rotate_refresh_tokens: false })
    const [one, two] = [(await byCode()).body.refresh_token, (await byCode()).body.refresh_token]
    const next = (await byRefresh(one)).body.refresh_token
    expect(next).to.not.equal(one)
    expect((await byRefresh(one)).body.refresh_token, 'within the grace').to.equal(next)
    server.clock.advance('1m')
    const again = await byRefresh(one)
    expect([...told(again), again.body.error_uri]).to.deep.equal([
      400,
      'invalid_grant',
      `${issuer}/errors/token_reused`,
    ])
    expect(told(await byRefresh(next))).to.deep.equal([400, 'invalid_grant'])
    expect((await byRefresh(two)).status).to.equal(200)
  })

  it('is refused with invalid_grant for another application, and is not spent', async () => {
    const { byCode, byRefresh, generation } = await aShop(engine)
    const { refresh_token } = (await byCode()).body
    expect(told(await byRefresh(refresh_token, {}, 'tabs'))).to.deep.equal([400, 'invalid_grant'])
    expect(told(await byRefresh('x', {}, 'tabs'))).to.deep.equal([400, 'invalid_grant'])
    expect(await generation(refresh_token)).to.equal(1)
    expect((await byRefresh(refresh_token)).status).to.equal(200)
  })

  it('is refused while the grant or a required role is missing, and accepted again afterwards', async () => {
    const { server, byCode, byRefresh, generation } = await aShop(engine)
    const { refresh_token } = (await byCode()).body
    const refused = async (own: ApplicationMetadata, error: string) => {
      await changeApplication(server, 'shop', { metadata: { ...metadata, ...own } })
      await settle(server.composed)
      expect(told(await byRefresh(refresh_token)), error).to.deep.equal([400, error])
      server.clock.advance('5m')
      expect(await generation(refresh_token), error).to.equal(1)
    }
    await refused({ grant_types: ['authorization_code'] }, 'unauthorized_client')
    expect((await refreshAs(server, refresh_token, 'shop')).code).to.equal('unauthorized_client')
    await refused({ required_roles: ['clerk'] }, 'invalid_grant')
    await changeApplication(server, 'shop', { metadata: { ...metadata, required_roles: ['clerk', 'support'] } })
    expect((await byRefresh(refresh_token)).status).to.equal(200)
  })

  it('gives those of the granted scopes that its application may have now', async () => {
    const { server, byCode, byRefresh } = await aShop(engine)
    const first = (await byCode({ scope: 'openid orders:read read' })).body
    expect(first.scope).to.equal('openid orders:read read')
    await changeApplication(server, 'shop', { metadata: { ...metadata, scope: 'openid read' } })
    const second = (await byRefresh(first.refresh_token)).body
    expect(second.scope).to.equal('openid read')
    await changeApplication(server, 'shop', { metadata })
    expect((await byRefresh(second.refresh_token)).body.scope).to.equal('openid orders:read read')
  })

  it('is refused for a resource server that defined the scope only after the consent', async () => {
    const { server, amy, byCode, byRefresh } = await aShop(engine)
    const { storage } = server.composed.parts
    await changeApplication(server, 'shop', { metadata: { ...metadata, first_party: false } })
    await settle(server.composed)
    const scopes = { '': ['openid'], [orders.resource!]: ['read'] }
    const consent = { userId: amy.id, applicationId: 'shop', scopes, createdAt: 1, updatedAt: 1 }
    await storage.consentStore.save(storage.database, consent)
    const { refresh_token } = (await byCode({ scope: 'openid read' })).body
    await changeApplication(server, 'stock', { resourceScopes: scopesOf('read') })
    await settle(server.composed)
    expect(told(await byRefresh(refresh_token, { resource: stock.resource! }))).to.deep.equal([400, 'invalid_target'])
    expect(seen(await byRefresh(refresh_token, { resource: orders.resource! }))).to.deep.equal([
      orders.resource,
      'openid read',
    ])
  })

  it('gives no scope at a resource server where that scope was not consented to', async () => {
    const { server, amy, byCode, byRefresh } = await aShop(engine)
    const { storage } = server.composed.parts
    await anApplication(server, 'till', {
      ...{ kind: 'resource_server', resource: 'https://till.example' },
      resourceScopes: scopesOf('till:open'),
    })
    await changeApplication(server, 'shop', { metadata: { ...metadata, first_party: false } })
    await settle(server.composed)
    const scopes = { '': ['openid'], [orders.resource!]: ['read'], [stock.resource!]: ['stock:read'] }
    const consent = { userId: amy.id, applicationId: 'shop', scopes, createdAt: 1, updatedAt: 1 }
    await storage.consentStore.save(storage.database, consent)
    const resources = [orders.resource!, stock.resource!]
    const { refresh_token } = (await byCode({ scope: 'openid read stock:read', resources })).body
    await changeApplication(server, 'orders', { resourceScopes: scopesOf('orders:read') })
    await changeApplication(server, 'stock', { active: false })
    await changeApplication(server, 'till', { resourceScopes: scopesOf('read') })
    await settle(server.composed)
    const second = await byRefresh(refresh_token)
    expect(seen(second)).to.deep.equal([issuer, 'openid'])
    await changeApplication(server, 'stock', { active: true, resourceScopes: scopesOf('read', 'stock:read') })
    await settle(server.composed)
    const { refresh_token: last } = second.body
    expect(told(await byRefresh(last, { resource: stock.resource! }))).to.deep.equal([400, 'invalid_target'])
  })

  it('costs one SQL statement that writes and one that reads', async () => {
    const { server, byCode } = await aShop(engine)
    const { refresh_token } = (await byCode()).body
    const asked = await countOf(server, async () => {
      expect((await refreshAs(server, refresh_token, 'shop')).code).to.equal(null)
    })
    expect(asked).to.deep.equal({ reads: 1, writes: 1 })
  })
})
