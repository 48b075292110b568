// Signing in again in a browser that is signed in (renewal), and what happens to the sessions opened through it.
import { expect } from 'chai'
import { aSessionOf } from '../support/applications.js'
import { aWebsite } from '../support/authorizations.js'
import { aClient } from '../support/client.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer } from '../support/server.js'
import { devicesOf, sessionsOf } from '../support/sessions.js'
import { aVisitor, type Visitor } from '../support/visitor.js'

const cookie = 'darvoza-4000'
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

onEachEngine('signing in again in the same browser', engine => {
  it('as another user ends the former session', async () => {
    const { server, visitor, amy, browserSession } = await aHouse(engine)
    const ben = await server.aUser({ username: 'ben' })
    await signInAgain(visitor, ben)
    expect(await sessionsOf(server, amy.id)).to.have.length(0)
    expect(await sessionsOf(server, ben.id)).to.have.length(1)
    const { database, sessionStore } = server.composed.parts.storage
    expect((await sessionStore.find(database, browserSession))?.endedReason).to.equal('sign_out')
    expect((await visitor.send('GET', '/account')).text)
      .to.include('ben')
      .and.not.include('amy')
  })

  it('opens a new session if the former one has ended or expired', async () => {
    const { server, visitor, amy, browserSession } = await aHouse(engine)
    await server.composed.parts.devices.sessions.endAll(amy.id, 'system')
    await signInAgain(visitor, amy)
    const [session] = await sessionsOf(server, amy.id)
    expect(session?.session.id).to.be.a('string').and.not.equal(browserSession)
    server.clock.advance('2d')
    await signInAgain(visitor, amy)
    expect((await sessionsOf(server, amy.id)).map(one => one.session.id)).to.not.include(session?.session.id)
  })

  it('as the same user continues the session under a new cookie; forms of other tabs stay valid', async () => {
    const { server, visitor, amy, browserSession } = await aHouse(engine)
    const before = visitor.cookies.get(cookie)!
    const tab = visitor.tokenOn(await visitor.open('/account'), '/account')
    const [device] = await devicesOf(server, amy.id)
    const entry = { kind: 'user', subject: String(amy.id), effect: 'refresh', why: '' }
    await server.composed.parts.logs.revocationLog.add(entry, 'system')
    server.clock.advance('10m')
    await signInAgain(visitor, amy)
    const live = await sessionsOf(server, amy.id)
    expect(live.map(one => [one.session.id, one.session.deviceId])).to.deep.equal([[browserSession, device!.device.id]])
    const { database, sessionStore } = server.composed.parts.storage
    const row = await sessionStore.find(database, browserSession)
    expect(row?.authenticatedAt).to.equal(server.clock.now())
    expect(row?.seq, 'what ended between is known to have').to.equal(server.composed.parts.revocation.tail.position)

    expect(visitor.cookies.get(cookie)).to.not.equal(before)
    const thief = await aVisitor(server).send('GET', '/account', { headers: { Cookie: `${cookie}=${before}` } })
    expect(thief.status, 'the former cookie').to.equal(303)
    const form = { _token: tab, first_name: 'Amelia', last_name: '', email: '' }
    expect((await visitor.send('POST', '/account', { form, headers: ownSite })).status).to.equal(303)
  })

  it('as the same user ends no child session and no other session on the device', async () => {
    const { server, visitor, amy, browserSession } = await aHouse(engine)
    const deviceId = (await devicesOf(server, amy.id))[0]!.device.id
    await aWebsite(server, 'shop')
    const child = await aSessionOf(server, amy, 'shop', { browserSid: browserSession })
    const pair = await aSessionOf(server, amy, 'darvoza', { grantType: 'password' })
    await server.composed.parts.storage.database.write('UPDATE session SET device_id = ?', [deviceId])
    await signInAgain(visitor, amy)
    const live = (await sessionsOf(server, amy.id)).map(one => one.session.id)
    expect(live).to.have.members([browserSession, child.session.id, pair.session.id])
  })

  it('restarts the absolute lifetime of the session', async () => {
    const { server, visitor, amy } = await aHouse(engine)
    await server.setPolicy({ refresh_token_lifetime: 3_600, session_absolute_lifetime: 3_600 })
    await signInAgain(visitor, amy)
    server.clock.advance('50m')
    await signInAgain(visitor, amy)
    server.clock.advance('50m')
    expect((await visitor.send('GET', '/account')).status).to.equal(200)
    server.clock.advance('20m')
    expect((await visitor.send('GET', '/account')).status).to.equal(303)
  })

  it('is audited as signed_in with renewed: true', async () => {
    const { server, visitor, amy, browserSession } = await aHouse(engine)
    await signInAgain(visitor, amy)
    const { results } = await server.composed.parts.logs.auditLog.ofPerson(amy.id, Number.MAX_SAFE_INTEGER, 2)
    expect(results.map(one => [one.action, JSON.parse(one.afterJson!)])).to.deep.equal([
      ['signed_in', { ...JSON.parse(results[1]!.afterJson!), renewed: true }],
      ['signed_in', { ...JSON.parse(results[1]!.afterJson!), session: browserSession }],
    ])
  })

  it('in five tabs concurrently leaves one session, and every successful tab signed in', async () => {
    const { server, visitor, amy } = await aHouse(engine)
    const form = { _token: visitor.tokenOn(await visitor.open('/account'), '/account'), ...credentials(amy) }
    const tabs = Array.from({ length: 5 }, () => aVisitor(server))
    for (const tab of tabs) for (const [name, value] of visitor.cookies) tab.cookies.set(name, value)
    const answers = await Promise.all(tabs.map(tab => tab.send('POST', '/login', { form, headers: ownSite })))
    // A tab that comes after the cookie changed sends the former one, which is refused.
    for (const { status } of answers) expect(status).to.be.oneOf([303, 403, 503])
    const signedIn = tabs.filter((_, index) => answers[index]!.status === 303)
    expect(signedIn).to.have.length.above(0)
    for (const tab of signedIn) expect((await tab.send('GET', '/account')).status).to.equal(200)
    expect(await sessionsOf(server, amy.id)).to.have.length(1)
  })

  it('never revives a session that is ended concurrently', async () => {
    const { server, visitor, amy } = await aHouse(engine)
    for (let round = 0; round < 12; round++) {
      const [{ session }] = (await sessionsOf(server, amy.id)) as [Awaited<ReturnType<typeof sessionsOf>>[number]]
      const ending = server.composed.parts.devices.sessions.end(session.id, null, 'system').catch(() => {})
      await Promise.all([signInAgain(visitor, amy), ending])
      const { database, sessionStore } = server.composed.parts.storage
      const row = await sessionStore.find(database, session.id)
      expect(row?.endedAt, `round ${round}`).to.be.a('number')
      if ((await sessionsOf(server, amy.id)).length === 0) await signInAgain(visitor, amy)
    }
  })
})

