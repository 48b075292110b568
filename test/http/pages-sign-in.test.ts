// Sign-in and sign-out on the pages: form, cookies, browser sessions and forced password change.
import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { refuse } from '../../server/protocol/errors.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine, sqlite } from '../support/engines.js'
import { aServer, password, type TestServer, testSettings } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

async function isSignedIn(visitor: Visitor): Promise<boolean> {
  return (await visitor.send('GET', '/account')).status === 200
}

const cookieLines = (visitor: Visitor, name: string) =>
  visitor.setCookies.filter(line => line.startsWith(`${name}=`) && !line.startsWith(`${name}=;`))

async function liveSessions(server: TestServer, userId: number): Promise<string[]> {
  return (await sessionsOf(server, userId)).map(one => one.session.id)
}

describe('the sign-in page', () => {
  it('answers 401 alike for a wrong password, unknown or disabled user, and 400 for empty fields', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    const gone = await server.aUser()
    await server.composed.parts.people.users.disable(gone.id, 'system')
    const wrong = [
      { username: 'admin', password: 'a wrong password' },
      { username: 'nobody', password },
      { username: gone.username, password },
    ]
    for (const fields of wrong) {
      const { status, text } = await visitor.submit('/login', fields, '/login')
      expect(status, fields.username).to.equal(401)
      expect(text).to.include('The username or the password is wrong.').and.include(`value="${fields.username}"`)
      expect(text).to.not.include(fields.password)
    }
    const lacking: Record<string, string>[] = [{}, { username: '', password: '' }, { username: 'admin', password: '' }]
    for (const fields of lacking) {
      const { status, text } = await visitor.submit('/login', fields, '/login')
      expect(status).to.equal(400)
      expect(text).to.include('Please fill this in.').and.include('aria-invalid="true"')
    }
    expect(visitor.cookies.has('darvoza-4000')).to.equal(false)
    expect(await isSignedIn(visitor)).to.equal(false)
  })

  it('escapes the typed username (XSS)', async () => {
    const visitor = aVisitor(await aServer())
    const username = '"><script>alert(1)</script>'
    const { text } = await visitor.submit('/login', { username, password }, '/login')
    expect(text).to.include('value="&#34;&gt;&lt;script&gt;').and.not.include('<script>alert')
  })

  it('answers 403 without the CSRF token of a page shown to this browser', async () => {
    const server = await aServer()
    const before = await snapshotOf(server)
    const visitor = aVisitor(server)
    const stranger = aVisitor(server)
    const token = stranger.tokenOn(await stranger.open('/login'), '/login')
    await visitor.open('/login')
    for (const form of [admin, { ...admin, _token: token }]) {
      expect((await visitor.send('POST', '/login', { form, headers: ownSite })).status).to.equal(403)
    }
    // A token without the cookie it was made from is refused too.
    const form = { ...admin, _token: token }
    expect((await aVisitor(server).send('POST', '/login', { form, headers: ownSite })).status).to.equal(403)
    expect(await snapshotOf(server)).to.equal(before)
  })

  it('ignores a parameter next that is no path of this server (open redirect)', async () => {
    const server = await aServer()
    const elsewhere = [
      'https://other.example/',
      '//other.example/',
      '///other.example',
      '/\\other.example',
      '\\\\other.example',
      '/\t/other.example',
      '/\n/other.example',
      '/%09/other.example\r\nLocation: https://other.example',
      '/./\t/other.example',
      '/.//other.example',
      '/a/..//other.example',
      'javascript:alert(1)',
      'other.example',
      '@other.example',
      '/'.padEnd(8_001, 'a'),
    ]
    for (const next of elsewhere) {
      const answer = await aVisitor(server).signIn(admin, next)
      expect(localOf(answer), next).to.match(/^\/admin(\/\w+)?$/)
      const page = await aVisitor(server).send('GET', `/login?next=${encodeURIComponent(next)}`)
      expect(page.status).to.equal(200)
      const [form] = /<form[^>]*action="\/login"[\s\S]*?<\/form>/.exec(page.text) ?? []
      expect(form, next).to.include('_token').and.not.include('name="next"')
    }
  })

  it('redirects to the requested path after sign-in, also if already signed in', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    const wanted = '/account/events?size=50'
    const sent = await visitor.send('GET', wanted)
    expect(localOf(sent)).to.equal(`/login?next=${encodeURIComponent(wanted)}`)
    const page = await visitor.open(wanted)
    expect(page.text).to.include(`name="next" value="${wanted}"`)
    expect(localOf(await visitor.signIn(admin, wanted))).to.equal(wanted)
    expect(localOf(await visitor.send('GET', `/login?next=${encodeURIComponent(wanted)}`))).to.equal(wanted)
    expect(localOf(await aVisitor(server).signIn(await server.aUser()))).to.equal('/account')
  })

  it('answers 503 with Retry-After when overloaded, and keeps the typed username', async () => {
    const server = await aServer()
    const { hashing } = server.composed.parts.signIn
    const { inSlot } = hashing
    hashing.inSlot = async () => {
      throw refuse('overloaded', { retryAfter: 2 })
    }
    const { status, text, headers } = await aVisitor(server).submit('/login', admin, '/login')
    hashing.inSlot = inSlot
    expect([status, headers.get('retry-after')]).to.deep.equal([503, '2'])
    expect(text).to.include('Too many people').and.include('value="admin"')
  })
})

