// The admin pages of applications: permissions, refused forms, secrets that are shown once, and what a form saves.
import { expect } from 'chai'
import { anApplication, aSessionOf } from '../support/applications.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const newPath = '/admin/applications/-/new'

async function anAdministrator(server: TestServer): Promise<Visitor> {
  const visitor = aVisitor(server)
  await visitor.signIn(admin)
  return visitor
}

const web = {
  ...{ kind: 'web', client_id: 'shop', client_name: 'Shop', token_endpoint_auth_method: 'client_secret_basic' },
  ...{ redirect_uris: 'https://shop.example/callback', 'scope:openid': '1', 'scope:profile': '1' },
}
const register = (visitor: Visitor, fields: Record<string, string>) =>
  visitor.submit(newPath, fields, `${newPath}?kind=${fields.kind}`)

describe('the admin pages of applications', () => {
  it('are readable by the role auditor without change buttons, and 403 for the role support', async () => {
    const server = await aServer()
    await anApplication(server, 'shop', { metadata: { redirect_uris: ['https://shop.example/callback'] } })
    const auditor = aVisitor(server)
    await auditor.signIn(await server.aUser({ roles: ['auditor'] }))
    const helper = aVisitor(server)
    await helper.signIn(await server.aUser({ roles: ['support'] }))
    for (const path of [
      '/admin/applications',
      '/admin/applications.csv',
      '/admin/resource-servers',
      '/admin/applications/shop',
    ]) {
      expect((await auditor.send('GET', path)).status, path).to.equal(200)
      expect((await helper.send('GET', path)).status, path).to.equal(403)
    }
    expect((await auditor.send('GET', newPath)).status).to.equal(403)
    const { text } = await auditor.open('/admin/applications/shop')
    expect(text).to.not.match(/shop\/(disable|delete|end-sessions)/)
    expect((await auditor.open('/admin/applications/nothing')).status).to.equal(404)
  })

  it('show an error at each invalid field, keep the typed values, and register nothing', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    const typed = { ...web, client_name: '', redirect_uris: 'javascript:alert(1)\nhttps://shop.example/a#b', jwks: '{' }
    const refused = await register(visitor, typed)
    expect(refused.status).to.equal(400)
    expect(refused.text)
      .to.include('id="field-jwks-problem"')
      .and.include('javascript:alert(1)\nhttps://shop.example/a#b')
    const { jwks: _, ...readable } = typed
    const named = await register(visitor, readable)
    expect(named.text).to.include('id="field-client_name-problem"').and.include('id="field-redirect_uris-problem"')
    expect(named.text).to.include('begin with javascript').and.include('a part after #')
    expect((await server.composed.parts.applications.applications.list({}, { limit: 10 })).results).to.have.length(1)
    // A browser application has no secret in place of PKCE: allow_without_pkce is ignored.
    await register(visitor, { ...web, kind: 'browser', client_id: 'page', allow_without_pkce: '1' })
    const page = await server.composed.parts.applications.applications.require('page')
    expect(page.metadata).to.include({ token_endpoint_auth_method: 'none' })
    expect(page.metadata).to.not.have.property('allow_without_pkce')
  })

  it('show a new client secret once, on no later page, and do not store it in plain text', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    const made = await register(visitor, web)
    expect(made.status).to.equal(200)
    const [secret] = /dvz_sec_[\w-]{43}/.exec(made.text) ?? []
    expect(secret).to.be.a('string')
    expect(made.headers.get('cache-control')).to.equal('no-store')
    expect(await server.composed.parts.applications.applicationSecrets.matches('shop', secret!)).to.equal(true)
    for (const tab of ['overview', 'settings', 'access', 'secrets', 'lifetimes'])
      expect((await visitor.open(`/admin/applications/shop?tab=${tab}`)).text, tab).to.not.include(secret)
    expect(await snapshotOf(server)).to.not.include(secret)
  })

  it('keep the previous secret valid for the chosen overlap, and end a secret at once', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    const first = /dvz_sec_[\w-]{43}/.exec((await register(visitor, web)).text)![0]
    const tab = '/admin/applications/shop?tab=secrets'
    server.clock.advance('1s')
    const again = await visitor.submit('/admin/applications/shop/secrets', { overlap: '3600' }, tab)
    const second = /dvz_sec_[\w-]{43}/.exec(again.text)![0]
    const { applicationSecrets } = server.composed.parts.applications
    const good = () => Promise.all([first, second].map(one => applicationSecrets.matches('shop', one)))
    expect(await good()).to.deep.equal([true, true])
    const [newest] = await applicationSecrets.list('shop')
    const ended = `/admin/applications/shop/secrets/${newest!.id}/end`
    expect((await visitor.submit(ended, {}, tab)).status).to.equal(303)
    expect(await good()).to.deep.equal([true, false])
    server.clock.advance('1h')
    expect(await good()).to.deep.equal([false, false])
  })

  it('save the submitted fields, and keep metadata that the form does not show', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    await register(visitor, web)
    const { applications } = server.composed.parts.applications
    const hidden = { lifetimes: { access_token_lifetime: 600 } }
    await applications.change('shop', { metadata: hidden }, 'system')
    const saved = await visitor.submit(
      '/admin/applications/shop',
      {
        client_name: 'Shop of Tashkent',
        redirect_uris: ' https://shop.example/callback \r\n\r\nhttps://shop.example/other',
        first_party: '1',
        token_endpoint_auth_method: 'client_secret_post',
        'grant_types:authorization_code': '1',
      },
      '/admin/applications/shop?tab=settings',
    )
    expect(saved.status).to.equal(303)
    await visitor.submit(
      '/admin/applications/shop/access',
      {
        'scope:openid': '1',
        permissions: 'orders:read, orders:write',
        roles_claim: 'groups',
        'required_roles:support': '1',
      },
      '/admin/applications/shop?tab=access',
    )
    const { name, metadata } = await applications.require('shop')
    expect(name).to.equal('Shop of Tashkent')
    expect(metadata).to.deep.include({
      ...{ redirect_uris: ['https://shop.example/callback', 'https://shop.example/other'], first_party: true },
      ...{ token_endpoint_auth_method: 'client_secret_post', grant_types: ['authorization_code'], scope: 'openid' },
      ...{
        permissions: ['orders:read', 'orders:write'],
        roles_claim: 'groups',
        required_roles: ['support'],
        ...hidden,
      },
    })
    await visitor.submit('/admin/applications/shop/access', {}, '/admin/applications/shop?tab=access')
    const emptied = (await applications.require('shop')).metadata
    expect(emptied).to.not.have.any.keys('permissions', 'roles_claim', 'required_roles')
    expect(emptied.scope).to.equal('')
  })

  it('register a resource server with translated scopes, which are offered to applications', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    await register(visitor, {
      ...{ kind: 'resource_server', client_id: 'orders', client_name: 'Orders', resource: 'https://orders.example' },
      ...{ token_endpoint_auth_method: 'client_secret_basic', scope_0_name: '' },
      ...{ scope_1_name: 'orders:read', scope_1_description: 'See orders', scope_1_ru: 'Видеть заказы' },
    })
    const { resource, resourceScopes } = await server.composed.parts.applications.applications.require('orders')
    expect(resource).to.equal('https://orders.example')
    expect(resourceScopes).to.deep.equal([
      { name: 'orders:read', description: 'See orders', descriptions: { ru: 'Видеть заказы' } },
    ])
    const inRussian = { 'Accept-Language': 'ru' }
    expect((await visitor.send('GET', `${newPath}?kind=web`, { headers: inRussian })).text).to.include('Видеть заказы')
    expect((await visitor.open('/admin/resource-servers')).text).to.include('orders:read')
    const path = '/admin/applications/orders'
    const needsLog = 'It follows the revocation log with a token of its own'
    const before = await visitor.open(path)
    expect(before.text).to.include('audience: &#39;https://orders.example&#39;').and.include(needsLog)
    expect(before.text).to.not.include('Live sessions')
    const settings = { client_name: 'Orders', 'grant_types:client_credentials': '1' }
    const more = { token_endpoint_auth_method: 'client_secret_basic' }
    await visitor.submit(path, { ...settings, ...more }, `${path}?tab=settings`)
    await visitor.submit(`${path}/access`, { 'scope:revocations:read': '1' }, `${path}?tab=access`)
    const after = await visitor.open(path)
    expect(after.text).to.include('darvoza/verifier/koa').and.not.include(needsLog)
  })

  it('save exchange rules of a resource server, one per line, and answer 400 for invalid ones', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    await register(visitor, {
      ...{ kind: 'resource_server', client_id: 'orders', client_name: 'Orders', resource: 'https://orders.example' },
      ...{ token_endpoint_auth_method: 'client_secret_basic', scope_0_name: '' },
    })
    const { applications } = server.composed.parts.applications
    const [path, tab] = ['/admin/applications/orders/access', '/admin/applications/orders?tab=access']
    const save = (token_exchange: string) => visitor.submit(path, { token_exchange, permissions: 'stock:read' }, tab)
    const lines = 'https://stock.example | stock:read stock:write | orders:read\r\nhttps://bills.example'
    expect((await save(lines)).status).to.equal(303)
    const rules = [
      { resource: 'https://stock.example', scope: ['stock:read', 'stock:write'], subject_scope: ['orders:read'] },
      { resource: 'https://bills.example' },
    ]
    const kept = async () => (await applications.require('orders')).metadata.token_exchange
    expect(await kept()).to.deep.equal(rules)
    expect((await visitor.open(tab)).text).to.include('https://stock.example | stock:read stock:write | orders:read')
    for (const wrong of [
      'stock',
      'https://a.example | darvoza:admin',
      'https://a.example | openid',
      'https://a.example | a"b',
    ])
      expect((await save(wrong)).status, wrong).to.equal(400)
    expect(await kept()).to.deep.equal(rules)
    expect((await save('')).status).to.equal(303)
    expect(await kept()).to.equal(undefined)
    const settings = { client_name: 'Orders', 'grant_types:urn:ietf:params:oauth:grant-type:token-exchange': '1' }
    await visitor.submit('/admin/applications/orders', settings, '/admin/applications/orders?tab=settings')
    const { metadata } = await applications.require('orders')
    expect(metadata.grant_types).to.deep.equal(['urn:ietf:params:oauth:grant-type:token-exchange'])
  })

  it('preview changed lifetimes with the number of sessions that would end, before saving', async () => {
    const server = await aServer()
    const amy = await server.aUser({ username: 'amy' })
    await register(await anAdministrator(server), web)
    await aSessionOf(server, amy, 'shop')
    server.clock.advance('3h')
    const visitor = await anAdministrator(server)
    const tab = '/admin/applications/shop?tab=lifetimes'
    const path = '/admin/applications/shop/lifetimes'
    const wrong = await visitor.submit(`${path}/preview`, { refresh_token_lifetime: 'soon' }, tab)
    expect(wrong.status).to.equal(400)
    const typed = { access_token_lifetime: '5m', refresh_token_lifetime: '2h', session_absolute_lifetime: '' }
    const weighed = await visitor.submit(`${path}/preview`, typed, tab)
    expect(weighed.status).to.equal(200)
    expect(weighed.text)
      .to.include('5 minutes')
      .and.match(/1 session will end/i)
    const { applications } = server.composed.parts.applications
    expect((await applications.require('shop')).metadata).to.not.have.property('lifetimes')
    const form = { _token: visitor.tokenOn(weighed, path), ...typed }
    const headers = { 'Sec-Fetch-Site': 'same-origin' }
    expect((await visitor.send('POST', path, { form, headers })).status).to.equal(303)
    expect((await applications.require('shop')).metadata.lifetimes).to.deep.equal({
      ...{ access_token_lifetime: 300, refresh_token_lifetime: 7_200 },
    })
  })

  it('count live sessions, link to their list, end all of them, and delete the application', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    const amy = await server.aUser({ username: 'amy' })
    await register(visitor, web)
    for (let count = 0; count < 2; count++) await aSessionOf(server, amy, 'shop')
    const list = await visitor.open('/admin/applications')
    expect(list.text).to.match(/application=shop&amp;state=live">2</)
    const page = await visitor.open('/admin/applications/shop')
    expect(page.text).to.include('This ends 2 sessions of Shop at once.')
    const sessions = await visitor.open('/admin/sessions?application=shop&state=live')
    // The list shows the name of the application, not its id.
    expect(sessions.text).to.match(/href="\/admin\/sessions\/[\w-]+">Shop</)
    await visitor.submit('/admin/applications/shop/end-sessions', {}, '/admin/applications/shop')
    expect((await server.composed.parts.applications.applications.counts('shop')).sessions.count).to.equal(0)
    await visitor.submit('/admin/applications/shop/delete', {}, '/admin/applications/shop')
    expect((await visitor.open('/admin/applications/shop')).status).to.equal(404)
  })

  it('offer no disable, delete, settings or secrets for the built-in application darvoza', async () => {
    const server = await aServer()
    const visitor = await anAdministrator(server)
    const { text } = await visitor.open('/admin/applications/darvoza')
    expect(text).to.not.match(/darvoza\/(disable|delete)/)
    expect(text).to.not.include('tab=settings').and.not.include('tab=secrets')
  })
})
