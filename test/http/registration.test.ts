// Dynamic client registration (RFC 7591) and management of a registration (RFC 7592): which metadata strangers may
// register, which not, and how a registration changes and ends.
import { expect } from 'chai'
import { throttles } from '../../server/identity/authorizations/network-throttle.js'
import { aSessionOf, basic, inForm } from '../support/applications.js'
import { aResourceServer, authorizeQuery } from '../support/authorizations.js'
import { aClient } from '../support/client.js'
import { refreshAs } from '../support/codes.js'
import { onEachEngine } from '../support/engines.js'
import { later } from '../support/keys.js'
import {
  anInitialAccessToken,
  aTool,
  callback,
  manage,
  type Registration,
  register,
  registerAtLast,
  registered,
} from '../support/registrations.js'
import { aServer, settle, type TestServer } from '../support/server.js'

const open = { policy: { client_registration: 'open' } } as const
const standard = 'openid profile email roles offline_access'

const applicationsOf = ({ composed }: TestServer) => composed.parts.applications.applications
const found = (server: TestServer, { client_id }: Pick<Registration, 'client_id'>) =>
  applicationsOf(server).require(client_id)

async function auditOf({ composed }: TestServer, subject: string) {
  const { results } = await composed.parts.logs.auditLog.page(
    { subject: { kind: 'application', id: subject } },
    { limit: 50 },
  )
  return results
}

/** Expects this error, with a description that names the faulty member. */
async function expectRefused(
  asking: ReturnType<typeof register>,
  error: string,
  named: RegExp = /./,
  status = 400,
): Promise<void> {
  const answer = await asking
  expect([answer.status, answer.body.error], answer.text).to.deep.equal([status, error])
  expect(answer.body.error_description).to.match(named).and.to.have.length.below(1_001)
  expect(answer.headers.get('cache-control')).to.equal('no-store')
}