describe('the session cookie', () => {
  it('is opaque, new at each sign-in, HttpOnly, SameSite=Lax and without Domain', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const first = visitor.cookies.get('darvoza-4000')
    await visitor.submit('/logout', {}, '/account')
    await visitor.signIn(admin)
    expect(visitor.cookies.get('darvoza-4000'))
      .to.match(/^[\w-]{43}$/)
      .and.not.equal(first)
    for (const line of [...cookieLines(visitor, 'darvoza-4000'), ...cookieLines(visitor, 'darvoza-device-4000')]) {
      expect(line).to.match(/; Path=\/; SameSite=Lax; HttpOnly; Max-Age=\d+$/)
      expect(line).to.not.match(/Domain/i)
    }
  })

  it('has the prefix __Host- and Secure where the issuer is https', async () => {
    const settings = { ...testSettings(await sqlite.fresh()), issuer: 'https://id.example.com' }
    const server = await aServer({ settings })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    for (const name of ['__Host-darvoza', '__Host-darvoza-device', '__Host-darvoza-form']) {
      const lines = cookieLines(visitor, name)
      expect(lines, name).to.have.length.above(0)
      for (const line of lines) {
        expect(line)
          .to.include('; Secure')
          .and.include('; HttpOnly')
          .and.include('; Path=/')
          .and.include('; SameSite=Lax')
        expect(line).to.not.match(/Domain/i)
      }
    }
    expect([...visitor.cookies.keys()].filter(name => !name.startsWith('__Host-'))).to.deep.equal([])
    expect(await isSignedIn(visitor)).to.equal(true)
    // A cookie without the prefix is ignored there.
    const stolen = { Cookie: `darvoza=${visitor.cookies.get('__Host-darvoza')}` }
    expect((await aVisitor(server).send('GET', '/account', { headers: stolen })).status).to.equal(303)
  })

  it('is named by the port of the issuer, so that two instances on one host do not conflict', async () => {
    const server = await aServer()
    for (const [issuer, suffix] of [
      ['http://localhost:4001', '-4001'],
      ['https://id.example.com:8443', '-8443'],
    ] as const) {
      const other = await aServer({ settings: { ...testSettings(await sqlite.fresh()), issuer } })
      const [visitor, there] = [aVisitor(server), aVisitor(other)]
      await visitor.signIn(admin)
      // One browser: cookies set by one instance are sent to the other.
      for (const [name, value] of visitor.cookies) there.cookies.set(name, value)
      await there.signIn(admin)
      for (const [name, value] of there.cookies) visitor.cookies.set(name, value)
      expect(await isSignedIn(there)).to.equal(true)
      expect(await isSignedIn(visitor)).to.equal(true)
      await visitor.submit('/logout', {}, '/account')
      expect(await isSignedIn(there)).to.equal(true)
      expect(
        [...there.cookies.keys()].filter(name => name.endsWith(suffix)),
        issuer,
      ).to.have.length(2)
    }
  })

  it('is set for Origin localhost, 127.0.0.1 or [::1] alike where the issuer is localhost', async () => {
    const server = await aServer()
    const https = await aServer({
      settings: { ...testSettings(await sqlite.fresh()), issuer: 'https://id.example.com' },
    })
    const signIn = async (at: TestServer, Origin: string) => {
      const visitor = aVisitor(at)
      const form = { ...admin, _token: visitor.tokenOn(await visitor.open('/login'), '/login') }
      return (await visitor.send('POST', '/login', { form, headers: { Origin } })).status
    }
    for (const origin of [
      'http://localhost:4001',
      'http://127.0.0.1',
      'https://127.0.0.1:4000',
      'http://127.0.0.2:4000',
    ])
      expect(await signIn(server, origin), origin).to.equal(403)
    for (const origin of ['http://localhost', 'https://localhost', 'http://id.example.com', 'http://127.0.0.1:4000'])
      expect(await signIn(https, origin), origin).to.equal(403)
    for (const origin of ['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])
      expect(await signIn(server, origin), origin).to.equal(303)
  })

  it('is stored in the database as its SHA-256 hash alone, and never logged', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const id = visitor.cookies.get('darvoza-4000')!
    const stored = await snapshotOf(server)
    expect(stored).to.not.include(id)
    expect(stored).to.include(createHash('sha256').update(id).digest('base64url'))
    expect(server.logged.join('\n')).to.not.include(id)
  })

  it('is not accepted when forged, altered, or equal to the hash stored in the database', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const id = visitor.cookies.get('darvoza-4000')!
    const hash = createHash('sha256').update(id).digest('base64url')
    for (const made of ['', 'a', 'a'.repeat(43), `${id}x`, id.slice(1), hash, `"${id.slice(0, 42)}"`, "' OR 1=1 --"]) {
      const { status } = await aVisitor(server).send('GET', '/account', { headers: { Cookie: `darvoza-4000=${made}` } })
      expect(status, made).to.equal(303)
    }
    expect(await isSignedIn(visitor)).to.equal(true)
  })
})

