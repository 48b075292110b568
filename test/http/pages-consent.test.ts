// The consent page: what it shows, and what a decision gives the application.
import { expect } from 'chai'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { anApplication, basic, inForm } from '../support/applications.js'
import { aResourceServer, aWebsite } from '../support/authorizations.js'
import { aClient } from '../support/client.js'
import { onEachEngine, sqlite } from '../support/engines.js'
import { aServer, issuer, settle } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const ownSite = { 'Sec-Fetch-Site': 'same-origin' }
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const callback = 'https://shop.example/callback'

describe('the consent page', () => {
  it('redirects to the sign-in page, with itself as next, without a session', async () => {
    const { server, ticketPath } = await aHouse()
    const stranger = aVisitor(server)
    expect(localOf(await stranger.send('GET', ticketPath))).to.equal(`/login?next=${encodeURIComponent(ticketPath)}`)
  })

  it('answers ticket_expired without a ticket, or for a foreign, forged or expired one', async () => {
    const { server, ben, visitor, ticketPath } = await aHouse()
    const other = aVisitor(server)
    await other.signIn(ben)
    for (const [by, path] of [
      [other, ticketPath],
      [visitor, '/consent'],
      [visitor, '/consent?ticket='],
      [visitor, '/consent?ticket=made-up'],
      [visitor, `${ticketPath.slice(0, -3)}xyz`],
    ] as const) {
      const { status, text } = await by.send('GET', path)
      expect(status, path).to.equal(400)
      expect(text).to.include('ticket_expired').and.not.include('decision')
    }
    server.clock.advance('61m')
    await visitor.open('/account')
    expect((await visitor.send('GET', ticketPath)).text).to.include('ticket_expired')
  })

  it('shows application, scopes and redirect host, escapes names, and drops javascript: links', async () => {
    const { server, visitor, ask } = await aHouse({
      name: '<b>Shop</b>',
      metadata: {
        client_uri: 'https://shop.example/about',
        policy_uri: 'javascript:alert(1)',
        tos_uri: 'https://shop.example/terms',
      },
    })
    await aResourceServer(server, 'orders', 'read')
    await settle(server.composed)
    const path = localOf(await ask('openid email read', { resource: 'https://orders.example' }))
    const { text, headers } = await visitor.open(path)
    for (const part of [
      'Allow &lt;b&gt;Shop&lt;/b&gt;?',
      'amy',
      'See your e-mail address',
      'At orders:',
      'May read at orders',
      'href="https://shop.example/about"',
      'href="https://shop.example/terms"',
    ])
      expect(text).to.include(part)
    expect(text).to.not.include('javascript:').and.not.include('<b>Shop')
    expect(text.replaceAll('<wbr>', '')).to.include('<strong>shop.example</strong>')
    const policy = headers.get('content-security-policy')!
    expect(policy).to.match(/frame-ancestors 'none'/)
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).to.equal("'self' https://shop.example")
    expect(headers.get('cache-control')).to.equal('no-store')
  })

  it("describes scopes in the reader's language where the resource server has a translation", async () => {
    const { server, visitor, ask } = await aHouse()
    await anApplication(server, 'orders', {
      ...{ kind: 'resource_server', resource: 'https://orders.example' },
      resourceScopes: [{ name: 'read', description: 'See orders', descriptions: { uz: 'Buyurtmalarni koʻrish' } }],
    })
    await settle(server.composed)
    const path = localOf(await ask('openid read', { resource: 'https://orders.example' }))
    const inLanguage = async (language: string) =>
      (await visitor.send('GET', path, { headers: { 'Accept-Language': language } })).text
    expect(await inLanguage('uz'))
      .to.include('Buyurtmalarni koʻrish')
      .and.not.include('See orders')
    expect(await inLanguage('ru')).to.include('See orders')
  })

  it('warns of a self-registered application, and of a native one that any program can claim to be', async () => {
    const registered = await aHouse({ origin: 'registration' })
    expect((await registered.visitor.open(registered.ticketPath)).text).to.include(
      'No administrator of this server has reviewed',
    )
    const native = await aHouse({
      kind: 'native',
      metadata: { redirect_uris: ['org.example.app:/callback'], token_endpoint_auth_method: 'none' },
    })
    const page = await native.visitor.open(native.ticketPath)
    expect(page.text).to.include('any program can call itself')
    expect(page.text.replaceAll('<wbr>', '')).to.include('org.example.app:')
  })

  it('is shown in the language of the cookie darvoza-language', async () => {
    const { visitor, ticketPath } = await aHouse()
    for (const [language, text] of [
      ['uz', 'Foydalanuvchi nomingizni'.toLowerCase()],
      ['ru', 'имя пользователя'],
    ] as const) {
      visitor.cookies.set('darvoza-language', language)
      expect((await visitor.open(ticketPath)).text.toLowerCase()).to.include(text)
    }
  })
})

