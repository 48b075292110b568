// Device authorization grant (RFC 8628) over HTTP: endpoint, polling, and the page where a user enters the code.
import { expect } from 'chai'
import { throttles } from '../../server/identity/authorizations/network-throttle.js'
import type { BrowserSession } from '../../server/identity/sign-in/browser-sessions.js'
import { aConfidentialApplication, anApplication, basic } from '../support/applications.js'
import { aBrowserOf, aResourceServer, origin } from '../support/authorizations.js'
import { claimsOf } from '../support/client.js'
import { type Asked, aProgram, aTelevision, decide, formFor, television } from '../support/device-codes.js'
import { aHolder } from '../support/dpop.js'
import { type Engine, onEachEngine, sqlite } from '../support/engines.js'
import { aServer, issuer, settle, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor, localOf } from '../support/visitor.js'

async function aHouse(engine: Engine = sqlite, changes: Parameters<typeof aTelevision>[2] = {}) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  await aTelevision(server, 'tv', changes)
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  const program = aProgram(server, 'tv')
  return { server, amy, visitor, program }
}

const error = ({ status, body }: Asked) => [status, body.error]
const pathOf = (userCode: string) => `/device?${new URLSearchParams({ user_code: userCode })}`

async function sessionsOf({ composed: { parts } }: TestServer, applicationId = 'tv') {
  const { database, sessionStore } = parts.storage
  const rows = await database.read<{ id: string }>('SELECT id FROM session WHERE application_id = ?', [applicationId])
  return [
    ...(
      await sessionStore.some(
        database,
        rows.map(row => row.id),
      )
    ).values(),
  ]
}

type Approval = { subject: string; after: Record<string, unknown> }

/** @returns the audit entries `device_approved` */
async function approvalsOf({ composed: { parts } }: TestServer): Promise<Approval[]> {
  const sql = "SELECT subject, after_json AS after FROM audit_entry WHERE action = 'device_approved' ORDER BY seq"
  const rows = await parts.storage.database.read<{ subject: string; after: string }>(sql)
  return rows.map(({ subject, after }) => ({ subject, after: JSON.parse(after) }))
}