onEachEngine('a sign-in on a known device', engine => {
  it('by a browser without its cookie ends no session there', async () => {
    const { server, visitor, amy, browserSession } = await aHouse(engine)
    visitor.cookies.delete(cookie)
    await visitor.signIn(amy)
    const live = await sessionsOf(server, amy.id)
    expect(live).to.have.length(2)
    expect(live.map(one => one.session.id)).to.include(browserSession)
    expect(await devicesOf(server, amy.id)).to.have.length(1)
  })

  it("at the API ends the device's former API session, but no browser session", async () => {
    const { server, amy, deviceToken, browserSession } = await aHouse(engine)
    const client = aClient(server)
    const lost = await client.signIn(amy, { device_token: deviceToken })
    const found = await client.signIn(amy, { device_token: deviceToken })
    expect((await client.refresh(lost.refresh)).status).to.equal(401)
    expect((await client.refresh(found.refresh)).status).to.equal(200)
    expect((await sessionsOf(server, amy.id)).map(one => one.session.id)).to.include(browserSession)
  })
})

/** A server on which Amy's browser is signed in. */
async function aHouse(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  const visitor = aVisitor(server)
  await visitor.signIn(amy)
  const browserSession = (await sessionsOf(server, amy.id))[0]!.session.id
  const deviceToken = visitor.cookies.get('darvoza-device-4000')!.split(':').at(-1)!
  return { server, amy, visitor, browserSession, deviceToken }
}

const credentials = ({ username, password }: { username: string; password: string }) => ({ username, password })

/** Submits from a page that was open before: the sign-in page itself redirects a browser that is signed in. */
async function signInAgain(visitor: Visitor, user: { username: string; password: string }) {
  const page = await visitor.open('/account')
  const action = page.text.includes('action="/login"') ? '/login' : '/logout'
  const form = { _token: visitor.tokenOn(page, action), ...credentials(user) }
  const answer = await visitor.send('POST', '/login', { form, headers: ownSite })
  expect(answer.status, answer.text.slice(0, 300)).to.equal(303)
}
