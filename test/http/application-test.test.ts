// Test sign-ins that an administrator runs for an application: their redirect URI works nowhere else, their code in no
// other browser, and no session is left afterwards.
import { expect } from 'chai'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { anApplication } from '../support/applications.js'
import { aResourceServer } from '../support/authorizations.js'
import { claimsOf } from '../support/client.js'
import { aCode, codeOrigin } from '../support/codes.js'
import { aServer, issuer, password, settle, type TestServer } from '../support/server.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const tab = '/admin/applications/shop?tab=test'
const back = '/admin/applications/shop/test/back'

async function aShop(metadata: ApplicationMetadata = {}): Promise<{ server: TestServer; visitor: Visitor }> {
  const server = await aServer()
  await aResourceServer(server, 'stock', 'stock:read')
  await anApplication(server, 'shop', {
    metadata: {
      ...{ redirect_uris: ['https://shop.example/callback'], grant_types: ['authorization_code', 'refresh_token'] },
      ...{ response_types: ['code'], token_endpoint_auth_method: 'client_secret_basic', scope: 'openid profile' },
      ...{ first_party: true, ...metadata },
    },
  })
  await settle(server.composed)
  const visitor = aVisitor(server)
  await visitor.signIn(admin)
  return { server, visitor }
}

/** Begins a test sign-in. @returns the address of the authorization endpoint, and its answer */
async function begin(visitor: Visitor, prompt = ''): Promise<{ onward: string; answer: Seen }> {
  const begun = await visitor.submit('/admin/applications/shop/test', { prompt }, tab)
  const onward = localOf(begun)
  return { onward, answer: await visitor.send('GET', onward) }
}

/** The path and query of the redirect back. */
function pathOf({ headers }: Seen): string {
  const location = headers.get('location') ?? ''
  expect(location.startsWith(`${issuer}${back}?`), location).to.equal(true)
  return location.slice(issuer.length)
}

/** Runs a whole test sign-in. @returns the page that it ends with */
async function passThrough(visitor: Visitor): Promise<Seen> {
  const path = pathOf((await begin(visitor)).answer)
  const { searchParams } = new URL(path, issuer)
  return visitor.submit(back, { code: searchParams.get('code')!, state: searchParams.get('state')! }, path)
}

/** The card with this heading, as text. */
function cardOf({ text }: Seen, heading: string): string | null {
  const card = text.split(/<section\b/).find(part => part.includes(heading))
  return card?.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ') ?? null
}

const codesIn = async ({ composed }: TestServer) =>
  (await composed.parts.storage.database.read<{ count: number }>('SELECT COUNT(*) AS count FROM code'))[0]!.count

const sessionsIn = async ({ composed }: TestServer) =>
  (
    await composed.parts.storage.database.read<{ count: number }>(
      "SELECT COUNT(*) AS count FROM session WHERE application_id = 'shop'",
    )
  )[0]!.count

const liveSessions = async ({ composed }: TestServer) =>
  (await composed.parts.applications.applications.counts('shop')).sessions.count

