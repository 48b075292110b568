// Authorization requests through the sign-in page and back to the application, mostly without consent.
import { expect } from 'chai'
import { quotas } from '../../server/identity/quota.js'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { signInput } from '../../server/protocol/algorithms.js'
import { aSessionOf, changeApplication } from '../support/applications.js'
import { authorizePath, aWebsite } from '../support/authorizations.js'
import { aForge } from '../support/forge.js'
import { aServer, issuer, password, type ServerOptions, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Seen, type Visitor } from '../support/visitor.js'

const callback = 'https://shop.example/callback'

/** A server with the first-party application `shop`, a browser without a session, and the user amy. */
async function aStage(metadata: ApplicationMetadata = {}, options: ServerOptions = {}) {
  const server = await aServer(options)
  await aWebsite(server, 'shop', { name: 'The shop', metadata: { first_party: true, ...metadata } })
  await settle(server.composed)
  const amy = await server.aUser({ username: 'amy' })
  return { server, visitor: aVisitor(server), amy }
}

type Person = { username: string; password: string }

const ticketIn = (path: string) => new URLSearchParams(path.split('?')[1]).get('ticket')!
const locationOf = ({ headers }: Seen) => headers.get('location') ?? ''

/** The parameters that the application gets with its redirect. */
function answerOf(seen: Seen, base = callback): Record<string, string> {
  const location = locationOf(seen)
  expect(location.startsWith(`${base}?`), `${seen.status} ${location.slice(0, 80)}`).to.equal(true)
  return Object.fromEntries(new URLSearchParams(location.slice(base.length + 1)))
}

/** Follows redirects within the server. @returns the last answer */
async function follow(visitor: Visitor, seen: Seen): Promise<Seen> {
  let last = seen
  for (let hops = 0; hops < 5 && locationOf(last).startsWith('/'); hops++)
    last = await visitor.send('GET', localOf(last))
  return last
}

/** Submits the form of a sign-in page. */
function typeIn(visitor: Visitor, path: string, { username, password }: Person): Promise<Seen> {
  return visitor.submit('/login', { username, password, ticket: ticketIn(path) }, path)
}

/** From an authorization request to the answer for the application, typing the password on the way. */
async function signInAt(visitor: Visitor, person: Person, changes = {}): Promise<Record<string, string>> {
  const login = await visitor.send('GET', authorizePath('shop', changes))
  expect(locationOf(login)).to.match(/^\/login\?ticket=/)
  return answerOf(await follow(visitor, await typeIn(visitor, locationOf(login), person)))
}

const codesOf = async (server: TestServer) =>
  (await server.composed.parts.storage.database.read<{ n: number }>('SELECT COUNT(*) AS n FROM code', []))[0]!.n