describe('client registration (/oauth/register)', () => {
  it('answers 403 while closed, and 401 without a valid initial access token; discovery follows', async () => {
    const server = await aServer()
    const endpoint = async () =>
      (await aClient(server).get('/.well-known/openid-configuration')).body.registration_endpoint
    const { text } = await anInitialAccessToken(server)
    expect(await endpoint()).to.equal(undefined)
    await expectRefused(register(server), 'registration_closed', /./, 403)
    await expectRefused(register(server, aTool, text), 'registration_closed', /./, 403)
    await server.setPolicy({ client_registration: 'token' })
    expect(await endpoint()).to.equal('http://localhost:4000/oauth/register')
    const unknown = await register(server)
    expect([unknown.status, unknown.headers.get('www-authenticate')]).to.deep.equal([401, 'Bearer realm="api"'])
    for (const token of ['a', `${text}a`, text.replace('_iat_', '_reg_'), `dvz_iat_${'A'.repeat(43)}`, 'a b']) {
      const answer = await register(server, aTool, token)
      expect(answer.status, token).to.equal(401)
      expect(answer.headers.get('www-authenticate')).to.match(/^Bearer realm="api"/)
      expect(answer.text).to.not.include(text)
    }
    expect((await register(server, aTool, text)).status).to.equal(201)
    await server.setPolicy({ client_registration: 'closed' })
    expect(await endpoint()).to.equal(undefined)
  })

  it('refuses unsafe or malformed redirect_uris with invalid_redirect_uri', async () => {
    const server = await aServer(open)
    for (const uri of [
      'javascript:alert(1)',
      'data:text/html,hi',
      'http://tool.example/callback',
      'https://tool.example/*',
      'https://user:pass@tool.example/',
      'https://tool.example/a/../b',
      'https://tool.example/#a',
      'https://tool.example\\@evil.example/',
      'https://2130706433/',
      'tool:/callback',
      '/callback',
      '',
      7,
    ])
      await expectRefused(register(server, { ...aTool, redirect_uris: [uri] }), 'invalid_redirect_uri', /redirect_uris/)
    for (const uris of [[], 'https://tool.example/', { 0: callback }, undefined])
      await expectRefused(register(server, { ...aTool, redirect_uris: uris }), 'invalid_redirect_uri', /redirect_uris/)
    const all = { redirect_uris: ['javascript:a'], grant_types: ['password'] }
    await expectRefused(register(server, all), 'invalid_client_metadata', /redirect_uris.*grant_types/)
  })

  it('refuses members that only administrators may set, and URLs that point into the own network', async () => {
    const server = await aServer(open)
    const { access } = await aClient(server).signIn({ username: 'admin', password: 'correct horse battery' })
    for (const [name, value] of Object.entries({
      first_party: true,
      permissions: ['darvoza:users:write'],
      allow_without_pkce: true,
      required_roles: [],
      roles_claim: 'groups',
      lifetimes: { access_token_lifetime: 86_400 },
      introspects: ['https://books.example'],
      token_exchange: [],
      resource: 'https://books.example',
      resource_scopes: [{ name: 'a', description: 'a' }],
      scope: 'openid darvoza:admin',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'tls_client_auth',
      jwks_uri: 'http://127.0.0.1/jwks',
      backchannel_logout_uri: 'http://localhost/logout',
      jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] },
      client_uri: 'javascript:alert(1)',
      policy_uri: 'http://10.0.0.1/',
      contacts: 'me',
    }))
      await expectRefused(register(server, { ...aTool, [name]: value }), 'invalid_client_metadata', new RegExp(name))
    const scope = 'openid darvoza:account revocations:read'
    await expectRefused(
      register(server, { ...aTool, scope }),
      'invalid_client_metadata',
      /darvoza:account.*revocations:read/,
    )
    const exchange = ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange']
    await expectRefused(register(server, { ...aTool, grant_types: exchange }), 'invalid_client_metadata', /grant_types/)
    // No application was written.
    expect((await aClient(server).get('/api/admin/applications?count=true', access)).body.count).to.equal(1)
  })

  it("refuses names with hidden characters, and names that resemble another application's", async () => {
    const server = await aServer(open)
    await applicationsOf(server).create(
      { name: 'Hisob-kitob', kind: 'web', metadata: { redirect_uris: [callback] } },
      'system',
    )
    await applicationsOf(server).create(
      { name: 'Oʻqish', kind: 'web', metadata: { redirect_uris: [callback] } },
      'system',
    )
    // A letter of two UTF-16 units.
    await applicationsOf(server).create(
      { name: '\u{20bb7}野家', kind: 'web', metadata: { redirect_uris: [callback] } },
      'system',
    )
    for (const name of [
      'Darvoza',
      '\u{20bb7}野家',
      `${'\u{20000}'.repeat(12)} Darvoza`,
      'D\u00e4rv0za sign-in',
      'Д\u0430рвоза',
      'D\u0430rv\u043ez\u0430',
      'D A R V O Z A',
      'HISOB KITOB',
      'H\u0456s\u043eb-kitob',
      'Hisob\u2010kitob',
      'Hisob-kitob\u3164',
      '\u2800',
      "O'qish",
      'O\u02bcqish',
      // Greek Η, Ζ; Armenian օ; a small capital; Cherokee; a letter that is in no table.
      '\u0397ISOB-KITOB',
      'DARVO\u0396A',
      'Darv\u0585za',
      'Dar\u1d20oza',
      '\u13a0A\u13a1\u13d9OZA',
      'D\u0251rvoz\u0259',
      'Tool\u202egpj',
      'To\u200bol',
      'To\u0000ol',
      'To\nol',
      'T\u0301\u0301\u0301ool',
      'a'.repeat(61),
      '   ',
      7,
    ])
      await expectRefused(register(server, { ...aTool, client_name: name }), 'invalid_client_metadata', /client_name/)
    for (const name of ['Tool', 'Календарь', 'Oʻquv rejasi', 'Hisob'])
      expect((await register(server, { ...aTool, client_name: name })).status, name).to.equal(201)
  })

  it('refuses bodies that are no JSON object, have duplicate members, or are too large or too deep', async () => {
    const server = await aServer(open)
    const client = aClient(server)
    const send = (body: string, type = 'application/json') =>
      client.send('POST', '/oauth/register', { body, headers: { 'Content-Type': type } })
    const deep = `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`
    for (const body of ['[]', 'null', '7', '"a"', '{', deep, '{"client_name":"a","client_name":"b"}'])
      expect([(await send(body)).status, (await send(body)).body.error], body).to.deep.equal([400, 'invalid_request'])
    expect((await send('a'.repeat(70_000))).status).to.equal(413)
    expect((await send(new URLSearchParams({ client_name: 'a' }).toString(), inForm['Content-Type'])).status).to.equal(
      415,
    )
    const many = { redirect_uris: Array.from({ length: 101 }, (_, index) => `https://tool.example/${index}`) }
    await expectRefused(register(server, { ...aTool, ...many }), 'invalid_redirect_uri', /redirect_uris/)
  })

  it("answers the registered metadata with the RFC's defaults, and ignores unknown members", async () => {
    const server = await aServer(open)
    const asked = {
      ...aTool,
      logo_uri: 'http://169.254.169.254/latest',
      software_statement: 'a.b.c',
      'client_name#uz': 'Asbob',
    }
    const { status, body, headers } = await register(server, asked)
    const { client_id: id, registration_access_token: token, client_id_issued_at: at, ...rest } = body
    expect([status, headers.get('cache-control')]).to.deep.equal([201, 'no-store'])
    expect(headers.get('access-control-allow-origin')).to.equal('*')
    expect(at).to.equal(Math.floor(server.clock.now() / 1_000))
    expect(token).to.match(/^dvz_reg_[A-Za-z0-9_-]{43}$/)
    expect(rest).to.deep.equal({
      ...aTool,
      application_type: 'web',
      scope: standard,
      registration_client_uri: `http://localhost:4000/oauth/register/${id}`,
    })
    expect(await found(server, body)).to.include({ origin: 'registration', kind: 'browser', name: 'Tool' })
    const confidential = (await register(server, { redirect_uris: [callback] })).body
    expect(confidential.client_name).to.equal(confidential.client_id)
    expect(confidential.grant_types).to.deep.equal(['authorization_code'])
    expect(confidential.token_endpoint_auth_method).to.equal('client_secret_basic')
    expect(confidential.client_secret_expires_at).to.equal(0)
    const authenticated = await aClient(server).send('POST', '/oauth/revoke', {
      body: 'token=a',
      headers: { ...inForm, ...basic(confidential.client_id, confidential.client_secret) },
    })
    expect(authenticated.status).to.equal(200)
    // Any program on a device can receive these redirects: whatever application_type is sent, the application is
    // native, and consent is asked for each time.
    for (const uri of ['http://localhost:33418/callback', 'http://127.0.0.1/callback', 'com.example.tool:/callback'])
      expect(
        (await register(server, { ...aTool, redirect_uris: [uri], application_type: 'web' })).body.application_type,
      ).to.equal('native')
    const [entry] = (await auditOf(server, id)).slice(-1)
    expect(entry).to.include({ action: 'application_created', actor: `application:${id}` })
    expect(JSON.stringify(await auditOf(server, id))).to.not.include(token)
    expect(server.logged.join('\n')).to.not.include(token)
  })

  it('grants resource server scopes only by the policy or by the initial access token', async () => {
    const server = await aServer(open)
    await aResourceServer(server, 'books', 'books:read', 'books:write', 'books:burn')
    await settle(server.composed)
    await server.setPolicy({ self_registered_scopes: 'books:read' })
    const { text } = await anInitialAccessToken(server, { scopes: ['books:write'] })
    const scopeFor = async (scope: string | undefined, token?: string) =>
      (await register(server, { ...aTool, ...(scope !== undefined && { scope }) }, token)).body.scope
    expect(await scopeFor(undefined)).to.equal(`${standard} books:read`)
    expect(await scopeFor('openid books:read unheard-of')).to.equal('openid books:read')
    expect(await scopeFor('', text)).to.equal('')
    expect(await scopeFor(undefined, text)).to.equal(`${standard} books:read books:write`)
    await expectRefused(register(server, { ...aTool, scope: 'books:write' }), 'invalid_client_metadata', /books:write/)
    await expectRefused(
      register(server, { ...aTool, scope: 'books:burn' }, text),
      'invalid_client_metadata',
      /books:burn/,
    )
    // The policy cannot name scopes of this server either.
    const ofOurs = server.setPolicy({ self_registered_scopes: 'darvoza:admin books:burn' })
    expect(String(await ofOurs.catch(error => error.code))).to.equal('invalid_fields')
    await server.setPolicy({ self_registered_scopes: 'books:burn' })
    expect(await scopeFor(undefined)).to.equal(`${standard} books:burn`)
    await expectRefused(
      register(server, { ...aTool, scope: 'darvoza:admin' }),
      'invalid_client_metadata',
      /darvoza:admin/,
    )
  })
})