describe('the test sign-in of an application', () => {
  it('has a redirect URI that /oauth/authorize refuses in an ordinary request', async () => {
    const { server, visitor } = await aShop()
    const asked = {
      ...{ client_id: 'shop', response_type: 'code', redirect_uri: issuer + back, scope: 'openid', state: 'x' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      ...{ testedBy: 'x', tested_by: 'x', test: '1' },
    }
    for (const { status, headers, text } of [
      await visitor.send('GET', `/oauth/authorize?${new URLSearchParams(asked)}`),
      await visitor.send('POST', '/oauth/authorize', { form: asked }),
    ]) {
      expect(status).to.equal(400)
      expect(headers.get('location')).to.equal(null)
      expect(text).to.include('unregistered_redirect_uri')
    }
    expect(await codesIn(server)).to.equal(0)
  })

  it('answers 400 without a redirect once the application is disabled, and the tab offers no test', async () => {
    const { server, visitor } = await aShop()
    const { onward } = await begin(visitor)
    await server.composed.parts.applications.applications.disable('shop', 'system')
    await server.composed.parts.revocation.tail.readNow()
    const { status, headers } = await visitor.send('GET', onward)
    expect(status).to.equal(400)
    expect(headers.get('location')).to.equal(null)
    expect((await visitor.open(tab)).text).to.not.include('shop/test"')
  })

  it('gives no code to another browser, nor to another user who signs in on the way', async () => {
    const { server, visitor } = await aShop()
    // Without this minute the earlier sign-in would be recent enough for prompt=login.
    server.clock.advance('1m')
    const { onward, answer } = await begin(visitor, 'login')
    const login = localOf(answer)
    expect(login).to.match(/^\/login\?ticket=/)
    // Another administrator with the same address: a ticket belongs to the browser that began it.
    const other = aVisitor(server)
    await other.signIn(await server.aUser({ roles: ['admin'] }))
    const before = await codesIn(server)
    expect((await other.send('GET', onward)).headers.get('location')).to.equal(null)
    // Another user signs in where the password is asked for.
    await server.aUser({ username: 'amy' })
    const ticket = new URL(login, issuer).searchParams.get('ticket')!
    const signedIn = await visitor.submit('/login', { username: 'amy', password, ticket }, login)
    const answered = await visitor.send('GET', localOf(signedIn))
    const { searchParams } = new URL(answered.headers.get('location') ?? '', issuer)
    expect(searchParams.get('code')).to.equal(null)
    expect(searchParams.get('error')).to.equal('access_denied')
    expect(await codesIn(server)).to.equal(before)
  })

  it('returns to the browser session that began it; another one cannot redeem its code and state', async () => {
    const { server, visitor } = await aShop()
    const { answer } = await begin(visitor)
    const path = pathOf(answer)
    const { searchParams } = new URL(path, issuer)
    const thief = aVisitor(server)
    await thief.signIn(await server.aUser({ roles: ['admin'] }))
    expect((await thief.send('GET', path)).headers.get('location')).to.include('tab=test')
    const form = { code: searchParams.get('code')!, state: searchParams.get('state')! }
    const _token = thief.tokenOn(await thief.open(tab), '/admin/applications/shop/test')
    const headers = { 'Sec-Fetch-Site': 'same-origin' }
    const stolen = await thief.send('POST', back, { form: { ...form, _token }, headers })
    expect(stolen.headers.get('location')).to.include('tab=test')
    // A changed state is not accepted either.
    expect((await visitor.send('GET', path.replace('state=1', 'state=2'))).status).to.equal(303)
    // The code is still valid for the session that began the test.
    expect((await visitor.submit(back, form, path)).text).to.include('id_token')
  })

  it('shows each step without tokens or the whole code, and leaves no live session', async () => {
    const { server, visitor } = await aShop()
    const { answer } = await begin(visitor)
    const path = pathOf(answer)
    const { searchParams } = new URL(path, issuer)
    const form = { code: searchParams.get('code')!, state: searchParams.get('state')! }
    // Viewing the page does not redeem the code, however often.
    for (let looks = 0; looks < 2; looks++)
      expect((await visitor.send('GET', path)).text).to.include('Exchange the code')
    const { status, text } = await visitor.submit(back, form, path)
    expect(status).to.equal(200)
    for (const said of ['code_challenge', 'code_verifier', 'client_secret_basic', 'access_token', 'preferred_username'])
      expect(text).to.include(said)
    expect(text)
      .to.not.match(/eyJ[\w-]{20,}/)
      .and.not.include(form.code)
    expect(text).to.include('accepted').and.include('session_ended')
    expect(await liveSessions(server)).to.equal(0)
    // The same form a second time, with a valid form token: the code is spent.
    const again = await visitor.submit(back, form, path)
    expect(again.status).to.equal(200)
    expect(again.text).to.include('code_reused').and.not.include('access_token')
    expect([await codesIn(server), await sessionsIn(server), await liveSessions(server)]).to.deep.equal([1, 1, 0])
    // The session of the administrator goes on.
    expect((await visitor.send('GET', '/admin')).status).to.equal(200)
  })

  it('calls userinfo and introspection like the application, and shows the token refused after sign-out', async () => {
    const { server, visitor } = await aShop({ scope: 'openid profile stock:read' })
    const seen = await passThrough(visitor)
    expect(cardOf(seen, '5. What userinfo says')).to.include(`GET ${issuer}/oauth/userinfo`).and.include('sub 1')
    expect(cardOf(seen, '5. What userinfo says')).to.include('preferred_username admin')
    const introspection = cardOf(seen, '6. What introspection says')!
    expect(introspection).to.include(`POST ${issuer}/oauth/introspect · client_secret_basic`)
    for (const said of ['active true', 'client_id shop', 'scope openid profile stock:read', 'https://stock.example'])
      expect(introspection).to.include(said)
    // The token is for another resource server: that its audience is not Darvoza is no finding.
    const end = cardOf(seen, '7. The token here')!
    expect(end)
      .to.match(/Before the sign-out accepted After it refused/)
      .and.not.include('token_audience')
    expect(await liveSessions(server)).to.equal(0)
  })

  it('skips userinfo without the scope openid, and introspection for a public application', async () => {
    const { visitor } = await aShop({ scope: 'profile', token_endpoint_auth_method: 'none' })
    const seen = await passThrough(visitor)
    expect(seen.status).to.equal(200)
    expect(cardOf(seen, 'What userinfo says')).to.equal(null)
    expect(cardOf(seen, 'What introspection says')).to.equal(null)
    expect(cardOf(seen, '5. The token here')).to.match(/accepted After it refused session_ended/)
  })

  it('keeps the administrator’s own session of the application', async () => {
    // Without refresh tokens a live session is reused.
    const { server, visitor } = await aShop({ grant_types: ['authorization_code'] })
    const { storage, authorizations } = server.composed.parts
    const [row] = await storage.database.read<{ id: string }>('SELECT session_id AS id FROM page_session', [])
    const browser = (await storage.sessionStore.find(storage.database, row!.id))!
    const { code, terms } = await aCode(server, browser, 'shop', { scope: 'openid profile' })
    const { access } = await authorizations.codes.redeem(code, 'shop', terms, codeOrigin)
    expect((await passThrough(visitor)).text)
      .to.include('accepted')
      .and.include('session_ended')
    const own = (await storage.sessionStore.find(storage.database, claimsOf(access.token).sid))!
    expect(own.endedAt).to.equal(null)
  })

  it('asks for consent like the application, and shows consent_required for prompt=none', async () => {
    const { visitor } = await aShop({ first_party: false })
    const silent = await begin(visitor, 'none')
    const refused = await visitor.send('GET', pathOf(silent.answer))
    expect(refused.text).to.include('consent_required').and.not.include('Exchange the code')
    const { answer } = await begin(visitor)
    expect(localOf(answer)).to.match(/^\/consent\?ticket=/)
  })
})