onEachEngine('a browser session', engine => {
  it('is a session on a device, which is recognized at the next sign-in', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const [first] = await devicesOf(server, amy.id)
    expect(first?.device.name).to.equal('Firefox · Linux')
    expect(first?.sessions.map(one => one.applicationId)).to.deep.equal(['darvoza'])
    await visitor.submit('/logout', {}, '/account')
    expect(await liveSessions(server, amy.id)).to.deep.equal([])
    await visitor.signIn(amy)
    const again = await devicesOf(server, amy.id)
    expect(again.map(one => one.device.id)).to.deep.equal([first?.device.id])
    // Another user in the same browser gets another device; the first device is kept.
    await visitor.submit('/logout', {}, '/account')
    await visitor.signIn(await server.aUser())
    await visitor.submit('/logout', {}, '/account')
    await visitor.signIn(amy)
    expect((await devicesOf(server, amy.id)).map(one => one.device.id)).to.deep.equal([first?.device.id])
  })

  it('is held by the cookie alone: a refresh token made for it is refused', async () => {
    const server = await aServer({ engine })
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const [id] = await liveSessions(server, 1)
    const { tokens, storage } = server.composed.parts
    const session = (await storage.sessionStore.find(storage.database, id!))!
    expect(session.refreshable).to.equal(false)
    const answer = await aClient(server).refresh(tokens.issue.refresh(session, 'admin'))
    expect([answer.status, answer.body.code]).to.deep.equal([401, 'token_not_valid'])
    expect(await isSignedIn(visitor)).to.equal(true)
  })

  it('is redirected to sign-in with the reason at the next page after it was ended', async () => {
    const server = await aServer({ engine })
    const {
      people: { users },
      devices: { sessions },
    } = server.composed.parts
    const amy = await server.aUser()
    const ends: [how: (sid: string) => Promise<unknown>, why: string][] = [
      [sid => sessions.end(sid, amy.id, 'system'), 'Your session was ended'],
      [async () => sessions.endAll(amy.id, 'system'), 'Your session was ended|You were signed out everywhere'],
      [
        async sid => sessions.endDevice((await sessions.require(sid)).session.deviceId, amy.id, 'system'),
        'Your session was ended',
      ],
      [() => users.setPassword(amy.id, password, 'system'), 'set a new password|You were signed out everywhere'],
      [async () => server.clock.advance('25h'), 'You were away for a while'],
      [
        async () => {
          await server.setPolicy({ refresh_token_lifetime: 3_600, session_absolute_lifetime: 3_600 })
          server.clock.advance('1h')
        },
        'everybody must sign in again',
      ],
      [() => users.disable(amy.id, 'system'), 'cannot sign in at the moment'],
    ]
    for (const [end, why] of ends) {
      const visitor = aVisitor(server)
      await visitor.signIn(amy)
      const [sid] = await liveSessions(server, amy.id)
      expect(await isSignedIn(visitor), why).to.equal(true)
      await end(sid!)
      const page = await visitor.open('/account/events')
      expect(page.path).to.equal('/login?next=%2Faccount%2Fevents')
      expect(page.text).to.match(new RegExp(why))
      const token = visitor.tokenOn(page, '/login')
      // Forms have no effect any more.
      const form = { _token: token, first_name: 'Eve', last_name: '', email: '' }
      const refused = await visitor.send('POST', '/account', { form, headers: ownSite })
      expect(localOf(refused)).to.match(/^\/login\?next=/)
      expect((await users.require(amy.id)).firstName).to.equal('')
    }
  })

  it('lasts while pages are visited, up to session_absolute_lifetime', async () => {
    const server = await aServer({ engine, policy: { session_absolute_lifetime: 3 * 86_400 } })
    const amy = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    for (let hours = 20; hours < 72; hours += 20) {
      server.clock.advance('20h')
      expect(await isSignedIn(visitor), `${hours} h`).to.equal(true)
    }
    server.clock.advance('13h')
    expect(await isSignedIn(visitor)).to.equal(false)
  })

  it('updates lastSeenAt at most once a minute', async () => {
    const server = await aServer({ engine })
    const amy = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const [sid] = await liveSessions(server, amy.id)
    const seen = async () => (await server.composed.parts.devices.sessions.require(sid!)).session.lastSeenAt
    const signedInAt = server.clock.now()
    server.clock.advance('59s')
    await visitor.open('/account')
    expect(await seen()).to.equal(signedInAt)
    server.clock.advance('1s')
    await Promise.all([visitor.open('/account'), visitor.open('/account'), visitor.open('/account/devices')])
    expect(await seen()).to.equal(server.clock.now())
  })

  it('is replaced when another user signs in over it, and the first one is ended', async () => {
    const server = await aServer({ engine })
    const [amy, ben] = [await server.aUser(), await server.aUser()]
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const amysCookie = visitor.cookies.get('darvoza-4000')
    // The sign-in form had stayed open in another tab.
    const _token = visitor.tokenOn(await visitor.open('/account'), '/logout')
    const form = { _token, username: ben.username, password }
    expect((await visitor.send('POST', '/login', { form, headers: ownSite })).status).to.equal(303)
    expect((await visitor.open('/account')).text).to.include(ben.username)
    expect(await liveSessions(server, amy.id)).to.deep.equal([])
    const old = await aVisitor(server).send('GET', '/account', { headers: { Cookie: `darvoza-4000=${amysCookie}` } })
    expect(old.status).to.equal(303)
  })
})

