// Document applications: their `client_id` is the address of the document that describes them
// (draft-ietf-oauth-client-id-metadata-document-02).
import { expect } from 'chai'
import { anApplication, inForm } from '../support/applications.js'
import { aKey, anAssertion, shown } from '../support/assertions.js'
import { authorizePath } from '../support/authorizations.js'
import { aClient, claimsOf } from '../support/client.js'
import { aDocumentHost, aServerThatFetches, type DocumentHost } from '../support/document-host.js'
import { asAdministrator, throughPages } from '../support/issuer.js'
import { settle, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const back = 'http://127.0.0.1:5000/callback'
/** Verifier of the PKCE challenge in all requests here (RFC 7636 appendix B). */
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

const ask = (id: string, changes = {}) => authorizePath(id, { redirect_uri: back, ...changes })

/** The answer to a browser without a session. */
const opened = (server: TestServer, id: string, changes = {}) => aVisitor(server).send('GET', ask(id, changes))

const rows = async ({ composed }: TestServer) =>
  (await composed.parts.storage.database.read('SELECT id FROM application WHERE origin = ?', ['document'])).length

async function exchange(server: TestServer, client_id: string, code: string, proof = '') {
  const form = { grant_type: 'authorization_code', code, redirect_uri: back, code_verifier, client_id }
  const body = `${new URLSearchParams(form)}${proof && `&${proof}`}`
  return aClient(server).send('POST', '/oauth/token', { body, headers: inForm })
}

async function refreshed(server: TestServer, client_id: string, refresh_token: string) {
  const body = String(new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id }))
  return aClient(server).send('POST', '/oauth/token', { body, headers: inForm })
}

