// Userinfo (OpenID Connect Core §5.3): which claims about a user an access token gives its application, and how the
// token is sent.
import { expect } from 'chai'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { aConfidentialApplication, anApplication, aSessionOf, basic } from '../support/applications.js'
import { aClient, type Client, claimsOf } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, issuer, password, type TestServer } from '../support/server.js'

const path = '/oauth/userinfo'
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const anywhere = { Origin: 'https://shop.example' }

let applications = 0

type Asked = { scope?: string; metadata?: ApplicationMetadata; row?: Partial<NewApplication>; resources?: string[] }

/** An access token of a new application, as the authorization code grant would issue it. */
async function aToken(server: TestServer, user: { id: number; username: string }, asked: Asked = {}): Promise<string> {
  const { scope = 'openid', metadata = {}, row = {}, resources = [] } = asked
  const id = `application-${++applications}`
  await anApplication(server, id, { metadata: { scope, ...metadata }, ...row })
  const { session } = await aSessionOf(server, user, id, { scope, resources })
  const { storage, tokens, revocation } = server.composed.parts
  const standing = (await storage.sessionStore.standings(storage.database, [session.id])).get(session.id)!
  await revocation.applications.meet(id)
  return tokens.issue.accessOf(standing, server.clock.now(), revocation.policy.of(session)).token
}

describe('userinfo is refused', () => {
  const challenge = ({ headers }: { headers: Headers }) => headers.get('www-authenticate')

  it('without a token, with a challenge that names no error (RFC 6750 §3.1)', async () => {
    const client = aClient(await aServer())
    for (const [method, options] of [
      ['GET', {}],
      ['POST', {}],
      ['POST', { headers: form, body: 'access_token=' }],
      ['POST', { headers: form, body: 'token=a' }],
      ['GET', { headers: { Authorization: 'Basic YTpi' } }],
    ] as const) {
      const answer = await client.send(method, path, options)
      expect([answer.status, challenge(answer)]).to.deep.equal([401, 'Bearer realm="api"'])
    }
    // Tokens in the query (RFC 6750 §2.3) are not accepted, since addresses are logged everywhere; such a token is not
    // even read.
    expect((await client.get(`${path}?access_token=a`)).status).to.equal(401)
  })

  it('for malformed, expired, refresh and device tokens and one of an ended session, each with its code', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const { refresh, device_token } = await client.signIn(amy)
    const early = await aToken(server, amy)
    server.clock.advance('1h')
    const ended = await aToken(server, amy)
    const { access } = await client.signIn(amy)
    expect((await client.delete(`/api/me/sessions/${claimsOf(ended).sid}/`, access)).status).to.equal(204)
    for (const [token, code] of [
      ['garbage', 'token_malformed'],
      [early, 'token_expired'],
      [ended, 'session_ended'],
      [refresh, 'token_type'],
      [device_token, 'token_type'],
    ] as const) {
      for (const [method, options] of [
        ['GET', { token }],
        ['POST', { token }],
        ['POST', { headers: form, body: `access_token=${token}` }],
      ] as const) {
        const answer = await client.send(method, path, options)
        expect([answer.status, answer.body.error], `${method} ${code}`).to.deep.equal([401, 'invalid_token'])
        expect(challenge(answer), code).to.include('error="invalid_token"').and.include(`error_code="${code}"`)
        expect(answer.headers.get('cache-control')).to.equal('no-store')
      }
    }
  })

  it('with 400 if the token is sent in two ways or twice, and with 415 in a JSON body', async () => {
    const server = await aServer()
    const client = aClient(server)
    const token = await aToken(server, await server.aUser())
    for (const options of [
      { token, headers: form, body: `access_token=${token}` },
      { token, headers: form, body: 'access_token=other' },
      { headers: form, body: `access_token=${token}&access_token=${token}` },
    ]) {
      const answer = await client.send('POST', path, options)
      expect([answer.status, answer.body.error]).to.deep.equal([400, 'invalid_request'])
      expect(challenge(answer)).to.equal('Bearer realm="api", error="invalid_request"')
    }
    const json = await client.send('POST', path, { json: { access_token: token } })
    expect([json.status, json.body.error]).to.deep.equal([415, 'invalid_request'])
  })

  it('with insufficient_scope for tokens without openid, such as those of the API, or without a user', async () => {
    const server = await aServer()
    const client = aClient(server)
    const amy = await server.aUser()
    const metadata = { scope: 'openid revocations:read', grant_types: ['client_credentials' as const] }
    const secret = await aConfidentialApplication(server, 'robot', { kind: 'machine', metadata })
    await server.composed.parts.revocation.tail.readNow()
    const headers = { ...form, ...basic('robot', secret) }
    const granted = await client.send('POST', '/oauth/token', { headers, body: 'grant_type=client_credentials' })
    const ofProgram: string = granted.body.access_token
    for (const token of [
      (await client.signIn(amy)).access,
      (await client.signIn({ username: 'admin', password })).access,
      await aToken(server, amy, { scope: 'profile email' }),
      ofProgram,
      // The grant client_credentials issues no scope openid.
      aForge(server).access(changed(ofProgram, { scope: 'openid' })),
    ]) {
      for (const answer of [
        await client.get(path, token),
        await client.send('POST', path, { headers: form, body: `access_token=${token}` }),
      ]) {
        expect([answer.status, answer.body.error]).to.deep.equal([403, 'insufficient_scope'])
        expect(challenge(answer)).to.equal('Bearer realm="api", error="insufficient_scope", scope="openid"')
      }
    }
  })

  it('with CORS headers that let pages of other origins read the reason', async () => {
    const client = aClient(await aServer())
    const asked = {
      ...anywhere,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,dpop',
    }
    const preflight = await client.send('OPTIONS', path, { headers: asked })
    expect(preflight.status).to.equal(204)
    expect(preflight.headers.get('access-control-allow-origin')).to.equal('*')
    expect(preflight.headers.get('access-control-allow-headers')).to.equal('authorization,dpop')
    expect(preflight.headers.get('access-control-allow-credentials')).to.equal(null)
    for (const options of [{ headers: anywhere }, { headers: anywhere, token: 'garbage' }]) {
      const { status, headers } = await client.send('GET', path, options)
      expect([status, headers.get('access-control-allow-origin')]).to.deep.equal([401, '*'])
      const exposed = headers.get('access-control-expose-headers')!.split(',')
      expect(exposed).to.include('WWW-Authenticate').and.include('DPoP-Nonce')
      expect(headers.get('access-control-allow-credentials')).to.equal(null)
    }
  })
})