describe('a database that does not answer', () => {
  it('answers 503 with Retry-After on every page, and ends no browser session', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const { database } = server.composed.parts.storage
    const { read, cells } = database
    const silent = async () => {
      throw refuse('database_unavailable', { retryAfter: 1 })
    }
    Object.assign(database, { read: silent, cells: silent })
    for (const path of ['/account', '/login', '/', '/admin/users']) {
      const { status, text, headers } = await visitor.send('GET', path)
      expect([status, headers.get('retry-after')], path).to.deep.equal([503, '1'])
      expect(text, path).to.include('You are still signed in').and.include(`href="${path}"`)
    }
    Object.assign(database, { read, cells })
    expect(await isSignedIn(visitor)).to.equal(true)
  })
})

describe('signing out', () => {
  it('ends the session, deletes the cookie, and keeps other devices signed in', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    const client = aClient(server)
    const { access } = await client.signIn(amy)
    const visitor = aVisitor(server)
    await visitor.signIn(amy)
    const kept = visitor.cookies.get('darvoza-4000')
    expect(localOf(await visitor.submit('/logout', {}, '/account'))).to.equal('/login?signed_out')
    expect(visitor.cookies.has('darvoza-4000')).to.equal(false)
    const stolen = await aVisitor(server).send('GET', '/account', { headers: { Cookie: `darvoza-4000=${kept}` } })
    expect(stolen.status).to.equal(303)
    expect(await liveSessions(server, amy.id)).to.deep.equal([claimsOf(access).sid])
    expect((await client.get('/api/me/', access)).status).to.equal(200)
    expect((await visitor.open('/login?signed_out')).text).to.include('You are signed out.')
  })

  it('answers 405 to GET, and redirects as usual without a session', async () => {
    const server = await aServer()
    const visitor = aVisitor(server)
    expect((await visitor.send('GET', '/logout')).status).to.equal(405)
    expect(localOf(await visitor.send('POST', '/logout', { form: {}, headers: ownSite }))).to.equal('/login?signed_out')
  })
})