describe('a document application', function () {
  this.timeout(60_000)
  let host: DocumentHost
  before(async () => {
    host = await aDocumentHost()
  })
  after(() => host.close())
  beforeEach(() => {
    host.asked.length = 0
    host.answers.clear()
  })

  /** A new user signs in and consents. @returns the code */
  async function letIn(server: TestServer, id: string, changes = {}): Promise<string> {
    const way = await throughPages(server, aVisitor(server), server.url + ask(id, changes), await server.aUser())
    expect(way.searchParams.get('code'), way.href).to.be.a('string')
    return way.searchParams.get('code')!
  }

  it('is unknown, not fetched and not in discovery while the policy is off', async () => {
    const server = await aServerThatFetches(host, { client_id_metadata_documents: 'off' })
    const id = host.publish('/client.json')
    const { status, text } = await opened(server, id)
    expect([status, text.includes('unknown_application'), host.asked]).to.deep.equal([400, true, []])
    const discovery = async () => (await aClient(server).get('/.well-known/oauth-authorization-server')).body
    expect(await discovery()).not.to.have.property('client_id_metadata_document_supported')
    await server.setPolicy({ client_id_metadata_documents: 'any_host' })
    expect(await discovery()).to.have.property('client_id_metadata_document_supported', true)
    expect((await opened(server, id)).status).to.equal(303)
  })

  it('gets an error after a page that names the redirect URI, and at once for prompt=none', async () => {
    const server = await aServerThatFetches(host, { client_id_metadata_documents: 'any_host' })
    const id = host.publish('/client.json')
    const seen = await opened(server, id, { response_type: 'token' })
    expect(seen.status).to.equal(400)
    expect(seen.text).to.include('Go to 127.0.0.1:5000').and.include(`${back}?error=unsupported_response_type`)
    const form = Object.fromEntries(new URLSearchParams(ask(id, { response_type: 'token' }).split('?')[1]))
    const posted = await aVisitor(server).send('POST', '/oauth/authorize', { form })
    expect([posted.status, posted.text.includes('Go to 127.0.0.1:5000')]).to.deep.equal([400, true])
    const unseen = await opened(server, id, { response_type: 'token', prompt: 'none' })
    expect(unseen.status).to.equal(303)
    expect(unseen.headers.get('location')).to.match(
      /^http:\/\/127\.0\.0\.1:5000\/callback\?error=unsupported_response_type/,
    )
  })

  it('is fetched from listed hosts only, and not from an address that the draft forbids', async () => {
    const server = await aServerThatFetches(host, { client_id_metadata_document_hosts: 'other.example *.tool.example' })
    const id = host.publish('/client.json')
    for (const one of [id, id.replace('tool.example', 'nottool.example')])
      expect((await opened(server, one)).text).to.include('unknown_application')
    // None of these is the address of a document (§3), whichever hosts are allowed.
    await server.setPolicy({ client_id_metadata_documents: 'any_host' })
    for (const one of [
      id.replace('https:', 'http:'),
      id.replace('tool', 'TOOL'),
      id.replace('//', '//user@'),
      `${id}#x`,
      `${host.origin}/./client.json`,
      `${host.origin}/x/../client.json`,
      `${host.origin}/%2e%2e/client.json`,
      `${host.origin}`,
      `https://127.0.0.1:${host.host.split(':')[1]}/client.json`,
      `https://2130706433:${host.host.split(':')[1]}/client.json`,
      `${host.origin}/${'x'.repeat(100)}`,
    ])
      expect((await opened(server, one)).text, one).to.include('unknown_application')
    expect(host.asked).to.deep.equal([])
  })

  it('asks for consent under its host each time; the first consent creates its row, without privileges', async () => {
    const server = await aServerThatFetches(host)
    const id = host.publish('/client.json', {
      client_name: 'Bank of Example',
      client_uri: `${host.origin}/about`,
      tos_uri: 'https://evil.example/terms',
      grant_types: ['authorization_code', 'refresh_token', 'password', 'client_credentials'],
      first_party: true,
      permissions: ['orders:write'],
      allow_without_pkce: true,
    })
    const person = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(person)
    const page = await visitor.open(ask(id))
    expect(page.text)
      .to.include(`Allow ${host.host} (Bank of Example)?`)
      .and.include(`Its description comes from ${host.host}, but it is an installed program`)
    expect(page.text).to.include('/about').and.not.include('evil.example')
    expect(await rows(server), 'before somebody has agreed').to.equal(0)

    const way = await throughPages(server, visitor, server.url + ask(id), person)
    const { body } = await exchange(server, id, way.searchParams.get('code')!)
    const said = { client_id: id, scope: 'openid profile', roles: [], permissions: [] }
    expect(claimsOf(body.access_token)).to.deep.include(said)
    expect((await refreshed(server, id, body.refresh_token)).status).to.equal(200)
    expect(await rows(server)).to.equal(1)
    expect(host.asked, 'within its life').to.have.length(1)

    const administrator = await asAdministrator(server)
    const { body: application } = await administrator.get(`/api/admin/applications/${encodeURIComponent(id)}`)
    expect(application).to.include({ client_id: id, origin: 'document', kind: 'native' })
    expect(application).not.to.have.any.keys('first_party', 'permissions', 'allow_without_pkce', 'tos_uri')
    expect(application.grant_types).to.deep.equal(['authorization_code', 'refresh_token'])
    const { body: audit } = await administrator.get('/api/admin/audit?action=application_created')
    expect(audit.results[0]).to.include({ subject: id, actor: `user:${person.id}` })

    // The consent is remembered, and asked for again all the same.
    const silent = await visitor.send('GET', ask(id, { prompt: 'none' }))
    expect(silent.headers.get('location')).to.include('consent_required')
    expect((await visitor.open(ask(id))).text).to.include('allowed before')
  })

  it('may request the scopes that self_registered_scopes names, and no other ones', async () => {
    const server = await aServerThatFetches(host)
    const scopes = ['notes:read', 'notes:write'].map(name => ({ name, description: name }))
    await anApplication(server, 'notes', {
      kind: 'resource_server',
      resource: 'https://notes.example',
      resourceScopes: scopes,
    })
    await settle(server.composed)
    const id = host.publish('/client.json')
    const asked = { scope: 'notes:read', resource: 'https://notes.example' }
    const refused = await opened(server, id, asked)
    // RFC 9700 §4.11.2: no redirect to an application that no administrator has checked.
    expect([refused.status, refused.text.includes('127.0.0.1:5000')]).to.deep.equal([400, true])
    await server.setPolicy({ self_registered_scopes: 'notes:read unknown:word' })
    const { body } = await exchange(server, id, await letIn(server, id, asked))
    expect(claimsOf(body.access_token)).to.include({ aud: 'https://notes.example', scope: 'notes:read' })
    for (const scope of ['notes:write', 'darvoza:account', 'revocations:read'])
      expect((await opened(server, id, { scope })).status, scope).to.equal(400)
  })

  it('is refused for an invalid document, of which nothing is stored', async () => {
    const server = await aServerThatFetches(host)
    const wrong = [{ client_id: 'https://claude.example/client' }, { client_secret: 'x'.repeat(40) }]
    for (const [index, changes] of wrong.entries()) {
      const { status, text } = await opened(server, host.publish(`/${index}`, changes))
      expect([status, text.includes('client_document_invalid')], text).to.deep.equal([400, true])
    }
    host.answers.set('/twice', { body: '{"a":1,"a":2}' })
    expect((await opened(server, `${host.origin}/twice`)).text).to.include('client_document_invalid')
    const html = host.publish('/html', {}, { 'Content-Type': 'text/html' })
    expect((await opened(server, html)).text).to.include('client_document_invalid')
    // The next request fetches the document again, which may be valid then.
    expect((await opened(server, host.publish('/0'))).status).to.equal(303)
    expect(await rows(server)).to.equal(0)
  })

  it('is answered 503 if its document redirects, fails, is too long or has an internal address', async () => {
    const server = await aServerThatFetches(host)
    const good = host.publish('/good')
    host.answers.set('/moved', { status: 302, headers: { Location: good } })
    host.answers.set('/gone', { status: 404 })
    host.answers.set('/created', { status: 201, body: { client_id: `${host.origin}/created` } })
    host.publish('/long', { client_uri: `${host.origin}/${'x'.repeat(11_000)}` })
    host.answers.set(
      '/endless',
      (_, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).write(' '.repeat(20_000)),
    )
    host.answers.set('/cut', (_, response) => void response.destroy())
    for (const path of ['/moved', '/gone', '/created', '/long', '/endless', '/cut']) {
      const { status, text, headers } = await opened(server, host.origin + path)
      expect([status, text.includes('client_document_unavailable')], path).to.deep.equal([503, true])
      expect(Number(headers.get('retry-after'))).to.be.above(0)
    }
    expect(host.asked, 'no redirect was followed').not.to.include('/good')

    // The name resolves to this machine, and no setting allows that.
    const inside = await aServerThatFetches(host, {}, { mayCall: [] })
    host.asked.length = 0
    const { status, text } = await opened(inside, good)
    expect([status, text.includes('client_document_unavailable'), host.asked]).to.deep.equal([503, true, []])
    expect(await rows(server)).to.equal(0)

    // The setting allows it, but the host is not listed: addresses in requests must not choose among internal hosts.
    await server.setPolicy({ client_id_metadata_documents: 'any_host', client_id_metadata_document_hosts: '' })
    const strange = host.publish('/strange')
    expect((await opened(server, strange)).text).to.include('client_document_unavailable')
    expect(host.asked).to.deep.equal([])
    await server.setPolicy({ client_id_metadata_document_hosts: host.host })
    expect((await opened(server, strange)).status).to.equal(303)
  })

  it('is fetched once for simultaneous requests; a flood of addresses gets 503, a known one goes on', async () => {
    const server = await aServerThatFetches(host)
    const known = host.publish('/known')
    await Promise.all(Array.from({ length: 5 }, () => opened(server, known)))
    expect(host.asked).to.deep.equal(['/known'])
    await letIn(server, known)
    server.clock.advance('25h')
    host.asked.length = 0
    const flood = await Promise.all(Array.from({ length: 12 }, (_, count) => opened(server, `${host.origin}/${count}`)))
    expect(flood.every(({ status, headers }) => status === 503 && headers.has('retry-after'))).to.equal(true)
    expect((await opened(server, known)).status).to.equal(303)
    expect(await rows(server)).to.equal(1)
  })

  it('keeps the metadata of the consent until a later sign-in fetches a changed document', async () => {
    const server = await aServerThatFetches(host)
    const grant_types = ['authorization_code', 'refresh_token']
    const id = host.publish('/client.json', { grant_types })
    const code = await letIn(server, id)
    // Changed between the code and the token: the document is not fetched again.
    const key = await aKey('ES256', 'one')
    const confidential = { grant_types, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.jwk] } }
    host.publish('/client.json', confidential)
    const { body } = await exchange(server, id, code)
    expect(body.access_token).to.be.a('string')

    server.clock.advance('2h')
    const second = await letIn(server, id)
    // From now on the application must authenticate.
    expect((await exchange(server, id, second)).body.error).to.equal('invalid_client')
    expect((await refreshed(server, id, body.refresh_token)).body.error).to.equal('invalid_client')
    const proof = shown(await anAssertion(key, id, server.clock.now()))
    expect((await exchange(server, id, second, proof)).status).to.equal(200)
    const userinfo = await aClient(server).get('/oauth/userinfo', body.access_token)
    expect(userinfo.status, 'tokens of before are stale').to.equal(401)

    // Once the document no longer lists the redirect URI, requests with it are refused.
    host.publish('/client.json', { ...confidential, redirect_uris: [`${host.origin}/other`] })
    server.clock.advance('2h')
    expect((await opened(server, id)).text).to.include('unregistered_redirect_uri')
  })

  it('stays refused, without a fetch, after an administrator has disabled or deleted it', async () => {
    const server = await aServerThatFetches(host)
    const administrator = await asAdministrator(server)
    const id = host.publish('/client.json', { grant_types: ['authorization_code', 'refresh_token'] })
    const { body } = await exchange(server, id, await letIn(server, id))
    const path = `/api/admin/applications/${encodeURIComponent(id)}`
    expect((await administrator.post(`${path}/disable`, {})).status).to.equal(200)
    await settle(server.composed)
    server.clock.advance('25h')
    host.asked.length = 0
    expect((await opened(server, id)).text).to.include('unknown_application')
    expect((await refreshed(server, id, body.refresh_token)).status).to.equal(401)
    expect((await (await asAdministrator(server)).delete(path)).status).to.equal(204)
    await settle(server.composed)
    expect((await opened(server, id)).text).to.include('unknown_application')
    expect(host.asked).to.deep.equal([])
  })

  it('is one row when four users consent at once', async () => {
    const server = await aServerThatFetches(host)
    const id = host.publish('/client.json')
    const codes = await Promise.all(Array.from({ length: 4 }, () => letIn(server, id)))
    const answers = await Promise.all(codes.map(code => exchange(server, id, code)))
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200])
    expect(await rows(server)).to.equal(1)
    const { body } = await (await asAdministrator(server)).get('/api/admin/audit?action=application_created')
    expect(body.results.filter((one: { subject: string }) => one.subject === id)).to.have.length(1)
  })

  it('keeps required_roles of an administrator, who cannot change members of the document', async () => {
    const server = await aServerThatFetches(host)
    const id = host.publish('/client.json')
    await letIn(server, id)
    const admin = aVisitor(server)
    await admin.signIn({ username: 'admin', password: 'correct horse battery' })
    const pages = `/admin/applications/${encodeURIComponent(id)}`
    expect((await admin.open(pages)).text).to.include(`${host.host} (Tool)`)
    const { applications } = server.composed.parts.applications
    await applications.change(id, { metadata: { required_roles: ['support'] } }, 'system')
    await settle(server.composed)
    const written = await applications.require(id)
    // The next sign-in would restore what the document says.
    const administrator = await asAdministrator(server)
    const path = `/api/admin/applications/${encodeURIComponent(id)}`
    for (const [member, value] of Object.entries({
      ...{ client_name: 'Ours', redirect_uris: ['https://ours.example/'], scope: 'openid', kind: 'browser' },
      ...{ contacts: ['us@example.com'], first_party: true },
    })) {
      const refused = await administrator.patch(path, { [member]: value })
      expect([refused.status, refused.body[member]?.length], `${member}: ${refused.text}`).to.deep.equal([400, 1])
    }
    const settings = await admin.open(`${pages}?tab=settings`)
    expect(settings.text).to.match(/<input[^>]* name="client_name"[^>]* readonly/)
    expect(settings.text).to.match(/<textarea[^>]* name="redirect_uris"[^>]* readonly/)
    expect(settings.text)
      .to.include('What the document says cannot be changed here')
      .and.not.include('name="first_party"')
    const typed = {
      client_name: 'Ours',
      redirect_uris: 'https://ours.example/',
      require_pushed_authorization_requests: '1',
    }
    expect((await admin.submit(pages, typed, `${pages}?tab=settings`)).status).to.equal(303)
    const kept = await applications.require(id)
    expect([kept.name, kept.metadata.redirect_uris, kept.metadata.required_roles]).to.deep.equal([
      ...[`${host.host} (Tool)`, written.metadata.redirect_uris],
      ['support'],
    ])
    expect(kept.metadata.require_pushed_authorization_requests).to.equal(true)
    await applications.change(id, { metadata: { require_pushed_authorization_requests: null } }, 'system')
    await settle(server.composed)
    host.publish('/client.json', { client_name: 'Other' })
    server.clock.advance('2h')
    const person = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(person)
    const { status, text } = await visitor.open(ask(id))
    expect([status, text.includes(`${host.host} (Other)`)]).to.deep.equal([403, true])
  })
})
