// A sign-in that an administrator tries out: its address is for nobody else, its code for no other browser, and nothing lives
// of it afterwards.
import { expect } from 'chai'
import { anApplication, changeApplication } from '../support/applications.js'
import { claimsOf } from '../support/client.js'
import { aCode, codeOrigin } from '../support/codes.js'
import { aServer, issuer, password, settle, type TestServer } from '../support/server.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const tab = '/admin/applications/shop?tab=test'
const back = '/admin/applications/shop/test/back'

async function aShop(firstParty = true): Promise<{ server: TestServer; visitor: Visitor }> {
  const server = await aServer()
  await anApplication(server, 'shop', {
    metadata: {
      ...{ redirect_uris: ['https://shop.example/callback'], grant_types: ['authorization_code', 'refresh_token'] },
      ...{ response_types: ['code'], token_endpoint_auth_method: 'client_secret_basic', scope: 'openid profile' },
      first_party: firstParty,
    },
  })
  const visitor = aVisitor(server)
  await visitor.signIn(admin)
  return { server, visitor }
}

/** On to the authorization endpoint, and what it answers. */
async function begin(visitor: Visitor, prompt = ''): Promise<{ onward: string; answer: Seen }> {
  const begun = await visitor.submit('/admin/applications/shop/test', { prompt }, tab)
  const onward = localOf(begun)
  return { onward, answer: await visitor.send('GET', onward) }
}

/** The address that a browser is sent to, without what it is on. */
function pathOf({ headers }: Seen): string {
  const location = headers.get('location') ?? ''
  expect(location.startsWith(`${issuer}${back}?`), location).to.equal(true)
  return location.slice(issuer.length)
}

const codesIn = async ({ composed }: TestServer) =>
  (await composed.parts.storage.database.read<{ count: number }>('SELECT COUNT(*) AS count FROM code'))[0]!.count

describe('a sign-in that is tried out', () => {
  it('has an address that the endpoint takes from nobody, whatever is sent with it', async () => {
    const { server, visitor } = await aShop()
    const asked = {
      ...{ client_id: 'shop', response_type: 'code', redirect_uri: issuer + back, scope: 'openid', state: 'x' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      ...{ testedBy: 'x', tested_by: 'x', test: '1' },
    }
    for (const path of [`/oauth/authorize?${new URLSearchParams(asked)}`]) {
      const { status, headers, text } = await visitor.send('GET', path)
      expect(status).to.equal(400)
      expect(headers.get('location')).to.equal(null)
      expect(text).to.include('unregistered_redirect_uri')
    }
    expect(await codesIn(server)).to.equal(0)
  })

  it('answers no other address, and only while the application is there', async () => {
    const { server, visitor } = await aShop()
    const { onward } = await begin(visitor)
    await server.composed.parts.applications.applications.disable('shop', 'system')
    await server.composed.parts.revocation.tail.readNow()
    const { status, headers } = await visitor.send('GET', onward)
    expect(status).to.equal(400)
    expect(headers.get('location')).to.equal(null)
    expect((await visitor.open(tab)).text).to.not.include('shop/test"')
  })

  it('gives nobody else a code: neither another browser, nor whoever signs in on the way', async () => {
    const { server, visitor } = await aShop()
    // A sign-in of this very instant would be young enough.
    server.clock.advance('1m')
    const { onward, answer } = await begin(visitor, 'login')
    const login = localOf(answer)
    expect(login).to.match(/^\/login\?ticket=/)
    // Another administrator with the very address: a ticket is of the browser that began it.
    const other = aVisitor(server)
    await other.signIn(await server.aUser({ roles: ['admin'] }))
    const before = await codesIn(server)
    expect((await other.send('GET', onward)).headers.get('location')).to.equal(null)
    // Somebody else signs in where the password is asked for.
    await server.aUser({ username: 'amy' })
    const ticket = new URL(login, issuer).searchParams.get('ticket')!
    const signedIn = await visitor.submit('/login', { username: 'amy', password, ticket }, login)
    const answered = await visitor.send('GET', localOf(signedIn))
    const { searchParams } = new URL(answered.headers.get('location') ?? '', issuer)
    expect(searchParams.get('code')).to.equal(null)
    expect(searchParams.get('error')).to.equal('access_denied')
    expect(await codesIn(server)).to.equal(before)
  })

  it('comes back to the browser session that began it, and to no other with the same code and state', async () => {
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
    // A state that was changed is none either.
    expect((await visitor.send('GET', path.replace('state=1', 'state=2'))).status).to.equal(303)
    // The code is still good for its own.
    expect((await visitor.submit(back, form, path)).text).to.include('id_token')
  })

  it('shows each step, no token and no whole code, and leaves nothing that lives', async () => {
    const { server, visitor } = await aShop()
    const { answer } = await begin(visitor)
    const path = pathOf(answer)
    const { searchParams } = new URL(path, issuer)
    const form = { code: searchParams.get('code')!, state: searchParams.get('state')! }
    // To look at it spends nothing, however often.
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
    const { applications } = server.composed.parts.applications
    expect((await applications.counts('shop')).sessions.count).to.equal(0)
    // The administrator's own session goes on, and a code that comes twice opens nothing.
    const again = await visitor.submit(back, form, '/account').catch(error => error as Error)
    expect(again).to.be.an('error')
    expect((await visitor.send('GET', '/admin')).status).to.equal(200)
  })

  it('ends no session of the administrator’s that the application goes on with', async () => {
    const { server, visitor } = await aShop()
    const { storage, authorizations } = server.composed.parts
    const { metadata } = (await storage.applicationStore.find(storage.database, 'shop'))!
    // Without refresh tokens a session that is there is taken again.
    await changeApplication(server, 'shop', { metadata: { ...metadata, grant_types: ['authorization_code'] } })
    await settle(server.composed)
    const [row] = await storage.database.read<{ id: string }>('SELECT session_id AS id FROM page_session', [])
    const browser = (await storage.sessionStore.find(storage.database, row!.id))!
    const { code, terms } = await aCode(server, browser, 'shop', { scope: 'openid profile' })
    const { access } = await authorizations.codes.redeem(code, 'shop', terms, codeOrigin)
    const { answer } = await begin(visitor)
    const path = pathOf(answer)
    const { searchParams } = new URL(path, issuer)
    const form = { code: searchParams.get('code')!, state: searchParams.get('state')! }
    expect((await visitor.submit(back, form, path)).text)
      .to.include('accepted')
      .and.include('session_ended')
    const own = (await storage.sessionStore.find(storage.database, claimsOf(access.token).sid))!
    expect(own.endedAt).to.equal(null)
  })

  it('asks for consent as the application would, and tells what nobody is asked where no page may be shown', async () => {
    const { visitor } = await aShop(false)
    const silent = await begin(visitor, 'none')
    const refused = await visitor.send('GET', pathOf(silent.answer))
    expect(refused.text).to.include('consent_required').and.not.include('Exchange the code')
    const { answer } = await begin(visitor)
    expect(localOf(answer)).to.match(/^\/consent\?ticket=/)
  })
})