describe('a password that must be changed (mustChangePassword)', () => {
  it('redirects every page to the password page until another password is set', async () => {
    const server = await aServer()
    const { users } = server.composed.parts.people
    const amy = await users.create({ username: 'amelia', password, mustChangePassword: true }, 'system')
    const visitor = aVisitor(server)
    await visitor.signIn({ username: 'amelia', password })
    for (const path of ['/account', '/account/devices', '/account/events', '/admin/users']) {
      const page = await visitor.open(path)
      expect(page.path).to.equal(`/account/password?next=${encodeURIComponent(path)}`)
      expect(page.text).to.include('Choose a password of your own').and.not.include('href="/account/devices"')
    }
    const token = visitor.tokenOn(await visitor.open('/account'), '/account/password')
    const form = { _token: token, first_name: 'Eve', last_name: '', email: '' }
    expect(localOf(await visitor.send('POST', '/account', { form, headers: ownSite }))).to.match(/^\/account\/password/)
    expect((await users.require(amy.id)).firstName).to.equal('')

    const wanted = {
      old_password: password,
      new_password: 'a much better horse',
      new_password_again: 'a much better horse',
    }
    const on = '/account/password?next=%2Faccount%2Fdevices'
    const same = { ...wanted, new_password: password, new_password_again: password }
    expect((await visitor.submit('/account/password', same, on)).status).to.equal(400)
    const changed = await visitor.submit('/account/password', { ...wanted, next: '/account/devices' }, on)
    expect(localOf(changed)).to.equal('/account/devices')
    expect((await visitor.open('/account/devices')).text).to.include('Your password is changed')
    expect((await users.require(amy.id)).mustChangePassword).to.equal(false)
  })

  it('is the generated one of the first administrator', async () => {
    const first = await aServer()
    const settings = { ...first.settings, adminPassword: null }
    const { database } = first.composed.parts.storage
    await database.write("UPDATE user SET deleted_at = 1, username_key = NULL, active = 0 WHERE username = 'admin'")
    await first.close()
    const server = await aServer({ settings, ports: { administratorId: undefined } })
    const { users } = server.composed.parts.people
    expect((await users.requireByName('admin')).mustChangePassword).to.equal(true)
  })
})