describe('an authorization request through the sign-in page', () => {
  // oidcc-server
  it('ends with code, state and iss; a second request of the same browser shows no page', async () => {
    const { server, visitor, amy } = await aStage()
    const answer = await signInAt(visitor, amy)
    expect(Object.keys(answer)).to.have.members(['code', 'state', 'iss'])
    expect(answer).to.include({ state: 'a state', iss: issuer })
    expect(answer.code).to.match(/^dvz_code_[\w-]{43}$/)
    const again = answerOf(await visitor.send('GET', authorizePath('shop', { state: 'other' })))
    expect(again).to.include({ state: 'other' })
    expect(again.code).to.not.equal(answer.code)
    expect(await codesOf(server)).to.equal(2)
    // oidcc-prompt-none-logged-in
    expect(answerOf(await visitor.send('GET', authorizePath('shop', { prompt: 'none' })))).to.have.property('code')
  })

  it('gets 429 or temporarily_unavailable beyond the quota of codes for one user in a minute', async () => {
    const { server, visitor, amy } = await aStage()
    const bob = await server.aUser({ username: 'bob' })
    await signInAt(visitor, amy)
    const refused: Seen[] = []
    // The sign-in used the first code.
    for (let asked = 1; asked < quotas.codes.most + 20; asked += 20) {
      const some = Array.from({ length: 20 }, () => visitor.send('GET', authorizePath('shop')))
      refused.push(...(await Promise.all(some)).filter(one => one.status !== 303))
    }
    expect(refused).to.have.length(21)
    expect(await codesOf(server)).to.equal(quotas.codes.most)
    for (const { status, headers } of refused) {
      expect(status).to.equal(429)
      expect(Number(headers.get('retry-after'))).to.be.within(1, 60)
    }
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'temporarily_unavailable', state: 'a state' })
    expect(await signInAt(aVisitor(server), bob), 'somebody else').to.have.property('code')
    server.clock.advance('1m')
    expect(answerOf(await visitor.send('GET', authorizePath('shop')))).to.have.property('code')
  })

  it('shows the sign-in form of the application again after a wrong or empty password', async () => {
    const { server, visitor, amy } = await aStage()
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    const wrong = await typeIn(visitor, login, { ...amy, password: 'wrong' })
    expect([wrong.status, wrong.text.includes('Sign in to The shop')]).to.deep.equal([401, true])
    expect(wrong.text)
      .to.include(`name="ticket" value="${ticketIn(login)}"`)
      .and.include('value="amy"')
    expect(wrong.headers.get('content-security-policy')).to.include("form-action 'self' https://shop.example;")
    const empty = await typeIn(visitor, login, { username: '', password: '' })
    expect([empty.status, empty.text.includes('name="ticket"')]).to.deep.equal([400, true])
    expect(await codesOf(server)).to.equal(0)
    expect(answerOf(await follow(visitor, await typeIn(visitor, login, amy)))).to.have.property('code')
  })

  it('goes on with its ticket, whatever next or redirect_uri the form contains', async () => {
    const { visitor } = await aStage()
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    const fields = {
      username: 'amy',
      password,
      ticket: ticketIn(login),
      next: '/admin',
      redirect_uri: 'https://evil.example/',
    }
    const answer = await visitor.submit('/login', fields, login)
    expect(locationOf(answer)).to.equal(`/oauth/authorize?ticket=${ticketIn(login)}`)
    expect(answerOf(await follow(visitor, answer))).to.have.property('code')
  })

  it('is cancelled by POST /login/leave with access_denied, not by GET or from another site', async () => {
    const { server, visitor } = await aStage()
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    const ticket = ticketIn(login)
    const page = await visitor.open(login)
    expect(page.text).to.include('Cancel and go back to The shop')
    const before = await snapshotOf(server)
    expect((await visitor.send('GET', `/login/leave?ticket=${ticket}`)).status).to.equal(405)
    const foreign = await visitor.send('POST', '/login/leave', {
      form: { ticket, _token: visitor.tokenOn(page, '/login/leave') },
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(foreign.status).to.equal(403)
    const left = await visitor.submit('/login/leave', { ticket }, login)
    expect(answerOf(left)).to.deep.equal({ error: 'access_denied', state: 'a state', iss: issuer })
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('is answered by an HTML form for response_mode form_post, and in the fragment for fragment', async () => {
    const { visitor, amy } = await aStage()
    const login = locationOf(await visitor.send('GET', authorizePath('shop', { response_mode: 'form_post' })))
    const page = await follow(visitor, await typeIn(visitor, login, amy))
    expect(page.status).to.equal(200)
    expect(page.text)
      .to.include(`action="${callback}"`)
      .and.match(/name="code" value="dvz_code_[\w-]{43}"/)
    expect(page.text)
      .to.match(/name="state" value="a state"/)
      .and.include('js/form-post.js')
    const inFragment = await visitor.send('GET', authorizePath('shop', { response_mode: 'fragment' }))
    expect(locationOf(inFragment)).to.match(
      /^https:\/\/shop\.example\/callback#code=dvz_code_[\w-]{43}&state=a\+state&iss=/,
    )
  })

  it('works in three tabs at once, and after back and reload, within one session', async () => {
    const { server, visitor, amy } = await aStage()
    await aWebsite(server, 'desk', { metadata: { first_party: true } })
    const first = locationOf(await visitor.send('GET', authorizePath('shop', { state: '1' })))
    const second = locationOf(await visitor.send('GET', authorizePath('shop', { state: '2' })))
    const third = locationOf(await visitor.send('GET', authorizePath('desk', { state: '3' })))
    for (const login of [first, second, third]) expect((await visitor.open(login)).status).to.equal(200)
    expect(answerOf(await follow(visitor, await typeIn(visitor, second, amy)))).to.include({ state: '2' })
    // The browser is signed in now: the other tabs go on when they are loaded.
    expect(answerOf(await follow(visitor, await visitor.send('GET', first)))).to.include({ state: '1' })
    expect(
      answerOf(await follow(visitor, await visitor.send('GET', third)), 'https://desk.example/callback'),
    ).to.include({
      state: '3',
    })
    // Back and reload: another code of the same sign-in.
    const once = answerOf(await follow(visitor, await visitor.send('GET', second)))
    const reloaded = answerOf(await visitor.send('GET', `/oauth/authorize?ticket=${ticketIn(second)}`))
    expect(new Set([once.code, reloaded.code]).size).to.equal(2)
    const sessions = await server.composed.parts.storage.database.read<{ n: number }>(
      'SELECT COUNT(*) AS n FROM session WHERE user_id = ? AND ended_at IS NULL',
      [amy.id],
    )
    expect(sessions[0]!.n).to.equal(1)
  })

  it('does not affect a sign-in without an application, which leads to /account and has no ticket', async () => {
    const { visitor, amy } = await aStage()
    const answer = await visitor.signIn(amy)
    expect(localOf(answer)).to.equal('/account')
    expect((await aVisitor({ url: (await aServer()).url }).open('/login')).text).to.not.include('name="ticket"')
  })
})

describe('an authorization request for a new sign-in', () => {
  // oidcc-prompt-login
  it('with prompt login or select_account gets a code once the password was typed after it', async () => {
    for (const prompt of ['login', 'select_account']) {
      const { server, visitor, amy } = await aStage()
      await signInAt(visitor, amy)
      server.clock.advance('1m')
      const login = locationOf(await visitor.send('GET', authorizePath('shop', { prompt })))
      const page = await visitor.open(login)
      expect(page.text).to.include('You are signed in as amy').and.include('value="amy"')
      // Going back to the ticket without typing the password leads to the sign-in page again.
      expect(locationOf(await visitor.send('GET', `/oauth/authorize?ticket=${ticketIn(login)}`))).to.match(/^\/login\?/)
      server.clock.advance('1m')
      expect(answerOf(await follow(visitor, await typeIn(visitor, login, amy)))).to.have.property('code')
      expect(answerOf(await follow(visitor, await visitor.send('GET', login)))).to.have.property('code')
      server.clock.advance('1m')
      expect(locationOf(await visitor.send('GET', authorizePath('shop', { prompt })))).to.match(/^\/login\?/)
    }
  })

  // oidcc-max-age-1, oidcc-max-age-10000
  it('with max_age gets a code at once while the last sign-in is recent enough, else asks for one', async () => {
    const { server, visitor, amy } = await aStage()
    await signInAt(visitor, amy)
    server.clock.advance('2s')
    const old = locationOf(await visitor.send('GET', authorizePath('shop', { max_age: '1' })))
    expect(old).to.match(/^\/login\?ticket=/)
    expect((await visitor.open(old)).text).to.include('asks for a recent sign-in')
    const unseen = await visitor.send('GET', authorizePath('shop', { max_age: '1', prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'login_required' })
    expect(answerOf(await visitor.send('GET', authorizePath('shop', { max_age: '10000' })))).to.have.property('code')
    expect(answerOf(await follow(visitor, await typeIn(visitor, old, amy)))).to.have.property('code')
    expect(answerOf(await visitor.send('GET', authorizePath('shop', { max_age: '1' })))).to.have.property('code')
  })

  // oidcc-id-token-hint
  it('with id_token_hint gets a code for the user of the hint only; a bad hint is invalid_request', async () => {
    const { server, visitor, amy } = await aStage()
    const bob = await server.aUser({ username: 'bob' })
    await signInAt(visitor, amy)
    const hintOf = (claims: object, header: object = {}) => {
      const { kid, algorithm, privateKey } = server.composed.parts.tokens.signingKeys.active()
      const expired = { iss: issuer, aud: 'shop', iat: 1, exp: 2, ...claims }
      return aForge(server).compact({ alg: algorithm, typ: 'JWT', kid, ...header }, expired, input =>
        signInput(algorithm, privateKey, input),
      )
    }
    const ask = (id_token_hint: string, more = {}) =>
      visitor.send('GET', authorizePath('shop', { id_token_hint, ...more }))
    expect(answerOf(await ask(hintOf({ sub: String(amy.id) }), { prompt: 'none' }))).to.have.property('code')
    expect(answerOf(await ask(hintOf({ sub: String(bob.id) }), { prompt: 'none' }))).to.include({
      error: 'login_required',
    })
    const login = locationOf(await ask(hintOf({ sub: String(bob.id) })))
    const page = await visitor.open(login)
    expect(page.text).to.include('asks for a user other than amy').and.not.include('value="amy"')
    // Amy signs in again: the hint still names Bob.
    expect(locationOf(await follow(visitor, await typeIn(visitor, login, amy)))).to.equal('')
    expect(answerOf(await follow(visitor, await typeIn(visitor, login, bob)))).to.have.property('code')
    const good = { sub: String(bob.id) }
    for (const hint of [
      hintOf({ ...good, iss: 'https://evil.example' }),
      hintOf({ ...good, aud: 'desk' }),
      hintOf({ ...good, aud: undefined }),
      hintOf(good, { typ: 'at+jwt' }),
      hintOf(good, { kid: 'unknown' }),
      hintOf(good, { alg: 'none' }),
      hintOf(good, { alg: 'HS256' }),
      `${hintOf(good).slice(0, -2)}AA`,
      hintOf({ sub: 7 }),
      'x',
    ])
      expect(answerOf(await ask(hint)), hint).to.include({ error: 'invalid_request' })
  })
})

describe('an authorization request that needs more than a sign-in', () => {
  it('leads through the password page first for a user who must change the password', async () => {
    const { server, visitor } = await aStage()
    const bob = await server.aUser({ username: 'bob', mustChangePassword: true })
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    let seen = await typeIn(visitor, login, bob)
    seen = await visitor.send('GET', localOf(seen))
    expect(locationOf(seen)).to.match(/^\/account\/password\?next=/)
    const page = await visitor.open(locationOf(seen))
    expect(page.headers.get('content-security-policy')).to.include("form-action 'self' https://shop.example;")
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'interaction_required' })
    const next = /name="next" value="([^"]+)"/.exec(page.text)![1]!
    const wanted = 'a much better horse'
    const fields = { old_password: bob.password, new_password: wanted, new_password_again: wanted, next }
    const saved = await visitor.submit('/account/password', fields, locationOf(seen))
    expect(answerOf(await follow(visitor, saved))).to.have.property('code')
  })

  it('shows the contacts and answers access_denied for a user without a required role', async () => {
    const { server, visitor, amy } = await aStage({
      required_roles: ['clerk', 'admin'],
      contacts: ['desk@shop.example'],
    })
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    const page = await follow(visitor, await typeIn(visitor, login, amy))
    expect(page.status).to.equal(403)
    expect(page.text).to.include('You have no access to The shop').and.include('desk@shop.example')
    expect(page.text).to.match(
      /href="https:\/\/shop\.example\/callback\?error=access_denied&amp;state=a\+state&amp;iss=/,
    )
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'access_denied' })
    expect(await codesOf(server)).to.equal(0)
    const admin = aVisitor(server)
    expect(await signInAt(admin, { username: 'admin', password })).to.have.property('code')
  })

  it('asks for consent where the application is not first-party, and gives no code before', async () => {
    const { server, visitor, amy } = await aStage({ first_party: false })
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    const seen = await typeIn(visitor, login, amy)
    expect(locationOf(await visitor.send('GET', localOf(seen)))).to.match(/^\/consent\?ticket=/)
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'consent_required' })
    expect(await codesOf(server)).to.equal(0)
  })
})

