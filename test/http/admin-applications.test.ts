// The admin API of applications: validation, rights, secrets, lists, and what each change ends.
import { expect } from 'chai'
import type { AuditFilter } from '../../server/storage/log-lists.js'
import { aSessionOf } from '../support/applications.js'
import { aClient, type Client, claimsOf } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const path = '/api/admin/applications'
const web = {
  client_name: 'Shop',
  kind: 'web',
  redirect_uris: ['https://shop.example/cb'],
}

onEachEngine('the admin API of applications', engine => {
  let server: TestServer
  let client: Client
  let admin: string
  beforeEach(async () => {
    server = await aServer({ engine })
    client = aClient(server)
    admin = (await client.signIn({ username: 'admin', password })).access
  })
  const create = (json: object, token = admin) => client.post(`${path}/`, json, token)
  const one = async (json: object = {}) => {
    const answer = await create({ ...web, ...json })
    expect(answer.status, answer.text).to.equal(201)
    return answer.body
  }
  const change = (id: string, json: object, token = admin) => client.patch(`${path}/${id}/`, json, token)
  const audited = async (filter: AuditFilter) =>
    (await server.composed.parts.logs.auditLog.page(filter, { limit: 50 })).results

  describe('invalid requests', () => {
    it('answer 400 naming every invalid field at once, and write nothing', async () => {
      const before = (await client.get(`${path}/?count=true`, admin)).body.count
      const answer = await create({
        client_id: '12345',
        client_name: ' ',
        kind: 'browser',
        redirect_uris: ['https://shop.example/#', 'javascript:alert(1)'],
        post_logout_redirect_uris: ['https://shop.example/../out'],
        client_uri: 'data:text/html,x',
        grant_types: ['authorization_code', 'client_credentials', 'password'],
        response_types: [],
        allow_without_pkce: true,
        id_token_signed_response_alg: 'EdDSA',
        scope: 'openid darvoza:everything',
        permissions: ['NotOne'],
        required_roles: ['nobody'],
        resource: 'http://localhost:4000/',
        resource_scopes: [{ name: 'openid', description: '' }],
        lifetimes: { access_token_lifetime: 1 },
        roles_claim: 'sub',
        jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] },
        jwks_uri: 'https://shop.example/keys',
      })
      expect(answer.status, answer.text).to.equal(400)
      expect(Object.keys(answer.body).sort()).to.deep.equal(
        [
          ...['client_id', 'client_name', 'redirect_uris', 'post_logout_redirect_uris', 'client_uri', 'grant_types'],
          ...['response_types', 'allow_without_pkce', 'id_token_signed_response_alg', 'scope', 'permissions'],
          ...[
            'required_roles',
            'resource',
            'resource_scopes',
            'lifetimes.access_token_lifetime',
            'roles_claim',
            'jwks',
          ],
        ].sort(),
      )
      expect(answer.body.redirect_uris).to.have.length(2)
      expect(answer.body.grant_types).to.have.length(2)
      expect((await client.get(`${path}/?count=true`, admin)).body.count).to.equal(before)
    })

    it('answer 400 for members of the wrong type, unknown members and a missing client_name', async () => {
      const wrong = {
        client_name: 7,
        kind: 'website',
        resource: 5,
        resource_scopes: {},
        redirect_uris: 'https://a.example',
      }
      const answer = await create(wrong)
      expect(answer.status).to.equal(400)
      expect(answer.body).to.include.keys('client_name', 'kind', 'resource', 'resource_scopes')
      expect((await create({ ...web, redirect_uris: 'https://a.example' })).body).to.include.keys('redirect_uris')
      expect((await create({ ...web, redirect_uri: 'https://a.example' })).body).to.include.keys('redirect_uri')
      expect((await create({ kind: 'web' })).body).to.include.keys('client_name')
    })

    it('answer 400 for a resource server without resource, or with one taken but for its last slash', async () => {
      const orders = { client_name: 'Orders', kind: 'resource_server' }
      expect((await create(orders)).body).to.have.keys('resource')
      await one({ ...orders, resource: 'https://orders.example/api', redirect_uris: [] })
      const again = await create({ ...orders, resource: 'https://orders.example/api/' })
      expect([again.status, again.body]).to.deep.equal([400, { resource: ['Is taken.'] }])
    })

    it('answer 400 for the client_id of a live or deleted application; a deleted one answers 404', async () => {
      const { client_id } = await one({ client_id: 'till' })
      expect(client_id).to.equal('till')
      expect((await create({ ...web, client_id: 'till' })).body).to.deep.equal({ client_id: ['Is taken.'] })
      expect((await client.delete(`${path}/till/`, admin)).status).to.equal(204)
      expect((await create({ ...web, client_id: 'till' })).body).to.deep.equal({ client_id: ['Is taken.'] })
      expect((await client.get(`${path}/till/`, admin)).status).to.equal(404)
      expect((await change('till', { client_name: 'Till' })).status).to.equal(404)
      expect((await client.delete(`${path}/till/`, admin)).status).to.equal(404)
      expect((await client.get(`${path}/?text=till`, admin)).body.results).to.deep.equal([])
    })

    it('answer 400 for changing protected members of darvoza, disabling or deleting it', async () => {
      for (const json of [
        { redirect_uris: ['https://evil.example/'] },
        { grant_types: ['client_credentials'] },
        { kind: 'web' },
        { resource: 'https://evil.example' },
        { resource_scopes: [] },
        { token_endpoint_auth_method: 'client_secret_basic' },
        { first_party: null },
        { required_roles: ['admin'] },
      ]) {
        const answer = await change('darvoza', json)
        expect([answer.status, Object.keys(answer.body)], answer.text).to.deep.equal([400, Object.keys(json)])
      }
      expect((await client.delete(`${path}/darvoza/`, admin)).status).to.equal(400)
      expect((await client.post(`${path}/darvoza/disable/`, {}, admin)).status).to.equal(400)
      expect((await client.post(`${path}/darvoza/secrets/`, {}, admin)).status).to.equal(400)
      expect((await client.get(`${path}/darvoza/`, admin)).body).to.include({ state: 'active', version: 1 })
    })

    it('are refused for a secret of a public application, and for an overlap over 30 days or unreadable', async () => {
      const { client_id } = await one({ kind: 'browser' })
      expect((await client.post(`${path}/${client_id}/secrets/`, {}, admin)).body).to.have.keys('client_secret')
      const other = await one()
      for (const overlap of [-1, 1.5, '31d', 'soon', true, 2_592_001])
        expect((await client.post(`${path}/${other.client_id}/secrets/`, { overlap }, admin)).body).to.have.keys(
          'overlap',
        )
    })
  })

  describe('an actor who writes applications', () => {
    let delegate: string
    let tailor: { token: string; id: number }
    beforeEach(async () => {
      const { users } = server.composed.parts.people
      const aDelegate = async (permissions: string[]) => {
        const user = await server.aUser()
        await users.setPermissions(
          user.id,
          ['darvoza:applications:read', 'darvoza:applications:write', ...permissions],
          'system',
        )
        return { token: (await client.signIn(user)).access, id: user.id }
      }
      delegate = (await aDelegate([])).token
      tailor = await aDelegate(['orders:write', 'darvoza:revocations:read'])
    })
    const mighty = [
      { scope: 'openid darvoza:admin', first_party: true },
      { scope: 'darvoza:account' },
      { permissions: ['darvoza:users:write'] },
      { first_party: true },
      { permissions: ['orders:write'] },
      { scope: 'revocations:read' },
    ]

    it('gets 403 when creating an application with rights that the actor lacks', async () => {
      for (const json of mighty) expect((await create({ ...web, ...json }, delegate)).status).to.equal(403)
      expect((await create(web, delegate)).status).to.equal(201)
      for (const json of mighty.slice(4)) expect((await create({ ...web, ...json }, tailor.token)).status).to.equal(201)
      for (const json of mighty.slice(0, 4))
        expect((await create({ ...web, ...json }, tailor.token)).status).to.equal(403)
    })

    it('gets 403 when adding rights it lacks to an application, or changing one that has them', async () => {
      const plain = (await one()).client_id
      for (const json of mighty) expect((await change(plain, json, delegate)).status).to.equal(403)
      for (const json of mighty) {
        const id = (await one(json)).client_id
        const attempts = [
          change(id, { redirect_uris: ['https://evil.example/'] }, delegate),
          change(id, { ...Object.fromEntries(Object.keys(json).map(name => [name, null])) }, delegate),
          client.post(`${path}/${id}/secrets/`, {}, delegate),
          client.post(`${path}/${id}/disable/`, {}, delegate),
          client.delete(`${path}/${id}/sessions/`, delegate),
          client.delete(`${path}/${id}/`, delegate),
        ]
        for (const attempt of attempts) expect((await attempt).status).to.equal(403)
        expect((await client.get(`${path}/${id}/`, delegate)).body).to.include({ version: 1, state: 'active' })
      }
      expect((await change('darvoza', { client_name: 'Mine' }, delegate)).status).to.equal(403)
      expect((await client.delete(`${path}/darvoza/sessions/`, delegate)).status).to.equal(403)
    })

    it('gets 403 as an administrator through an application with fewer permissions', async () => {
      const scope = 'openid darvoza:admin'
      const grant = { scope, resources: [server.settings.issuer] }
      const permissions = ['darvoza:applications:read', 'darvoza:applications:write']
      const { client_id } = await one({ scope, permissions })
      await settle(server.composed)
      const { id, username } = await server.aUser({ roles: ['admin'] })
      const { refresh, session } = await aSessionOf(server, { id, username }, client_id, grant)
      const { database } = server.composed.parts.storage
      await database.write('UPDATE session SET authenticated_at = ? WHERE id = ?', [server.clock.now(), session.id])
      const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
      const access = (await server.composed.parts.tokens.rotate.rotate(refresh, client_id, origin)).access.token
      expect((await create(web, access)).status).to.equal(201)
      expect((await create({ ...web, scope: 'darvoza:admin' }, access)).status).to.equal(403)
      expect((await create({ ...web, permissions: ['darvoza:keys:write'] }, access)).status).to.equal(403)
    })
  })

  it('creates each kind of application with its default grants, and shows its secret once', async () => {
    const kinds = {
      web: { grants: ['authorization_code', 'refresh_token'], method: 'client_secret_basic' },
      browser: { grants: ['authorization_code', 'refresh_token'], method: 'none' },
      native: { grants: ['authorization_code', 'refresh_token'], method: 'none' },
      machine: { grants: ['client_credentials'], method: 'client_secret_basic' },
      resource_server: { grants: [], method: 'client_secret_basic' },
    }
    for (const [kind, { grants, method }] of Object.entries(kinds)) {
      const isOfPeople = grants.length === 2
      const answer = await create({
        client_name: `Yangi — ${kind}`,
        kind,
        ...(isOfPeople && { redirect_uris: ['http://127.0.0.1/cb'] }),
        ...(kind === 'resource_server' && {
          resource: `https://${engine.name}.example`,
          resource_scopes: [{ name: 'stock', description: 'See the stock', descriptions: { uz: 'Omborni koʻrish' } }],
        }),
      })
      expect(answer.status, answer.text).to.equal(201)
      expect(answer.headers.get('cache-control')).to.equal('no-store')
      expect(answer.body).to.deep.include({
        grant_types: grants,
        token_endpoint_auth_method: method,
        response_types: isOfPeople ? ['code'] : [],
        origin: 'administrator',
        warnings: [],
      })
      expect(answer.body.client_id).to.match(/^yangi-[a-z-]+-[0-9a-f]{8}$/)
      const { client_secret } = answer.body
      if (method === 'none') expect(client_secret).to.equal(undefined)
      else expect(client_secret).to.match(/^dvz_sec_[A-Za-z0-9_-]{43}$/)
      const shown = await client.get(`${path}/${answer.body.client_id}/`, admin)
      expect(shown.text).to.not.include('dvz_sec_')
      expect(shown.body.live).to.deep.equal({ sessions: { count: 0, more: false }, users: { count: 0, more: false } })
      const [entry] = await audited({ subject: { kind: 'application', id: answer.body.client_id } })
      expect(entry).to.include({ action: 'application_created' })
      expect(entry!.afterJson)
        .to.include(grants[0] ?? 'stock')
        .and.not.include('dvz_sec_')
    }
  })

  it('saves risky metadata with warnings, and deletes secrets once the authentication method is none', async () => {
    const { client_id, warnings } = await one({
      redirect_uris: ['http://localhost:3000/cb'],
      allow_without_pkce: true,
      scope: 'openid parcels',
    })
    expect(warnings).to.have.length(3)
    expect(warnings.join()).to.include('localhost').and.include('PKCE').and.include('"parcels"')
    const answer = await change(client_id, { token_endpoint_auth_method: 'none', allow_without_pkce: null })
    expect(answer.body.warnings).to.have.length(2)
    expect(answer.body).to.not.have.any.keys('allow_without_pkce')
    // The method `none` deleted the secrets of the application: none of them comes back.
    const back = await change(client_id, { token_endpoint_auth_method: 'client_secret_post' })
    expect(back.body.warnings.join()).to.include('no secret')
    expect((await client.get(`${path}/${client_id}/secrets/`, admin)).body.results).to.deep.equal([])
  })

  it('changes only the given members; a PATCH without effect is neither written nor audited', async () => {
    const { client_id } = await one({ client_uri: 'https://shop.example/', contacts: ['ops@shop.example'] })
    const answer = await change(client_id, {
      client_name: 'Doʻkon',
      client_uri: null,
      tos_uri: 'https://shop.example/terms',
    })
    expect(answer.body).to.deep.include({
      client_name: 'Doʻkon',
      tos_uri: 'https://shop.example/terms',
      contacts: ['ops@shop.example'],
      version: 2,
    })
    expect(answer.body).to.not.have.any.keys('client_uri')
    const subject = { kind: 'application', id: client_id }
    const [entry] = await audited({ subject })
    expect(JSON.parse(entry!.beforeJson!)).to.deep.equal({ name: 'Shop', client_uri: 'https://shop.example/' })
    expect(JSON.parse(entry!.afterJson!)).to.deep.equal({ name: 'Doʻkon', tos_uri: 'https://shop.example/terms' })
    const { position } = server.composed.parts.revocation.tail
    expect((await change(client_id, { client_name: 'Doʻkon', contacts: ['ops@shop.example'] })).body.version).to.equal(
      2,
    )
    expect(await audited({ subject })).to.have.length(2)
    expect(server.composed.parts.revocation.tail.position).to.equal(position)
  })

  it('applies a disabling, an enabling and a new scope to /oauth/token once the change is answered', async () => {
    const { client_id, client_secret } = await one({
      grant_types: ['client_credentials'],
      kind: 'machine',
      redirect_uris: [],
    })
    const Authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`
    const token = async (form: Record<string, string> = {}) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
      const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', body, headers: { Authorization } })
      return answer.status
    }
    expect(await token()).to.equal(200)
    for (let round = 0; round < 5; round++) {
      expect((await client.post(`${path}/${client_id}/disable`, {}, admin)).status).to.equal(200)
      expect(await token()).to.equal(401)
      expect((await client.post(`${path}/${client_id}/enable`, {}, admin)).status).to.equal(200)
      expect(await token()).to.equal(200)
      const resource = `https://api${round}.example.com`
      const resource_scopes = [{ name: `read${round}`, description: 'Read.' }]
      await one({ kind: 'resource_server', redirect_uris: [], resource, resource_scopes })
      expect((await change(client_id, { scope: `read${round}` })).status).to.equal(200)
      expect(await token({ resource })).to.equal(200)
    }
  })

  it('rotates a secret: the old one stays valid for the overlap, and can be ended earlier', async () => {
    const { client_id, client_secret: first } = await one()
    const { applicationSecrets } = server.composed.parts.applications
    const good = (secret: string) => applicationSecrets.matches(client_id, secret)
    const rotate = (json: object) => client.post(`${path}/${client_id}/secrets/`, json, admin)
    server.clock.advance('1s')
    const answer = await rotate({ overlap: '1h' })
    expect([answer.status, answer.headers.get('cache-control')]).to.deep.equal([201, 'no-store'])
    const second = answer.body.client_secret
    expect([await good(first), await good(second)]).to.deep.equal([true, true])
    const { results } = (await client.get(`${path}/${client_id}/secrets/`, admin)).body
    expect(results.map((one: { hint: string }) => one.hint)).to.deep.equal([second.slice(-4), first.slice(-4)])
    expect((await client.delete(`${path}/${client_id}/secrets/${results[1].id}/`, admin)).status).to.equal(204)
    expect((await client.delete(`${path}/${client_id}/secrets/${results[1].id}/`, admin)).status).to.equal(404)
    expect([await good(first), await good(second)]).to.deep.equal([false, true])
    server.clock.advance('1s')
    const third = (await rotate({})).body.client_secret
    expect([await good(second), await good(third)]).to.deep.equal([false, true])
    const told = await audited({ subject: { kind: 'application', id: client_id } })
    expect(told.map(entry => entry.action)).to.deep.equal([
      ...['secret_rotated', 'secret_ended', 'secret_rotated', 'application_created'],
    ])
    for (const entry of told) expect(JSON.stringify(entry)).to.not.include('dvz_sec_')
  })

  it('ends all sessions of an application, and previews how many shorter lifetimes would end', async () => {
    const { client_id } = await one({ lifetimes: { refresh_token_lifetime: 86_400 } })
    await settle(server.composed)
    const [amy, ben] = [await server.aUser(), await server.aUser()]
    for (const user of [amy, amy, ben]) await aSessionOf(server, user, client_id, { scope: 'openid' })
    expect((await client.get(`${path}/${client_id}/`, admin)).body.live).to.deep.equal({
      sessions: { count: 3, more: false },
      users: { count: 2, more: false },
    })
    server.clock.advance('4m')
    const preview = async (lifetimes: unknown) =>
      (await client.post(`${path}/${client_id}/lifetimes/`, { lifetimes }, admin)).body
    expect((await preview({ refresh_token_lifetime: 180 })).ends).to.deep.include({
      sessions: { count: 3, more: false },
      users: { count: 2, more: false },
      idle: { count: 3, more: false },
    })
    expect((await preview({ refresh_token_lifetime: 600 })).ends.sessions.count).to.equal(0)
    expect((await preview(null)).ends.sessions.count).to.equal(0)
    expect(await preview({ refresh_token_lifetime: 'long' })).to.have.keys('lifetimes.refresh_token_lifetime')
    expect((await client.delete(`${path}/${client_id}/sessions/`, admin)).status).to.equal(204)
    expect((await client.get(`${path}/${client_id}/`, admin)).body.live.sessions.count).to.equal(0)
  })

  it('lists applications by name, filtered by text, kind and state, in pages and as CSV', async () => {
    const names = ['Zebra 1.0', 'apple', 'Ábc', 'Mango. v2', 'banana']
    const ids: string[] = []
    for (const name of names) ids.push((await one({ client_name: `${name} Fruitstall` })).client_id)
    await client.post(`${path}/${ids[0]}/disable/`, {}, admin)
    const all = async (query: string) => {
      const found: string[] = []
      for (let after = ''; ; ) {
        const { body } = await client.get(`${path}/?limit=2&${query}&after=${encodeURIComponent(after)}`, admin)
        found.push(...body.results.map((row: { client_name: string }) => row.client_name.replace(' Fruitstall', '')))
        if (body.next === null) return found
        after = body.next
      }
    }
    expect(await all('text=fruitstall')).to.deep.equal(['apple', 'banana', 'Mango. v2', 'Zebra 1.0', 'Ábc'])
    expect(await all('text=FRUITSTALL&state=disabled')).to.deep.equal(['Zebra 1.0'])
    expect(await all('text=fruitstall&kind=machine')).to.deep.equal([])
    expect(await all('resource_server=true'))
      .to.include('Darvoza')
      .and.not.include('apple')
    const file = await client.get(`${path}/?format=csv&text=fruitstall`, admin)
    expect(file.headers.get('content-type')).to.include('text/csv')
    expect(file.text.trim().split('\r\n')).to.have.length(6)
  })
})