onEachEngine('initial access tokens', engine => {
  it('allow exactly their number of concurrent registrations, until they expire or are ended', async () => {
    const server = await aServer({ engine, policy: { client_registration: 'token' } })
    const { initialAccessTokens } = server.composed.parts.registrations
    const { token, text } = await anInitialAccessToken(server, { mostUses: 5 })
    const answers = await Promise.all(Array.from({ length: 12 }, () => registerAtLast(server, aTool, text)))
    const statuses = answers.map(one => one.status).sort()
    expect(statuses).to.deep.equal([...Array(5).fill(201), ...Array(7).fill(401)])
    const listed = (await initialAccessTokens.list()).find(one => one.id === token.id)
    expect(listed).to.include({ uses: 5, state: 'used_up', hint: text.slice(-4) })
    expect(JSON.stringify(listed)).to.not.include(text)
    // A registration that fails does not use up the token.
    const two = await anInitialAccessToken(server, { mostUses: 1, expiresAt: server.clock.now() + 60_000 })
    await expectRefused(register(server, { ...aTool, redirect_uris: [] }, two.text), 'invalid_redirect_uri')
    expect((await initialAccessTokens.list()).find(one => one.id === two.token.id)!.uses).to.equal(0)
    await later('2m', server)
    expect((await register(server, aTool, two.text)).status).to.equal(401)
    const three = await anInitialAccessToken(server)
    const first = await registered(server, aTool, three.text)
    await initialAccessTokens.end(three.token.id, 'system')
    expect((await register(server, aTool, three.text)).status).to.equal(401)
    // Registrations made with the token stay.
    expect((await manage(server, 'GET', first)).status).to.equal(200)
    const actions = (await auditOf(server, three.token.id)).map(one => one.action)
    const used = ['initial_access_token_ended', 'initial_access_token_used', 'initial_access_token_created']
    expect(actions).to.deep.equal(used)
  })
})