describe('an authorization request after the sign-in has lost its validity', () => {
  it('asks for a new sign-in after all sessions of the application were ended', async () => {
    const { server, visitor, amy } = await aStage()
    await signInAt(visitor, amy)
    const { storage, tokens } = server.composed.parts
    const seq = await tokens.changes.run('system', async (_, { record }) => {
      await record('application_ended', { subject: 'shop' })
      return 0
    })
    expect(seq).to.equal(0)
    expect(await storage.applicationStore.endedSeq(storage.database, 'shop')).to.be.above(0)
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    expect((await visitor.open(login)).text).to.include('Your session in The shop was ended')
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'login_required' })
    expect(answerOf(await follow(visitor, await typeIn(visitor, login, amy)))).to.have.property('code')
  })

  it('asks for a new sign-in after its session on this device was ended by hand, not after other ends', async () => {
    const { server, visitor, amy } = await aStage()
    await aWebsite(server, 'desk', { metadata: { first_party: true } })
    await signInAt(visitor, amy)
    const { storage, devices } = server.composed.parts
    const [own] = await storage.database.read<{ id: string; deviceId: string }>(
      'SELECT id, device_id AS deviceId FROM session WHERE user_id = ? AND ended_at IS NULL',
      [amy.id],
    )
    const here = { deviceId: own!.deviceId, browserSid: own!.id }
    const sessionOf = async (applicationId: string, place = here) => {
      const { session } = await aSessionOf(server, amy, applicationId, { browserSid: place.browserSid })
      await storage.database.write('UPDATE session SET device_id = ? WHERE id = ?', [place.deviceId, session.id])
      return session.id
    }
    const isAsked = async () => locationOf(await visitor.send('GET', authorizePath('shop'))).startsWith('/login?')
    server.clock.advance('1s')
    await devices.sessions.end(await sessionOf('shop'), amy.id, 'system', 'sign_out')
    expect(await isAsked(), 'signed out of').to.equal(false)
    await devices.sessions.end(await sessionOf('desk'), amy.id, 'system', 'session_ended')
    expect(await isAsked(), 'another application').to.equal(false)
    const elsewhere = { deviceId: 'a0000000-0000-4000-8000-000000000000', browserSid: own!.id }
    await devices.sessions.end(await sessionOf('shop', elsewhere), amy.id, 'system', 'session_ended')
    expect(await isAsked(), 'on another device').to.equal(false)
    await devices.sessions.end(await sessionOf('shop'), amy.id, 'system', 'session_ended')
    expect(await isAsked(), 'ended here').to.equal(true)
    server.clock.advance('1s')
    expect(await signInAt(visitor, amy)).to.have.property('code')
    expect(await isAsked(), 'since').to.equal(false)
  })

  it('asks for a new sign-in after the session expired or the user was disabled', async () => {
    const { server, visitor, amy } = await aStage()
    await signInAt(visitor, amy)
    server.clock.advance('2d')
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'login_required' })
    expect(await signInAt(visitor, amy)).to.have.property('code')
    await server.composed.parts.people.users.disable(amy.id, 'system')
    expect(locationOf(await visitor.send('GET', authorizePath('shop')))).to.match(/^\/login\?/)
  })
})