onEachEngine('userinfo', engine => {
  let server: TestServer
  let client: Client
  beforeEach(async () => {
    server = await aServer({ engine })
    client = aClient(server)
  })

  // oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body
  it('answers alike to GET, to POST with the header, and to POST with the form', async () => {
    const amy = await server.aUser()
    const token = await aToken(server, amy)
    for (const answer of [
      await client.get(path, token),
      await client.send('POST', path, { token }),
      // RFC 9110 §11.1: the scheme is case-insensitive.
      await client.send('POST', path, { headers: { ...form, Authorization: `bearer ${token}` }, body: 'other=1' }),
      await client.send('POST', path, { headers: form, body: `access_token=${token}` }),
      await client.send('POST', path, { headers: { ...form, ...anywhere }, body: `access_token=${token}` }),
    ]) {
      expect(answer.status).to.equal(200)
      expect(answer.body).to.deep.equal({ sub: String(amy.id) })
      expect(answer.headers.get('cache-control')).to.equal('no-store')
    }
  })

  it('accepts an access token of any audience', async () => {
    const amy = await server.aUser()
    const resource = 'https://orders.example'
    await anApplication(server, 'orders', {
      kind: 'resource_server',
      resource,
      resourceScopes: [{ name: 'orders:read', description: 'Read orders' }],
    })
    await server.composed.parts.revocation.tail.readNow()
    const scope = 'openid profile orders:read'
    const token = await aToken(server, amy, { scope, resources: [resource] })
    expect(claimsOf(token).aud).to.equal(resource)
    expect((await client.get(path, token)).body).to.include({ sub: String(amy.id), preferred_username: amy.username })
    // The other routes refuse a token for another audience.
    expect((await client.get('/api/me/', token)).body).to.include({ reason: 'token_audience' })
  })

  // oidcc-scope-profile, oidcc-scope-email, oidcc-scope-all
  it('returns the claims of the granted scopes with current values, and omits unknown ones', async () => {
    const amy = await server.aUser({ username: 'amy', roles: ['support'] })
    const { users } = server.composed.parts.people
    const told = async (scope: string, metadata: ApplicationMetadata = {}) => {
      const { sub, ...claims } = (await client.get(path, await aToken(server, amy, { scope, metadata }))).body
      expect(sub).to.equal(String(amy.id))
      return claims
    }
    expect(await told('openid profile email')).to.deep.equal({ name: 'amy', preferred_username: 'amy' })
    await users.update(amy.id, { firstName: 'Amy', lastName: 'Winter', email: 'amy@example.org' }, 'operator:test')
    expect(await told('openid profile')).to.deep.equal({
      name: 'Amy Winter',
      preferred_username: 'amy',
      given_name: 'Amy',
      family_name: 'Winter',
    })
    expect(await told('openid email')).to.deep.equal({ email: 'amy@example.org', email_verified: true })
    expect(await told('openid roles', { roles_claim: 'groups' })).to.deep.equal({
      roles: ['support'],
      groups: ['support'],
    })
    expect(await told('openid email roles', { roles_claim: 'email' })).to.deep.equal({
      email: 'amy@example.org',
      email_verified: true,
      roles: ['support'],
    })
    const all = Object.keys(await told('openid profile email roles offline_access'))
    expect(all.sort()).to.deep.equal(
      'email email_verified family_name given_name name preferred_username roles'.split(' '),
    )
  })

  it('refuses the token of a disabled user with user_inactive', async () => {
    const amy = await server.aUser()
    const token = await aToken(server, amy)
    expect((await client.get(path, token)).status).to.equal(200)
    await server.composed.parts.people.users.disable(amy.id, 'operator:test')
    const { status, body } = await client.get(path, token)
    expect([status, body.error, body.error_uri]).to.deep.equal([401, 'invalid_token', `${issuer}/errors/user_inactive`])
  })

  it('sets email_verified for addresses set by an administrator, not for those set by the user', async () => {
    const admin = (await client.signIn({ username: 'admin', password })).access
    const made = await client.post(
      '/api/admin/users/',
      { username: 'eve', password: 'a much better horse', email: 'eve@example.org' },
      admin,
    )
    expect(made.status).to.equal(201)
    const id = made.body.user_id
    const own = (await client.signIn({ username: 'eve', password: 'a much better horse' })).access
    const verified = async () =>
      (await client.get(path, await aToken(server, { id, username: 'eve' }, { scope: 'openid email' }))).body
    const change = (json: object) => client.patch('/api/me/', json, own)
    expect(await verified()).to.include({ email: 'eve@example.org', email_verified: true })
    // An address that the user's own change leaves equal stays verified.
    await change({ first_name: 'Eve', email: 'eve@example.org' })
    expect(await verified()).to.include({ email_verified: true })
    await change({ email: 'boss@example.org' })
    expect(await verified()).to.include({ email: 'boss@example.org', email_verified: false })
    // An administrator changes another field of a form that contains the user's address: it stays unverified.
    await client.patch(`/api/admin/users/${id}/`, { first_name: 'E.', email: 'boss@example.org' }, admin)
    expect(await verified()).to.include({ email_verified: false })
    await client.patch(`/api/admin/users/${id}/`, { email: 'eve2@example.org' }, admin)
    expect(await verified()).to.include({ email: 'eve2@example.org', email_verified: true })
    // Administrators cannot verify their own address.
    await client.patch('/api/me/', { email: 'root@example.org' }, admin)
    expect((await client.get('/api/me/', admin)).body).to.include({ email_verified: false })
    await client.patch('/api/admin/users/1/', { email: 'root2@example.org' }, admin)
    expect((await client.get('/api/me/', admin)).body).to.include({ email_verified: false })
    // An import sets whether the address is verified.
    const { users } = server.composed.parts.people
    const imported = { passwordHash: '!', email: 'i@example.org' }
    const one = await users.importOne({ username: 'i1', ...imported }, 'operator:test')
    const two = await users.importOne({ username: 'i2', ...imported, emailVerified: true }, 'operator:test')
    expect([one.emailVerified, two.emailVerified]).to.deep.equal([false, true])
  })
})
