// The grant client_credentials: access tokens of an application for itself (RFC 6749 §4.4).
import { expect } from 'chai'
import type { NewApplication } from '../../server/storage/applications.js'
import { aConfidentialApplication, anApplication, basic, changeApplication, inForm } from '../support/applications.js'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const scopesOf = (...names: string[]) => names.map(name => ({ name, description: '' }))
const orders: Partial<NewApplication> = {
  kind: 'resource_server',
  resource: 'https://orders.example/',
  resourceScopes: scopesOf('orders:read', 'orders:write'),
}
const stock: Partial<NewApplication> = {
  kind: 'resource_server',
  resource: 'https://stock.example',
  resourceScopes: scopesOf('stock:read'),
}
const machine = (scope: string, more: object = {}): Partial<NewApplication> => ({
  kind: 'machine',
  metadata: { grant_types: ['client_credentials'], scope, ...more },
})

describe('the grant client_credentials', () => {
  let server: TestServer
  const secrets: Record<string, string> = {}
  beforeEach(async () => {
    server = await aServer()
    await anApplication(server, 'orders', orders)
    await anApplication(server, 'stock', stock)
    const all: Record<string, Partial<NewApplication>> = {
      robot: machine('openid profile orders:read orders:write gone:read darvoza:account darvoza:admin'),
      both: machine('orders:read stock:read'),
      follower: machine('orders:read revocations:read'),
      idle: machine(''),
      quick: machine('orders:read', { lifetimes: { access_token_lifetime: 60 } }),
      website: { kind: 'web', metadata: { scope: 'orders:read' } },
    }
    for (const [id, changes] of Object.entries(all)) secrets[id] = await aConfidentialApplication(server, id, changes)
    await anApplication(server, 'app', { kind: 'native', metadata: machine('orders:read').metadata! })
    await settle(server.composed)
  })

  function ask(id: string, more = '', headers: Record<string, string> = basic(id, secrets[id] ?? '')): Promise<Answer> {
    const body = `grant_type=client_credentials${more}`
    return aClient(server).send('POST', '/oauth/token', { body, headers: { ...inForm, ...headers } })
  }
  const encoded = encodeURIComponent

  it('answers 400 without the right to the grant, and for scopes and resources not permitted', async () => {
    const refused: [id: string, more: string, error: string][] = [
      ['website', '', 'unauthorized_client'],
      ['robot', '&scope=orders:delete', 'invalid_scope'],
      ['robot', '&scope=stock:read', 'invalid_scope'],
      // There is no user: scopes about a person, and for acting as one, are refused.
      ['robot', '&scope=openid', 'invalid_scope'],
      ['robot', '&scope=orders:read+darvoza:admin', 'invalid_scope'],
      ['robot', '&scope=gone:read', 'invalid_scope'],
      ['robot', `&scope=${encoded('orders:read\u0000')}`, 'invalid_scope'],
      ['robot', `&scope=${encoded('orders:read\u202e')}`, 'invalid_scope'],
      ['robot', `&scope=${'orders:read+'.repeat(3_000)}x`, 'invalid_scope'],
      ['robot', '&scope=orders:read&scope=orders:write', 'invalid_request'],
      ['robot', '&scope[]=orders:read&scope[]=x', 'invalid_request'],
      ['robot', '&resource=https://nobody.example', 'invalid_target'],
      ['robot', '&resource=https://stock.example', 'invalid_target'],
      ['robot', '&resource=https://orders.example/%23a', 'invalid_target'],
      ['robot', '&resource=https://orders.example//', 'invalid_target'],
      ['robot', `&resource=${encoded('https://orders.example/\u0000')}`, 'invalid_target'],
      ['robot', '&resource=https://orders.example/&resource=https://orders.example', 'invalid_target'],
      ['both', '', 'invalid_target'],
      ['both', '&scope=orders:read+stock:read', 'invalid_target'],
      ['both', '&scope=orders:read&resource=https://stock.example', 'invalid_target'],
    ]
    for (const id of ['website', 'robot', 'both']) await ask(id)
    await server.composed.jobs.settled()
    const before = await snapshotOf(server)
    for (const [id, more, error] of refused) {
      const { status, body } = await ask(id, more)
      expect([status, body.error], `${id} ${more.slice(0, 100)}`).to.deep.equal([400, error])
    }
    const app = await ask('app', '&client_id=app', {})
    expect([app.status, app.body.error]).to.deep.equal([400, 'unauthorized_client'])
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('issues an access token with the application as sub, for one audience, without a refresh token', async () => {
    const { status, body, headers } = await ask('robot')
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('no-store')
    const { access_token, ...rest } = body
    expect(rest).to.deep.equal({ token_type: 'Bearer', expires_in: 3600, scope: 'orders:read orders:write' })
    const { jti, iat, exp, rev, ...claims } = claimsOf(access_token)
    expect(claims).to.deep.equal({
      iss: issuer,
      sub: 'robot',
      aud: 'https://orders.example/',
      client_id: 'robot',
      scope: 'orders:read orders:write',
      token_type: 'access',
      roles: [],
    })
    expect([jti, rev]).to.deep.equal([jti as string, server.composed.parts.revocation.tail.position])
    expect(exp - iat).to.equal(3600)
    expect(JSON.parse(Buffer.from(access_token.split('.')[0], 'base64url').toString())).to.include({ typ: 'at+jwt' })
  })

  it('issues the requested scopes for the named resource server', async () => {
    const given: [id: string, more: string, aud: string, scope: string][] = [
      ['robot', '&scope=orders:write', 'https://orders.example/', 'orders:write'],
      ['robot', '&scope=orders:write+orders:write', 'https://orders.example/', 'orders:write'],
      ['robot', '&scope=', 'https://orders.example/', 'orders:read orders:write'],
      ['robot', '&resource=https://orders.example', 'https://orders.example/', 'orders:read orders:write'],
      ['both', '&resource=https://stock.example/', 'https://stock.example', 'stock:read'],
      ['both', '&scope=stock:read', 'https://stock.example', 'stock:read'],
      ['both', '&scope=orders:read+stock:read&resource=https://stock.example', 'https://stock.example', 'stock:read'],
      // Among several resource servers, Darvoza is the default audience.
      ['follower', '', issuer, 'revocations:read'],
      ['follower', '&scope=revocations:read', issuer, 'revocations:read'],
      ['follower', '&scope=orders:read', 'https://orders.example/', 'orders:read'],
      ['idle', '', issuer, ''],
    ]
    for (const [id, more, aud, scope] of given) {
      const { body } = await ask(id, more)
      expect(body.scope ?? '', `${id} ${more}`).to.equal(scope)
      const claims = claimsOf(body.access_token)
      expect([claims.aud, claims.scope ?? ''], `${id} ${more}`).to.deep.equal([aud, scope])
      if (aud === issuer) await server.composed.parts.tokens.inspect.access(body.access_token)
    }
    expect((await ask('quick')).body.expires_in).to.equal(60)
  })

  it('issues tokens that get 403 insufficient_scope on routes for users', async () => {
    const { body } = await ask('follower', '&scope=revocations:read')
    for (const path of ['/api/me', '/api/admin/users']) {
      const { status, body: told } = await aClient(server).get(path, body.access_token)
      expect([status, told.code], path).to.deep.equal([403, 'insufficient_scope'])
    }
  })

  it('writes nothing but the last use of the secret, and is counted as application_tokens', async () => {
    const { counters } = server.composed.parts.tokens
    const counted = async () => {
      await counters.flush()
      const { figures } = server.composed.parts.logs
      return (await figures.series('24h')).totals.application_tokens
    }
    // Of a secret the time of its last use is written, once a minute.
    await ask('robot')
    await server.composed.jobs.settled()
    const [countedBefore, before] = [await counted(), await snapshotOf(server)]
    for (let round = 0; round < 5; round++) await ask('robot')
    await server.composed.jobs.settled()
    expect(await snapshotOf(server)).to.equal(before)
    expect((await counted()) - countedBefore).to.equal(5)
  })

  it('issues a token that is not stale after a revocation entry for all was added', async () => {
    const { revocationLog } = server.composed.parts.logs
    server.composed.parts.revocation.tail.stop()
    await settle(server.composed)
    server.composed.parts.revocation.tail.stop()
    await revocationLog.add({ kind: 'all', subject: '', effect: 'refresh', why: '' }, 'system')
    const { body } = await ask('follower', '&scope=revocations:read')
    expect(claimsOf(body.access_token).rev).to.equal(server.composed.parts.revocation.tail.position)
    await server.composed.parts.tokens.inspect.access(body.access_token)
  })

  it('issues only scopes that the application still has, and answers 401 once it is disabled', async () => {
    secrets.leaver = await aConfidentialApplication(server, 'leaver', machine('orders:read orders:write'))
    expect((await ask('leaver')).body.scope).to.equal('orders:read orders:write')
    await changeApplication(server, 'leaver', { metadata: machine('orders:read').metadata! })
    await settle(server.composed)
    expect((await ask('leaver')).body.scope).to.equal('orders:read')
    await changeApplication(server, 'leaver', { active: false })
    await settle(server.composed)
    const { status, body } = await ask('leaver')
    expect([status, body.error]).to.deep.equal([401, 'invalid_client'])
  })
})