onEachEngine('the daily limit of registrations (registrations_per_day)', engine => {
  it('admits exactly its number, then answers 429, but not to holders of an initial access token', async () => {
    const server = await aServer({ engine, policy: { ...open.policy, registrations_per_day: 10 } })
    const answers = await Promise.all(Array.from({ length: 25 }, () => registerAtLast(server)))
    const statuses = answers.map(one => one.status).sort()
    expect(statuses).to.deep.equal([...Array(10).fill(201), ...Array(15).fill(429)])
    const refused = answers.find(one => one.status === 429)!
    expect(refused.headers.get('retry-after')).to.match(/^\d+$/)
    // Deleting a registration does not free its place.
    await manage(server, 'DELETE', answers.find(one => one.status === 201)!.body)
    expect((await register(server)).status).to.equal(429)
    const { text } = await anInitialAccessToken(server)
    expect((await register(server, aTool, text)).status).to.equal(201)
    await server.composed.parts.tokens.counters.flush()
    const { sums } = await countsOf(server)
    expect(sums).to.deep.equal({ registrations: 11, failed_registrations: 16 })
    await later('24h', server)
    expect((await register(server)).status).to.equal(201)
  })
})

async function countsOf({ composed }: TestServer) {
  const rows = await composed.parts.storage.database.read<{ name: string; sum: number }>(
    "SELECT name AS name, SUM(value) AS sum FROM figure WHERE grain = 'minute' AND name LIKE '%registrations' GROUP BY name",
  )
  return { sums: Object.fromEntries(rows.map(row => [row.name, Number(row.sum)])) }
}