onEachEngine('the consent decision', engine => {
  it('redirects with access_denied when the user denies, and writes nothing', async () => {
    const { server, visitor, ticketPath, answer } = await aHouse({}, engine)
    await visitor.open('/account')
    const before = await snapshotOf(server)
    const { location } = await answer(ticketPath, { decision: 'deny' })
    expect(location).to.equal(`${callback}?error=access_denied&state=s1&iss=${encodeURIComponent(issuer)}`)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('redirects with a code when the user allows, and is remembered for the same scopes', async () => {
    const { visitor, ticketPath, answer, ask } = await aHouse({}, engine)
    const { location } = await answer(ticketPath, { decision: 'allow' })
    const { searchParams } = new URL(location)
    expect(location.startsWith(`${callback}?code=dvz_code_`)).to.equal(true)
    expect([searchParams.get('state'), searchParams.get('iss')]).to.deep.equal(['s1', issuer])
    expect((await ask('profile openid')).headers.get('location')).to.include(`${callback}?code=`)
    expect((await ask('openid', { prompt: 'none' })).headers.get('location')).to.include(`${callback}?code=`)
    // More scopes, or prompt=consent, ask again.
    expect(localOf(await ask('openid email'))).to.match(/^\/consent\?/)
    expect((await ask('openid email', { prompt: 'none' })).headers.get('location')).to.include('consent_required')
    const again = localOf(await ask('openid', { prompt: 'consent' }))
    expect((await visitor.open(again)).text).to.include('allowed before')
  })

  it('gives no code unless the scopes that the page showed are those requested now', async () => {
    const { server, visitor, ticketPath, answer, ask, fields } = await aHouse({}, engine)
    for (const shown of ['', 'made-up', `${'a'.repeat(16)}.${'b'.repeat(43)}`, await tokenOn(visitor, ticketPath)]) {
      const { status, text } = await answer(ticketPath, { decision: 'allow', shown })
      expect(status, shown).to.equal(400)
      expect(text).to.include('differs from what you were shown').and.include('name="shown"')
    }
    expect((await answer(ticketPath, { decision: 'perhaps' })).status).to.equal(400)

    // The field `shown` of another request by the same user in the same browser.
    const others = hiddenOn(await visitor.open(localOf(await ask('openid'))))
    expect((await answer(ticketPath, { decision: 'allow', shown: others.shown! })).status).to.equal(400)

    // The requested scope covers another resource server by now.
    await aResourceServer(server, 'orders', 'read')
    await settle(server.composed)
    const form = await fields(localOf(await ask('openid read')), { decision: 'allow' })
    await aResourceServer(server, 'bank', 'read')
    await settle(server.composed)
    const page = await visitor.send('POST', '/consent', { form, headers: ownSite })
    expect(page.status).to.equal(400)
    expect(page.text).to.include('At bank:').and.include('At orders:')
    const [row] = await server.composed.parts.storage.database.read<{ count: number }>(
      'SELECT COUNT(*) AS count FROM code',
      [],
    )
    expect(row?.count).to.equal(0)
  })

  it('is refused when another user has signed in meanwhile, and that user is asked anew', async () => {
    const { visitor, ben, ticketPath, fields } = await aHouse({}, engine)
    const form = await fields(ticketPath, { decision: 'allow' })
    const token = visitor.tokenOn(await visitor.open('/account'), '/account')
    const signIn = { _token: token, username: ben.username, password: ben.password }
    expect((await visitor.send('POST', '/login', { form: signIn, headers: ownSite })).status).to.equal(303)
    const refused = await visitor.send('POST', '/consent', { form, headers: ownSite })
    expect(refused.status).to.equal(403)
    expect(refused.text).to.include('form_refused')
    const own = { ...form, _token: visitor.tokenOn(await visitor.open(ticketPath), '/consent') }
    const shown = await visitor.send('POST', '/consent', { form: own, headers: ownSite })
    expect(shown.status).to.equal(400)
    expect(shown.text).to.include('ben')
  })

  it('leads to the sign-in page after all sessions were ended, and with prompt=login', async () => {
    const { server, visitor, ticketPath, fields, ask, amy } = await aHouse({}, engine)
    const form = await fields(ticketPath, { decision: 'allow' })
    await server.composed.parts.devices.sessions.endAll(amy.id, 'system')
    expect(localOf(await visitor.send('POST', '/consent', { form, headers: ownSite }))).to.match(/^\/login\?/)
    await visitor.signIn(amy)
    server.clock.advance('10s')
    const login = localOf(await ask('openid', { prompt: 'login' }))
    const ticket = new URL(login, server.url).searchParams.get('ticket')!
    const skipped = await visitor.send('GET', `/consent?${new URLSearchParams({ ticket })}`)
    expect(localOf(skipped)).to.match(/^\/oauth\/authorize\?ticket=/)
    expect(localOf(await visitor.send('GET', localOf(skipped)))).to.match(/^\/login\?ticket=/)
    const token = visitor.tokenOn(await visitor.open('/account'), '/account')
    const sent = { _token: token, ticket, decision: 'allow' }
    expect(localOf(await visitor.send('POST', '/consent', { form: sent, headers: ownSite }))).to.match(
      /^\/oauth\/authorize/,
    )
  })

  it('is asked for each time for a public native application, never for a first-party one', async () => {
    const native = await aHouse(
      { kind: 'native', metadata: { redirect_uris: [callback], token_endpoint_auth_method: 'none' } },
      engine,
    )
    await native.answer(native.ticketPath, { decision: 'allow' })
    expect(localOf(await native.ask('openid profile'))).to.match(/^\/consent\?/)
    const own = await aHouse({ metadata: { first_party: true } }, engine)
    expect((await own.ask('openid')).headers.get('location')).to.include(`${callback}?code=`)
  })

  it('answers each of two concurrent submissions with its own valid code, and stores one consent', async () => {
    const { server, visitor, ticketPath, fields } = await aHouse({}, engine)
    const form = await fields(ticketPath, { decision: 'allow' })
    const answers = await Promise.all([1, 2].map(() => visitor.send('POST', '/consent', { form, headers: ownSite })))
    const codes = answers.map(({ headers }) => new URL(headers.get('location')!).searchParams.get('code')!)
    expect(new Set(codes).size).to.equal(2)
    const { applications, storage } = server.composed.parts
    const { consentStore, database } = storage
    expect(await consentStore.ofUser(database, (await userOf(server)).id)).to.have.length(1)
    const secret = await database.transaction(tx => applications.applicationSecrets.add(tx, 'shop', 0))
    for (const code of codes) {
      const grant = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
      const body = String(new URLSearchParams(grant))
      const headers = { ...inForm, ...basic('shop', secret) }
      const tokens = await aClient(server).send('POST', '/oauth/token', { body, headers })
      expect([tokens.status, tokens.body.scope], tokens.text).to.deep.equal([200, 'openid profile'])
    }
  })
})

type Changes = Partial<NewApplication> & { metadata?: ApplicationMetadata }

/** Amy's browser is signed in, and `shop` has sent an authorization request. */
async function aHouse(changes: Changes = {}, engine = sqlite) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  const ben = await server.aUser({ username: 'ben' })
  await aWebsite(server, 'shop', changes)
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  const redirectUri = changes.metadata?.redirect_uris?.[0] ?? callback
  const ask = (scope: string, more: Record<string, string> = {}): Promise<Seen> => {
    const query = new URLSearchParams({
      client_id: 'shop',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state: 's1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...more,
    })
    return visitor.send('GET', `/oauth/authorize?${query}`)
  }
  const first = changes.metadata?.first_party ? null : await ask('openid profile')
  const ticketPath = first ? localOf(first) : ''
  /** The form on the page, filled in. */
  const fields = async (path: string, given: Record<string, string>) => {
    const page = await visitor.open(path)
    return { _token: visitor.tokenOn(page, '/consent'), ...hiddenOn(page), ...given }
  }
  const answer = async (path: string, given: Record<string, string>) => {
    const seen = await visitor.send('POST', '/consent', { form: await fields(path, given), headers: ownSite })
    return { ...seen, location: seen.headers.get('location') ?? '' }
  }
  return { server, amy, ben, visitor, ask, ticketPath, fields, answer }
}

function hiddenOn({ text }: Seen): Record<string, string> {
  const of = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? ''
  return { ticket: of('ticket'), shown: of('shown') }
}

const tokenOn = async (visitor: Visitor, path: string) => visitor.tokenOn(await visitor.open(path), '/consent')
const userOf = async ({ composed }: Awaited<ReturnType<typeof aServer>>) =>
  (await composed.parts.people.users.findByName('amy'))!