describe('a server failure during an authorization request', () => {
  it('is answered by a page with 503, and by temporarily_unavailable for prompt=none', async () => {
    const { server, visitor, amy } = await aStage()
    await signInAt(visitor, amy)
    const { authorizationRequests } = server.composed.parts.authorizations
    const { nextStep } = authorizationRequests
    const { refuse } = await import('../../server/protocol/errors.js')
    authorizationRequests.nextStep = async () => {
      throw refuse('database_unavailable', { retryAfter: 3 })
    }
    const seen = await visitor.send('GET', authorizePath('shop'))
    expect([seen.status, seen.headers.get('retry-after'), locationOf(seen)]).to.deep.equal([503, '3', ''])
    const unseen = await visitor.send('GET', authorizePath('shop', { prompt: 'none' }))
    expect(answerOf(unseen)).to.include({ error: 'temporarily_unavailable', state: 'a state' })
    authorizationRequests.nextStep = nextStep
    await changeApplication(server, 'shop', { name: 'A shop' })
    expect(answerOf(await visitor.send('GET', authorizePath('shop')))).to.have.property('code')
  })
})

describe('a whole authorization code flow', () => {
  it('leads from sign-in and consent to tokens; consent is asked again only for more', async () => {
    const server = await aServer()
    const metadata = { grant_types: ['authorization_code' as const], token_endpoint_auth_method: 'none' as const }
    await aWebsite(server, 'shop', { name: 'The shop', kind: 'browser', metadata })
    await settle(server.composed)
    const [visitor, amy] = [aVisitor(server), await server.aUser({ username: 'amy' })]
    const login = locationOf(await visitor.send('GET', authorizePath('shop')))
    const consent = locationOf(await visitor.send('GET', localOf(await typeIn(visitor, login, amy))))
    expect(consent).to.match(/^\/consent\?ticket=/)
    const page = await visitor.open(consent)
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page.text)![1]!
    const decide = async (decision: string) => {
      const form = {
        _token: visitor.tokenOn(page, '/consent'),
        ticket: field('ticket'),
        shown: field('shown'),
        decision,
      }
      return answerOf(await visitor.send('POST', '/consent', { form, headers: { 'Sec-Fetch-Site': 'same-origin' } }))
    }
    expect(await decide('deny')).to.deep.equal({ error: 'access_denied', state: 'a state', iss: issuer })
    const { code } = await decide('allow')
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'shop',
      code: code!,
      redirect_uri: callback,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    })
    const redeemed = await fetch(`${server.url}/oauth/token`, { method: 'POST', body })
    expect(redeemed.status).to.equal(200)
    expect(await redeemed.json()).to.include({ token_type: 'Bearer', scope: 'openid profile' })
    // Consent is remembered; prompt=consent and another scope ask again.
    expect(answerOf(await visitor.send('GET', authorizePath('shop')))).to.have.property('code')
    expect(locationOf(await visitor.send('GET', authorizePath('shop', { prompt: 'consent' })))).to.match(/^\/consent\?/)
    expect(locationOf(await visitor.send('GET', authorizePath('shop', { scope: 'openid email' })))).to.match(
      /^\/consent\?/,
    )
  })
})