describe('the limit of registrations from one network', () => {
  it('answers 429 with too_many_from_network, and counts refused requests', async () => {
    const server = await aServer({ policy: { ...open.policy, registrations_per_day: 100_000 } })
    const { most } = throttles.registration
    const wrong = { ...aTool, redirect_uris: [] }
    for (let sent = 0; sent < most; sent += 20)
      await Promise.all(Array.from({ length: 20 }, () => register(server, wrong)))
    const answer = await register(server)
    expect([answer.status, answer.body.error_uri]).to.deep.equal([
      429,
      'http://localhost:4000/errors/too_many_from_network',
    ])
    expect(answer.headers.get('retry-after')).to.match(/^\d+$/)
  })
})

describe('a self-registered application with a client secret', () => {
  it('is limited by network for device codes and pushed requests, like one without a secret', async () => {
    const server = await aServer(open)
    const grant_types = ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code']
    const { client_id, client_secret } = await registered(server, { redirect_uris: [callback], grant_types })
    const ask = (path: string, body: string) =>
      aClient(server).send('POST', path, { body, headers: { ...inForm, ...basic(client_id, client_secret!) } })
    const { networkThrottle } = server.composed.parts.authorizations
    for (const [kind, path, body] of [
      ['device', '/oauth/device_authorization', ''],
      ['push', '/oauth/par', authorizeQuery(client_id, { redirect_uri: callback })],
    ] as const) {
      for (let sent = 1; sent < throttles[kind].most; sent++) networkThrottle.admit(kind, '127.0.0.1')
      expect((await ask(path, body)).status, path).to.be.oneOf([200, 201])
      const { status, body: refused } = await ask(path, body)
      expect([status, refused.error_uri], path).to.deep.equal([
        429,
        'http://localhost:4000/errors/too_many_from_network',
      ])
    }
  })
})

describe('changes of a registration', () => {
  it('are refused with 429 past the limit of the network, without an audit entry', async () => {
    const server = await aServer(open)
    const mine = await registered(server)
    const { networkThrottle } = server.composed.parts.authorizations
    for (let sent = 2; sent < throttles.registration.most; sent++) networkThrottle.admit('registration', '127.0.0.1')
    const put = (client_name: string) =>
      manage(server, 'PUT', mine, { ...aTool, client_id: mine.client_id, client_name })
    expect((await put('One')).status).to.equal(200)
    const { status, body, headers } = await put('Two')
    expect([status, body.error_uri]).to.deep.equal([429, 'http://localhost:4000/errors/too_many_from_network'])
    expect(headers.get('retry-after')).to.match(/^\d+$/)
    expect((await auditOf(server, mine.client_id)).map(one => one.action)).to.deep.equal([
      'application_changed',
      'application_created',
    ])
    expect((await manage(server, 'DELETE', mine)).status).to.equal(204)
  })
})