describe('device authorization endpoint', () => {
  it('refuses unauthorized clients, disallowed scopes and unknown resources, and writes no rows', async () => {
    const { server, program } = await aHouse()
    await anApplication(server, 'page', { kind: 'browser', metadata: { token_endpoint_auth_method: 'none' } })
    const secret = await aConfidentialApplication(server, 'kiosk', {
      metadata: { ...television, token_endpoint_auth_method: 'client_secret_basic' },
    })
    await aResourceServer(server, 'orders', 'write')
    await settle(server.composed)
    const begin = (form: Record<string, string>) => program.send('/oauth/device_authorization', form)
    const before = await snapshotOf(server)
    expect(error(await begin({ client_id: 'page' }))).to.deep.equal([400, 'unauthorized_client'])
    expect(error(await begin({ client_id: 'nobody' }))).to.deep.equal([401, 'invalid_client'])
    expect(error(await begin({ client_id: 'kiosk' }))).to.deep.equal([401, 'invalid_client'])
    expect(error(await begin({ scope: 'openid write' }))).to.deep.equal([400, 'invalid_scope'])
    expect(error(await begin({ resource: 'https://nothing.example' }))).to.deep.equal([400, 'invalid_target'])
    expect(await snapshotOf(server)).to.equal(before)
    const kiosk = await program.send('/oauth/device_authorization', { client_id: 'kiosk' }, basic('kiosk', secret))
    expect(kiosk.status).to.equal(200)
  })

  it('limits requests per network for public and self-registered clients, not for confidential ones', async () => {
    const { server, program } = await aHouse()
    const own = { ...television, token_endpoint_auth_method: 'client_secret_basic' } as const
    const [kiosk, tool] = [
      await aConfidentialApplication(server, 'kiosk', { metadata: own }),
      await aConfidentialApplication(server, 'tool', { origin: 'registration', metadata: own }),
    ]
    const begin = (id: string, headers = {}) =>
      program.send('/oauth/device_authorization', { client_id: id, scope: 'openid' }, headers)
    const { networkThrottle } = server.composed.parts.authorizations
    for (let sent = 1; sent < throttles.device.most; sent++) networkThrottle.admit('device', '127.0.0.1')
    expect((await begin('tool', basic('tool', tool))).status).to.equal(200)
    expect(error(await begin('tool', basic('tool', tool)))).to.deep.equal([429, 'temporarily_unavailable'])
    expect(error(await begin('tv'))).to.deep.equal([429, 'temporarily_unavailable'])
    expect((await begin('kiosk', basic('kiosk', kiosk))).status).to.equal(200)
  })

  it('returns a device code and a user code of eight consonants with Cache-Control: no-store', async () => {
    const { server } = await aHouse()
    const response = await fetch(`${server.url}/oauth/device_authorization`, {
      method: 'POST',
      headers: { Origin: 'https://tv.example' },
      body: new URLSearchParams({ client_id: 'tv', scope: 'openid nothing-known' }),
    })
    expect(response.headers.get('cache-control')).to.equal('no-store')
    expect(response.headers.get('access-control-allow-origin')).to.equal('*')
    const { device_code, user_code, ...others } = (await response.json()) as Record<string, string>
    expect(device_code).to.match(/^dvz_device_[\w-]{43}$/)
    expect(user_code).to.match(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
    expect(others).to.deep.equal({
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?user_code=${user_code}`,
      expires_in: 600,
      interval: 5,
    })
    const discovered = await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json()
    expect(discovered).to.include({ device_authorization_endpoint: `${issuer}/oauth/device_authorization` })
    expect(JSON.stringify(discovered)).to.include('urn:ietf:params:oauth:grant-type:device_code')
  })
})

onEachEngine('device code grant', engine => {
  it('answers authorization_pending, slow_down for polling too early, and expired_token at the end', async () => {
    const { server, program } = await aHouse(engine)
    const { device_code } = await program.begin()
    const after = async (span: string) => {
      server.clock.advance(span)
      return error(await program.poll(device_code))
    }
    const [wait, slower] = [
      [400, 'authorization_pending'],
      [400, 'slow_down'],
    ]
    expect(await after('0s'), 'the first question').to.deep.equal(wait)
    // RFC 8628 §3.5: polling exactly at the interval is allowed.
    for (let index = 0; index < 3; index++) expect(await after('5s')).to.deep.equal(wait)
    expect(await after('4s')).to.deep.equal(slower)
    expect(await after('5s'), 'ten by now').to.deep.equal(slower)
    expect(await after('15s')).to.deep.equal(wait)
    for (let index = 0; index < 30; index++) await after('1s')
    expect(await after('60s'), 'whoever never listened').to.deep.equal(wait)
    expect(await after('10m')).to.deep.equal([400, 'expired_token'])
  })

  it('answers invalid_grant for an unknown device code and for one of another application', async () => {
    const { server, program } = await aHouse(engine)
    await aTelevision(server, 'radio')
    const { device_code } = await program.begin()
    for (const text of ['x', `dvz_device_${'x'.repeat(43)}`, `${device_code}=`])
      expect(error(await program.poll(text)), text).to.deep.equal([400, 'invalid_grant'])
    expect(error(await aProgram(server, 'radio').poll(device_code))).to.deep.equal([400, 'invalid_grant'])
    expect(error(await program.poll(device_code, { scope: 'openid email' }))).to.deep.equal([400, 'invalid_scope'])
    expect(error(await program.poll(device_code))).to.deep.equal([400, 'authorization_pending'])
  })

  it('opens a session on a new device after approval, independent of the approving browser session', async () => {
    const { server, amy, visitor, program } = await aHouse(engine)
    const { device_code, user_code } = await program.begin({ scope: 'openid profile offline_access' })
    const answer = await decide(visitor, user_code, 'allow')
    expect(localOf(answer)).to.equal('/device?done=1')
    const { text } = await visitor.open(localOf(answer))
    expect(text).to.include('tv now has access').and.include('Go back to your device')
    server.clock.advance('30s')
    const { status, body } = await program.poll(device_code)
    expect(status).to.equal(200)
    expect(body).to.include({ token_type: 'Bearer', scope: 'openid profile offline_access' })
    expect(body.id_token).to.be.a('string')
    const claims = claimsOf(String(body.access_token))
    expect(claims).to.include({ sub: String(amy.id), client_id: 'tv' })
    expect(claims.auth_time, 'when the person signed in').to.be.below(claims.iat)

    const [session, ...others] = await sessionsOf(server)
    expect(others).to.have.length(0)
    expect(session).to.include({ id: claims.sid, grantType: 'device_code', browserSid: null, offline: false })
    const { storage } = server.composed.parts
    const device = (await storage.deviceStore.find(storage.database, session!.deviceId))!
    expect([device.name, device.userId]).to.deep.equal(['television/2.1', amy.id])
    const own = (await sessionsOf(server, 'darvoza')).map(one => one.deviceId)
    expect(own).to.not.include(device.id)

    expect(error(await program.poll(device_code)), 'once').to.deep.equal([400, 'invalid_grant'])
    const refreshed = await program.send('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: String(body.refresh_token),
    })
    expect(refreshed.status).to.equal(200)

    // The approving browser signs out: the session of the television is not its child and stays live.
    await visitor.submit('/logout', {}, '/account')
    const again = await program.send('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: String(refreshed.body.refresh_token),
    })
    expect(again.status).to.equal(200)
  })

  it('binds the session to a DPoP key; a DPoP proof used while pending may be sent again', async () => {
    const { server, visitor, program } = await aHouse(engine)
    const { device_code, user_code } = await program.begin()
    const key = aHolder(server.clock.now)
    const DPoP = key.proof('POST', `${issuer}/oauth/token`, undefined)
    expect(error(await program.poll(device_code, {}, { DPoP }))).to.deep.equal([400, 'authorization_pending'])
    await decide(visitor, user_code, 'allow')
    const answers = await Promise.all([1, 2, 3].map(() => program.poll(device_code, {}, { DPoP })))
    const [{ body }, ...others] = answers.filter(one => one.status === 200) as [Asked]
    expect(others).to.have.length(0)
    expect([body.token_type, claimsOf(String(body.access_token)).cnf]).to.deep.equal(['DPoP', { jkt: key.jkt }])
    expect((await sessionsOf(server)).map(one => one.dpopJkt)).to.deep.equal([key.jkt])
    const stolen = { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) }
    expect((await program.send('/oauth/token', stolen)).status).to.equal(400)
  })

  it('answers access_denied after the user has denied the request', async () => {
    const { visitor, program } = await aHouse(engine)
    const { device_code, user_code } = await program.begin()
    const { text } = await visitor.open(localOf(await decide(visitor, user_code, 'deny')))
    expect(text).to.include('tv has no access').and.include('No access was given').and.not.include('Go back to')
    expect(error(await program.poll(device_code))).to.deep.equal([400, 'access_denied'])
  })

  it('opens one session for ten concurrent polls and answers nine with invalid_grant', async () => {
    const { server, visitor, program } = await aHouse(engine)
    const { device_code, user_code } = await program.begin()
    await decide(visitor, user_code, 'allow')
    const answers = await Promise.all(Array.from({ length: 10 }, () => program.poll(device_code)))
    expect(answers.filter(one => one.status === 200)).to.have.length(1)
    expect(answers.filter(one => one.body.error === 'invalid_grant')).to.have.length(9)
    expect(await sessionsOf(server)).to.have.length(1)
  })

  it('accepts one of two concurrent decisions, whether both users allow or one denies', async () => {
    const { server, visitor, program } = await aHouse(engine)
    const ben = aVisitor(server)
    await ben.signIn(await server.aUser({ username: 'ben' }))
    const { device_code, user_code } = await program.begin()
    const answers = await Promise.all([decide(visitor, user_code, 'allow'), decide(ben, user_code, 'allow')])
    expect(answers.map(one => one.status).sort()).to.deep.equal([303, 400])
    expect((await program.poll(device_code)).status).to.equal(200)

    const second = await program.begin()
    const both = await Promise.all([decide(visitor, second.user_code, 'deny'), decide(ben, second.user_code, 'allow')])
    expect(both.map(one => one.status).sort()).to.deep.equal([303, 400])
    const expected = both[0]!.status === 303 ? 'access_denied' : undefined
    expect((await program.poll(second.device_code)).body.error).to.equal(expected)
  })

  it('answers invalid_grant if the consent, browser session or user has ended since the approval', async () => {
    const { server, amy, visitor, program } = await aHouse(engine)
    const { devices, people, authorizations } = server.composed.parts
    const cut = async (what: string, end: () => Promise<unknown>) => {
      const { device_code, user_code } = await program.begin()
      await decide(visitor, user_code, 'allow')
      await end()
      await settle(server.composed)
      expect(error(await program.poll(device_code)), what).to.deep.equal([400, 'invalid_grant'])
      expect(await sessionsOf(server), what).to.have.length(0)
    }
    await cut('the consent', () => authorizations.consents.withdraw(amy.id, 'tv', 'system'))
    await cut('the browser session', () => visitor.submit('/logout', {}, '/account'))
    await visitor.signIn(amy)
    await cut('all sessions', () => devices.sessions.endAll(amy.id, 'system'))
    await visitor.signIn(amy)
    await cut('the user', () => people.users.disable(amy.id, 'system'))
  })

  it('opens a session although the approving browser session has expired', async () => {
    const { server, visitor, program } = await aHouse(engine)
    const { device_code, user_code } = await program.begin()
    await decide(visitor, user_code, 'allow')
    const { database } = server.composed.parts.storage
    await database.write("UPDATE session SET ended_at = ?, ended_reason = 'expired' WHERE application_id = 'darvoza'", [
      server.clock.now(),
    ])
    expect((await program.poll(device_code)).status).to.equal(200)
  })

  it('counts towards max_sessions_per_user: ends the oldest session or answers access_denied', async () => {
    const { server, amy, visitor, program } = await aHouse(engine)
    await server.setPolicy({ max_sessions_per_user: 2, at_session_limit: 'end_oldest' })
    const letIn = async () => {
      const { device_code, user_code } = await program.begin()
      await decide(visitor, user_code, 'allow')
      server.clock.advance('10s')
      return program.poll(device_code)
    }
    const first = await letIn()
    const second = await letIn()
    expect([first.status, second.status]).to.deep.equal([200, 200])
    const open = (await sessionsOf(server)).filter(one => one.endedAt === null)
    // The browser session was the oldest of three.
    expect(open).to.have.length(2)
    expect(localOf(await visitor.send('GET', '/account'))).to.match(/^\/login/)
    await visitor.signIn(amy)
    await server.setPolicy({ max_sessions_per_user: 2, at_session_limit: 'refuse' })
    const third = await letIn()
    expect(error(third)).to.deep.equal([400, 'access_denied'])
  })
})

describe('user code page', () => {
  it('shows signed-out visitors a sign-in link and a QR code, the same for known and unknown codes', async () => {
    const { server, program } = await aHouse()
    const stranger = aVisitor(server)
    const { user_code } = await program.begin()
    const good = await stranger.send('GET', pathOf(user_code))
    const none = await stranger.send('GET', pathOf('BBBB-BBBB'))
    const plain = (text: string, code: string) =>
      text.replaceAll(code, '').replace(/<svg class="qr-code"[\s\S]*?<\/svg>/, '')
    const strip = (text: string) => text.replace(/name="_token" value="[^"]+"/g, '')
    expect(strip(plain(good.text, user_code))).to.equal(strip(plain(none.text, 'BBBB-BBBB')))
    expect(good.text).to.include(`href="/login?next=${encodeURIComponent(pathOf(user_code))}"`)
    expect(good.text).to.include('<svg class="qr-code"').and.not.include('tv')
    expect(
      localOf(await stranger.send('POST', '/device', { form: {}, headers: { 'Sec-Fetch-Site': 'same-origin' } })),
    ).to.match(/^\/login/)
  })

  it('shows application, address, scopes and a warning, with HTML in names escaped', async () => {
    const { server, visitor } = await aHouse(sqlite, { name: '<b>Television</b>' })
    await aResourceServer(server, 'orders', 'read')
    await settle(server.composed)
    const program = aProgram(server, 'tv', 'Big TV <script>/3')
    const { user_code } = await program.begin({ scope: 'openid email read', resource: 'https://orders.example' })
    const { text: written, headers } = await visitor.open(pathOf(user_code))
    const text = written.replaceAll('<wbr>', '')
    for (const part of [
      'Allow &lt;b&gt;Television&lt;/b&gt;?',
      user_code,
      'Big',
      '127.0.0.1',
      'Allow this only if you have just started it yourself',
      'See your e-mail address',
      'At orders:',
      'May read at orders',
    ])
      expect(text).to.include(part)
    expect(text).to.not.include('<script>)').and.not.include('<b>Tele')
    expect(headers.get('content-security-policy')).to.match(/frame-ancestors 'none'/)
    expect(headers.get('cache-control')).to.equal('no-store')
  })

  it('accepts a user code in lower case, with other dashes or spaces, or in Cyrillic lookalikes', async () => {
    const { visitor, program } = await aHouse()
    const { user_code } = await program.begin()
    const cyrillic = user_code.replace(/[BCHKMPTX]/g, letter => 'ВСНКМРТХ'['BCHKMPTX'.indexOf(letter)]!)
    for (const typed of [
      user_code.toLowerCase(),
      user_code.replace('-', ''),
      user_code.split('').join(' '),
      user_code.replace('-', '–'),
      cyrillic,
    ])
      expect((await visitor.open(pathOf(typed))).text, typed).to.include('Allow tv?')
  })

  it('shows different errors for a malformed and for an unknown user code', async () => {
    const { visitor } = await aHouse()
    const typed = async (text: string) => (await visitor.send('GET', pathOf(text))).text
    expect(await typed('ABC'))
      .to.include('A code has eight letters')
      .and.not.include('No program waits')
    expect(await typed('BCDF-GHJK'))
      .to.include('No program waits')
      .and.not.include('A code has eight letters')
  })

  it('asks for approval each time, also after an earlier approval and for a first-party application', async () => {
    const { server, amy, visitor, program } = await aHouse(sqlite, { metadata: { first_party: true } })
    for (let index = 0; index < 2; index++) {
      const { user_code, device_code } = await program.begin()
      expect((await program.poll(device_code)).body.error).to.equal('authorization_pending')
      expect((await visitor.open(pathOf(user_code))).text).to.include('Allow tv?')
      await decide(visitor, user_code, 'allow')
      expect((await program.poll(device_code)).status).to.equal(200)
    }
    const approvals = await approvalsOf(server)
    expect(approvals.map(one => [one.subject, one.after.application, one.after.asked_from])).to.deep.equal(
      Array(2).fill([String(amy.id), 'tv', '127.0.0.1']),
    )
  })

  it('rejects a decision that does not match the request shown, and approves nothing', async () => {
    const { server, visitor, program } = await aHouse()
    const { user_code, device_code } = await program.begin()
    const other = await program.begin()
    const otherPage = await visitor.open(pathOf(other.user_code))
    const others = /name="shown" value="([^"]+)"/.exec(otherPage.text)![1]!
    const wrong: Record<string, string>[] = [{ shown: '' }, { shown: others }, { decision: 'perhaps' }]
    for (const changes of wrong) {
      const { status, text } = await decide(visitor, user_code, 'allow', changes)
      expect(status).to.equal(400)
      expect(text).to.include('differs from what you were shown')
    }
    expect((await decide(visitor, user_code, 'allow', { _token: 'x' })).status).to.equal(403)
    expect((await program.poll(device_code)).body.error).to.equal('authorization_pending')
    expect((await sessionsOf(server)).length).to.equal(0)
  })

  it('answers 403 to a user without a role that the application requires', async () => {
    const { visitor, program } = await aHouse(sqlite, { metadata: { required_roles: ['clerk'] } })
    const { user_code, device_code } = await program.begin()
    expect((await visitor.open(pathOf(user_code))).status).to.equal(403)
    expect((await program.poll(device_code)).body.error).to.equal('authorization_pending')
  })

  it('requires a new sign-in after all sessions of the application were ended', async () => {
    const { server, amy, visitor, program } = await aHouse()
    await server.composed.parts.applications.applications.endSessions('tv', 'system')
    await settle(server.composed)
    const { user_code, device_code } = await program.begin()
    const login = localOf(await decide(visitor, user_code, 'allow'))
    expect(login).to.match(/^\/login\?again=1&next=/)
    const page = await visitor.open(login)
    expect(page.text).to.include('Sign in again to continue')
    const next = new URL(login, server.url).searchParams.get('next')!
    const form = { _token: visitor.tokenOn(page, '/login'), username: amy.username, password: amy.password, next }
    const signedIn = await visitor.send('POST', '/login', { form, headers: { 'Sec-Fetch-Site': 'same-origin' } })
    expect(localOf(signedIn)).to.equal(next)
    await decide(visitor, user_code, 'allow')
    expect((await program.poll(device_code)).status).to.equal(200)
  })

  it('answers three concurrent submissions of one approval alike, and records one approval', async () => {
    const { server, visitor, program } = await aHouse()
    const { user_code, device_code } = await program.begin()
    const form = await formFor(visitor, user_code, 'allow')
    const answers = await Promise.all([1, 2, 3].map(() => visitor.send('POST', '/device', form)))
    expect(answers.map(one => one.headers.get('location'))).to.deep.equal(Array(3).fill('/device?done=1'))
    expect((await program.poll(device_code)).status).to.equal(200)
    expect(await approvalsOf(server)).to.have.length(1)
  })
})

describe('user code guesses', () => {
  it('get 429 above the limit, as does a valid code, until the hour has passed', async () => {
    const { server, visitor, program } = await aHouse()
    await server.setPolicy({ sign_in_guesses_per_hour: 5 })
    const statuses: number[] = []
    for (const letter of 'BCDFGHJK') statuses.push((await visitor.send('GET', pathOf(letter.repeat(8)))).status)
    expect(statuses).to.deep.equal([400, 400, 400, 400, 400, 429, 429, 429])
    const { user_code } = await program.begin()
    const full = await visitor.send('GET', pathOf(user_code))
    expect([full.status, Number(full.headers.get('retry-after')) > 0]).to.deep.equal([429, true])
    expect(full.text).to.not.include('Allow tv?')
    expect(
      (await visitor.send('POST', '/device', { form: { user_code }, headers: { 'Sec-Fetch-Site': 'same-origin' } }))
        .status,
    ).to.equal(403)
    server.clock.advance('61m')
    const { user_code: later } = await program.begin()
    expect((await visitor.open(pathOf(later))).text).to.include('Allow tv?')
  })

  it('cost a limited number of look-ups per user and per network, and are all counted', async () => {
    const { server } = await aHouse()
    const { authorizations, logs, tokens, storage } = server.composed.parts
    let lookUps = 0
    const { findByUserCode } = storage.deviceCodeStore
    storage.deviceCodeStore.findByUserCode = (...asked) => {
      lookUps++
      return findByUserCode(...asked)
    }
    const people: BrowserSession[] = []
    for (let index = 0; index < 30; index++)
      people.push((await aBrowserOf(server, await server.aUser({ username: `p${index}` }))).browser)
    const letters = 'BCDFGHJKLMNPQRSTVWXZ'
    const codeOf = (index: number) =>
      [0, 1, 2, 3]
        .map(at => letters[Math.floor(index / 20 ** at) % 20])
        .join('')
        .padEnd(8, 'Z')
    const refusals = new Map<string, number>()
    const guess = async (index: number, browser: BrowserSession, address: string) => {
      const refusal = await authorizations.deviceDecisions
        .find(codeOf(index), browser, { ...origin, address })
        .catch(thrown => thrown)
      refusals.set(refusal.code, (refusals.get(refusal.code) ?? 0) + 1)
    }
    // 100 at once, like a concurrent attacker.
    const tenThousand = async (browserOf: (index: number) => BrowserSession, addressOf: (index: number) => string) => {
      for (let from = 0; from < 10_000; from += 100)
        await Promise.all(
          Array.from({ length: 100 }, (_, at) => guess(from + at, browserOf(from + at), addressOf(from + at))),
        )
    }
    await tenThousand(
      () => people[0]!,
      index => `198.51.100.${index % 256}`,
    )
    expect(lookUps, 'by one person').to.equal(20)
    await tenThousand(
      index => people[1 + (index % 29)]!,
      () => '2001:db8::1',
    )
    expect(lookUps, 'and from one network').to.equal(20 + 200)
    expect([...refusals]).to.have.deep.members([
      ['invalid_fields', 220],
      ['too_many_guesses', 19_780],
    ])
    await tokens.counters.flush()
    expect((await logs.figures.series('24h')).totals.wrong_user_codes).to.equal(20_000)
  })
})