onMariaDb('two servers that write applications', engine => {
  it('accept only one of several simultaneous creations of the same client_id', async () => {
    const first = await aServer({ engine })
    const second = await aServer({ settings: first.settings, clock: first.clock, policy: null })
    const { access } = await aClient(first).signIn({ username: 'admin', password })
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        [first, second, first, second].map(server =>
          aClient(server).post(`${path}/`, { ...web, client_id: `twin-${round}` }, access),
        ),
      )
      expect(answers.map(one => one.status).sort()).to.deep.equal([201, 400, 400, 400])
    }
  })

  it('keep both a disabling and a change of the same application made at once', async () => {
    const first = await aServer({ engine })
    const second = await aServer({ settings: first.settings, clock: first.clock, policy: null })
    const { access } = await aClient(first).signIn({ username: 'admin', password })
    for (let round = 0; round < 5; round++) {
      const { client_id } = (await aClient(first).post(`${path}/`, web, access)).body
      const [disabled, changed] = await Promise.all([
        aClient(first).post(`${path}/${client_id}/disable/`, {}, access),
        aClient(second).patch(`${path}/${client_id}/`, { client_name: 'Other', scope: 'openid' }, access),
      ])
      expect([disabled.status, changed.status]).to.deep.equal([200, 200])
      const { body } = await aClient(second).get(`${path}/${client_id}/`, access)
      expect(body).to.include({ state: 'disabled', client_name: 'Other', version: 3 })
      expect(claimsOf(access).client_id).to.equal('darvoza')
    }
  })
})