onEachEngine('a registration', engine => {
  it('is read, changed and deleted only with its own registration token', async () => {
    const server = await aServer({ engine, ...open })
    const [mine, other] = [await registered(server), await registered(server)]
    const shown = await manage(server, 'GET', mine)
    expect(shown.body).to.deep.equal(mine)
    for (const token of [other.registration_access_token, 'a', '', `${mine.registration_access_token}a`])
      for (const method of ['GET', 'PUT', 'DELETE'] as const) {
        const foreign = { ...mine, registration_access_token: token }
        const { status, headers } = await manage(server, method, foreign, { ...aTool, client_id: mine.client_id })
        expect(status, `${method} ${token}`).to.equal(401)
        expect(headers.get('www-authenticate')).to.match(/^Bearer/)
      }
    // Nor is an application changed that has no registration token.
    for (const client_id of ['darvoza', 'nobody', 'a%00b'])
      expect((await manage(server, 'DELETE', { ...mine, client_id })).status, client_id).to.be.oneOf([401, 404])
    const wanted = { ...aTool, client_id: mine.client_id, client_name: 'Better tool', redirect_uris: [`${callback}/2`] }
    const changed = await manage(server, 'PUT', mine, wanted)
    expect(changed.status, changed.text).to.equal(200)
    expect(changed.body).to.include({
      client_name: 'Better tool',
      registration_access_token: mine.registration_access_token,
    })
    expect((await found(server, mine)).metadata.redirect_uris).to.deep.equal([`${callback}/2`])
    expect((await found(server, other)).name).to.equal('Tool')
    expect((await manage(server, 'DELETE', mine)).status).to.equal(204)
    for (const method of ['GET', 'PUT', 'DELETE'] as const)
      expect((await manage(server, method, mine, wanted)).status, method).to.equal(401)
    const actions = (await auditOf(server, mine.client_id)).map(({ action, actor }) => `${action} ${actor}`)
    const by = `application:${mine.client_id}`
    expect(actions).to.deep.equal([
      `application_deleted ${by}`,
      `application_changed ${by}`,
      `application_created ${by}`,
    ])
  })

  it('is refused if its jwks becomes too long for the database once numbers are expanded (9e20)', async () => {
    const server = await aServer({ engine, ...open })
    const send = (count: number) => {
      const jwks = `{"keys":[{"kty":"EC","x":[${Array(count).fill('9e20')}]}]}`
      const body = `{"redirect_uris":["${callback}"],"token_endpoint_auth_method":"none","jwks":${jwks}}`
      return aClient(server).send('POST', '/oauth/register', { body, headers: { 'Content-Type': 'application/json' } })
    }
    await expectRefused(send(10_000), 'invalid_client_metadata', /jwks: .*too long/)
    await expectRefused(send(2_720), 'invalid_client_metadata', /jwks: .*too long/)
    expect((await send(2_700)).status).to.equal(201)
  })

  it('gets no more rights by a change, and keeps what administrators have set', async () => {
    const server = await aServer({ engine, ...open })
    await aResourceServer(server, 'books', 'books:read', 'books:write')
    await settle(server.composed)
    const { text } = await anInitialAccessToken(server, { scopes: ['books:read'] })
    const mine = await registered(server, { ...aTool, scope: 'openid books:read' }, text)
    const other = await registered(server)
    const put = (more: object) => manage(server, 'PUT', mine, { ...aTool, client_id: mine.client_id, ...more })
    await expectRefused(put({ scope: 'openid books:write' }), 'invalid_client_metadata', /books:write/)
    await expectRefused(put({ scope: 'darvoza:account' }), 'invalid_client_metadata', /darvoza:account/)
    await expectRefused(put({ first_party: true }), 'invalid_client_metadata', /first_party/)
    await expectRefused(put({ client_name: 'Darvoza' }), 'invalid_client_metadata', /client_name/)
    await expectRefused(put({ redirect_uris: ['javascript:a'] }), 'invalid_redirect_uri', /redirect_uris/)
    await expectRefused(put({ client_id: other.client_id }), 'invalid_client_metadata', /client_id/)
    await expectRefused(put({ client_id: undefined }), 'invalid_client_metadata', /client_id/)
    await expectRefused(
      put({ client_secret: 'chosen by myself, and long enough for it' }),
      'invalid_client_metadata',
      /client_secret/,
    )
    expect((await found(server, mine)).version).to.equal(1)
    await applicationsOf(server).change(mine.client_id, { metadata: { required_roles: ['admin'] } }, 'system')
    expect((await put({ scope: 'openid profile' })).body.scope).to.equal('openid profile')
    // A scope that was given up cannot be registered again.
    await expectRefused(put({ scope: 'openid books:read' }), 'invalid_client_metadata', /books:read/)
    expect((await found(server, mine)).metadata).to.deep.include({ required_roles: ['admin'], scope: 'openid profile' })
    // The client secret follows the authentication method.
    const proving = await put({ token_endpoint_auth_method: 'client_secret_post' })
    expect(proving.body.client_secret).to.match(/^dvz_sec_/)
    const again = await put({
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: proving.body.client_secret,
    })
    expect([again.status, again.body.client_secret]).to.deep.equal([200, undefined])
    await server.setPolicy({ client_registration: 'closed' })
    await expectRefused(put({}), 'registration_closed', /./, 403)
    expect((await manage(server, 'GET', mine)).status).to.equal(200)
    expect((await manage(server, 'DELETE', mine)).status).to.equal(204)
  })

  it('ends the sessions of its application when it is deleted', async () => {
    const server = await aServer({ engine, ...open })
    const mine = await registered(server)
    const amy = await server.aUser()
    const { refresh } = await aSessionOf(server, amy, mine.client_id, { scope: 'openid' })
    const { access } = await refreshAs(server, refresh, mine.client_id)
    const userinfo = () => aClient(server).get('/oauth/userinfo', access)
    expect((await userinfo()).status).to.equal(200)
    await manage(server, 'DELETE', mine)
    const { status, headers } = await userinfo()
    expect([status, headers.get('www-authenticate')]).to.satisfy(
      ([code, challenge]: [number, string]) => code === 401 && /application_disabled/.test(challenge),
    )
    expect((await refreshAs(server, refresh, mine.client_id)).code).to.not.equal(null)
  })

  it('cannot be used with its token once an administrator disables, deletes or adopts the application', async () => {
    const server = await aServer({ engine, ...open })
    const applications = applicationsOf(server)
    const [disabled, deleted, adopted] = [await registered(server), await registered(server), await registered(server)]
    await applications.disable(disabled.client_id, 'system')
    await applications.remove(deleted.client_id, 'system')
    await applications.adopt(adopted.client_id, 'system')
    for (const one of [disabled, deleted, adopted])
      for (const method of ['GET', 'PUT', 'DELETE'] as const)
        expect((await manage(server, method, one, { ...aTool, client_id: one.client_id })).status).to.equal(401)
    expect(await found(server, adopted)).to.include({ origin: 'administrator', active: true })
    const actions = (await auditOf(server, adopted.client_id)).map(one => one.action)
    expect(actions).to.deep.equal(['application_changed', 'application_adopted', 'application_created'])
    await applications.change(adopted.client_id, { metadata: { first_party: true } }, 'system')
    // What only adopted applications may have is refused for others.
    await applications.enable(disabled.client_id, 'system')
    for (const metadata of [{ first_party: true }, { permissions: ['orders:read'] }, { scope: 'darvoza:account' }])
      expect(await applications.change(disabled.client_id, { metadata }, 'system').catch(error => error.code)).to.equal(
        'invalid_fields',
      )
    expect(await applications.adopt('darvoza', 'system').catch(error => error.code)).to.equal('invalid_fields')
    expect(await applications.adopt(adopted.client_id, 'system').catch(error => error.code)).to.equal('invalid_fields')
  })

  it('that is unused for thirty days is deleted with its secret, and audited as application_forgotten', async () => {
    const server = await aServer({ engine, ...open })
    const amy = await server.aUser()
    const [unused, signedIn, agreed, deleted] = [
      await registered(server, { redirect_uris: [callback] }),
      await registered(server),
      await registered(server),
      await registered(server),
    ]
    await aSessionOf(server, amy, signedIn.client_id, { scope: 'openid' })
    const { consentStore, database, applicationStore } = server.composed.parts.storage
    const at = server.clock.now()
    const consent = { userId: amy.id, scopes: { '': ['openid'] }, createdAt: at, updatedAt: at }
    await consentStore.save(database, { ...consent, applicationId: agreed.client_id } as never)
    await manage(server, 'DELETE', deleted)
    const { forget } = server.composed.parts.registrations.unusedRegistrations
    await later('29d', server)
    const young = await registered(server)
    await forget()
    expect(await applicationStore.find(database, unused.client_id)).to.not.equal(null)
    await later('1d 1h', server)
    await forget()
    const left = await Promise.all(
      [unused, signedIn, agreed, deleted, young].map(one => applicationStore.find(database, one.client_id)),
    )
    expect(left.map(one => one !== null)).to.deep.equal([false, true, true, false, true])
    expect((await manage(server, 'GET', unused)).status).to.equal(401)
    expect(await applicationStore.liveSecrets(database, unused.client_id, server.clock.now())).to.deep.equal([])
    const [entry] = await auditOf(server, unused.client_id)
    expect(entry).to.include({ action: 'application_forgotten', actor: 'system' })
  })
})
