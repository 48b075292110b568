// Sessions opened by codes: how many there may be, and how they depend on their browser session.
import { expect } from 'chai'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { Trigger } from '../../server/policy/revocation.js'
import type { CodeRecord } from '../../server/storage/codes.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import { anApplication, changeApplication } from '../support/applications.js'
import { aClient, claimsOf } from '../support/client.js'
import { aBrowser, aCode, redeem, redirectUri, refreshAs } from '../support/codes.js'
import { type Engine, onEachEngine } from '../support/engines.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'

const shop: ApplicationMetadata = {
  redirect_uris: [redirectUri],
  scope: 'openid email offline_access',
  token_endpoint_auth_method: 'none',
  first_party: true,
}
const withoutRefresh: ApplicationMetadata = { ...shop, grant_types: ['authorization_code'] }

const findSession = async ({ composed: { parts } }: TestServer, sid: string) =>
  (await parts.storage.sessionStore.find(parts.storage.database, sid))!

async function aShop(engine: Engine) {
  const server = await aServer({ engine })
  const amy = await server.aUser({ username: 'amy' })
  await anApplication(server, 'shop', { metadata: shop })
  await anApplication(server, 'wiki', { metadata: { ...shop, scope: 'openid' } })
  await anApplication(server, 'brief', { metadata: withoutRefresh })
  const browser = (await aBrowser(server, 'amy')).session
  const open = async (
    applicationId = 'shop',
    { within = browser, ...changes }: Partial<CodeRecord> & { within?: SessionRecord } = {},
  ) => {
    const opened = await redeem(server, await aCode(server, within, applicationId, changes))
    expect(opened.code, applicationId).to.equal(null)
    return opened
  }
  /** Whether each of these sessions lives. */
  const living = async (...sids: string[]) => {
    const found = await Promise.all(sids.map(sid => findSession(server, sid)))
    return found.map(one => one.endedAt === null)
  }
  return { server, amy, browser, open, living, parts: server.composed.parts }
}

onEachEngine('sessions opened by codes', engine => {
  it('end no older session: two tabs that both run the flow stay signed in', async () => {
    const { server, open, living } = await aShop(engine)
    const [one, two] = [await open(), await open()]
    expect(two.sid).to.not.equal(one.sid)
    expect(await living(one.sid, two.sid)).to.deep.equal([true, true])
    expect((await refreshAs(server, one.refresh, 'shop')).code).to.equal(null)
    expect((await refreshAs(server, two.refresh, 'shop')).code).to.equal(null)
  })

  it('are limited to 25 per application and device: unused ones end first, then the least recent', async () => {
    const { server, open, living } = await aShop(engine)
    const opened: Awaited<ReturnType<typeof open>>[] = []
    for (let count = 0; count < 25; count++) {
      opened.push(await open())
      server.clock.advance('1s')
    }
    const sids = opened.map(one => one.sid)
    const [first, second, third, fourth] = opened as [
      (typeof opened)[0],
      (typeof opened)[0],
      (typeof opened)[0],
      (typeof opened)[0],
    ]
    const wiki = await open('wiki')
    expect(await living(...sids), '25 fit').to.not.include(false)
    // All sessions have a valid access token: the least recently used one ends.
    expect((await refreshAs(server, first.refresh, 'shop')).code).to.equal(null)
    await open()
    expect(await living(first.sid, second.sid, third.sid)).to.deep.equal([true, false, true])
    // The other access tokens have expired: sessions that never refreshed end first, however old `first` is.
    server.clock.advance('2h')
    await open()
    expect(await living(first.sid, third.sid, fourth.sid)).to.deep.equal([true, false, true])
    expect((await findSession(server, third.sid)).endedReason).to.equal('replaced')
    expect(await living(wiki.sid), 'another application').to.deep.equal([true])
  })

  it('without refresh token are reused for equal scope, resources and browser, with the new sign-in', async () => {
    const { server, browser, open, parts } = await aShop(engine)
    const one = await open('brief', { scope: 'openid email' })
    expect(one.tokens!.refresh).to.equal(null)
    const other = [
      await open('brief', { scope: 'openid' }),
      await open('brief', { scope: 'openid email', resources: ['http://localhost:4000'] }),
      await open('brief', { scope: 'openid email', within: (await aBrowser(server, 'amy')).session }),
    ]
    expect(new Set([one, ...other].map(opened => opened.sid)).size).to.equal(4)
    server.clock.advance('20m')
    const later = { seq: browser.seq + 1, authenticatedAt: server.clock.now() - 1_000 }
    await parts.devices.sessions.end(other[0]!.sid, browser.userId, 'system')
    const again = await open('brief', { scope: 'email openid', ...later })
    expect(again.sid).to.equal(one.sid)
    const session = await findSession(server, one.sid)
    expect(session).to.include({ ...later, rotatedAt: server.clock.now(), generation: 1 })
    expect(session.expiresAt).to.equal(server.clock.now() + 86_400_000)
    expect(claimsOf(again.access).auth_time).to.equal(Math.floor(later.authenticatedAt / 1000))
    // An ended session is not reused, nor one whose access token would be cut short.
    expect((await open('brief', { scope: 'openid' })).sid).to.not.equal(other[0]!.sid)
    await server.setPolicy({ session_absolute_lifetime: 5_000, refresh_token_lifetime: 5_000 })
    server.clock.advance('5m')
    const fresh = await open('brief', { scope: 'openid email' })
    expect(fresh.sid).to.not.equal(one.sid)
    expect(claimsOf(fresh.access).exp - claimsOf(fresh.access).iat).to.equal(3_600)
  })

  it('do not count as sessions of the user; offline ones do once their browser session has ended', async () => {
    const { server, amy, browser, open, living, parts } = await aShop(engine)
    const client = aClient(server)
    await server.setPolicy({ max_sessions_per_user: 3 })
    const children = [await open(), await open('wiki'), await open('brief')]
    const offline = await open('shop', { scope: 'openid offline_access' })
    server.clock.advance('1s')
    const phone = await client.signIn(amy)
    const laptop = await client.signIn(amy)
    const sids = [browser.id, ...children.map(one => one.sid), offline.sid]
    expect(await living(...sids), 'three count').to.not.include(false)
    const refreshed = await refreshAs(server, offline.refresh, 'shop')
    expect(refreshed.code, 'nor at a refresh').to.equal(null)
    expect((await client.refresh(phone.refresh)).status).to.equal(200)
    await parts.devices.sessions.end(browser.id, amy.id, 'system', 'sign_out')
    expect(await living(offline.sid, claimsOf(laptop.access).sid)).to.deep.equal([true, true])
    // Now the offline session is one of three that count, and the oldest.
    await client.signIn(amy)
    expect(await living(offline.sid)).to.deep.equal([false])
    expect((await refreshAs(server, refreshed.refresh, 'shop')).code).to.equal('session_ended')
  })

  it('end with their browser session when the next sign-in applies a lowered session limit', async () => {
    const { server, amy, browser, open, living } = await aShop(engine)
    const child = await open()
    await server.setPolicy({ max_sessions_per_user: 1 })
    expect((await refreshAs(server, child.refresh, 'shop')).code, 'a child is not judged').to.equal(null)
    await aClient(server).signIn(amy)
    expect(await living(browser.id, child.sid)).to.deep.equal([false, false])
    expect((await findSession(server, child.sid)).endedReason).to.equal('session_limit')
  })
})

onEachEngine('the end of a browser session', engine => {
  async function aFamily() {
    const made = await aShop(engine)
    const { open } = made
    const children = [await open(), await open('wiki'), await open('brief')]
    const offline = await open('shop', { scope: 'openid offline_access' })
    const elsewhere = await open('shop', { within: (await aBrowser(made.server, 'amy')).session })
    const entriesOf = async () => {
      const rows = await made.parts.storage.database.read<{ subject: string; reason: Trigger }>(
        "SELECT subject, reason FROM revocation WHERE kind = 'session' ORDER BY seq",
      )
      return rows.map(row => [row.subject, row.reason])
    }
    return { ...made, children, offline, elsewhere, entriesOf }
  }

  it('at a sign-out ends its children, each with a revocation entry, but no offline session', async () => {
    const { server, amy, browser, children, offline, elsewhere, living, parts, entriesOf } = await aFamily()
    await parts.devices.sessions.end(browser.id, amy.id, 'system', 'sign_out')
    const ids = children.map(one => one.sid)
    expect(await living(browser.id, ...ids, offline.sid, elsewhere.sid)).to.deep.equal([
      ...[false, false, false, false],
      ...[true, true],
    ])
    const ended = [browser.id, ...ids.toSorted()]
    expect(await entriesOf()).to.deep.equal(ended.map(id => [id, 'sign_out']))
    await settle(server.composed)
    const { inspect } = parts.tokens
    for (const { access, refresh } of children) {
      const code = await inspect.any(access).then(
        () => null,
        error => error.code,
      )
      expect(code).to.equal('session_ended')
      if (refresh)
        expect((await refreshAs(server, refresh, claimsOf(refresh).client_id)).code).to.equal('session_ended')
    }
    expect((await refreshAs(server, offline.refresh, 'shop')).code).to.equal(null)
    expect((await refreshAs(server, elsewhere.refresh, 'shop')).code).to.equal(null)
  })

  it('as session_ended or device_ended also ends its offline sessions', async () => {
    const ends = {
      session_ended: (parts: Awaited<ReturnType<typeof aFamily>>['parts'], browser: SessionRecord) =>
        parts.devices.sessions.end(browser.id, null, 'system'),
      device_ended: (parts: Awaited<ReturnType<typeof aFamily>>['parts'], browser: SessionRecord) =>
        parts.devices.sessions.endDevice(browser.deviceId, null, 'system'),
    }
    for (const [reason, end] of Object.entries(ends)) {
      const { server, browser, children, offline, elsewhere, living, parts, entriesOf } = await aFamily()
      await end(parts, browser)
      const ids = [...children, offline].map(one => one.sid)
      expect(await living(browser.id, ...ids, elsewhere.sid), reason).to.deep.equal([
        ...[false, false, false, false, false],
        true,
      ])
      const ended = [browser.id, ...ids.toSorted()]
      expect(await entriesOf(), reason).to.deep.equal(ended.map(id => [id, reason]))
      await server.close()
    }
  })

  it('in bulk ends its children and offline sessions, each with one revocation entry', async () => {
    const { browser, children, offline, elsewhere, living, parts, entriesOf } = await aFamily()
    const ids = [children[0]!.sid, browser.id, elsewhere.sid]
    const { sessionEnds } = parts.devices
    const preview = await sessionEnds.preview({ ids }, 'system')
    expect((await sessionEnds.run({ ids }, preview, 'system')).done).to.equal(3)
    const all = [browser.id, elsewhere.sid, ...children.map(one => one.sid), offline.sid]
    expect(await living(...all)).to.not.include(true)
    expect((await entriesOf()).map(([id]) => id).sort()).to.deep.equal(all.toSorted())
  })

  it('with all sessions of its user ends its children, offline or not', async () => {
    const { server, amy, children, offline, parts } = await aFamily()
    await parts.devices.sessions.endAll(amy.id, 'system')
    for (const { refresh } of [children[0]!, children[1]!, offline])
      expect((await refreshAs(server, refresh, claimsOf(refresh).client_id)).code).to.equal('session_ended')
  })

  it('by expiry ends no child; a later sign-out of the expired session does', async () => {
    const { server, amy, browser, children, offline, living, parts } = await aFamily()
    const [first] = children as [(typeof children)[0]]
    server.clock.advance('23h')
    const refreshed = await refreshAs(server, first!.refresh, 'shop')
    server.clock.advance('2h')
    await parts.maintenance.housekeeping.purgeSessions()
    expect((await findSession(server, browser.id)).endedReason).to.equal('expired')
    expect((await refreshAs(server, refreshed.refresh, 'shop')).code).to.equal(null)
    expect(await living(first!.sid)).to.deep.equal([true])
    await parts.devices.sessions.end(browser.id, amy.id, 'system', 'sign_out')
    expect(await living(first!.sid)).to.deep.equal([false])
    expect((await findSession(server, browser.id)).endedReason).to.equal('expired')
    expect((await findSession(server, offline.sid)).endedReason, 'by its own time').to.equal('expired')
  })

  it('ends offline sessions of an application that lost offline_access, at sign-out or next refresh', async () => {
    const { server, amy, browser, offline, elsewhere, living, parts } = await aFamily()
    const lost = { metadata: { ...shop, scope: 'openid email' } }
    const other = (await aBrowser(server, 'amy')).session
    const late = await redeem(server, await aCode(server, other, 'shop', { scope: 'openid offline_access' }))
    await parts.devices.sessions.end(other.id, amy.id, 'system', 'sign_out')
    expect(await living(late.sid)).to.deep.equal([true])
    await changeApplication(server, 'shop', lost)
    const refreshed = await refreshAs(server, offline.refresh, 'shop')
    expect(refreshed.code, 'while its browser session lives').to.equal(null)
    await parts.devices.sessions.end(browser.id, amy.id, 'system', 'sign_out')
    expect(await living(offline.sid), 'at the sign-out').to.deep.equal([false])
    expect((await refreshAs(server, late.refresh, 'shop')).code, 'at the refresh').to.equal('session_ended')
    expect((await findSession(server, late.sid)).endedReason).to.equal('sign_out')
    expect((await refreshAs(server, elsewhere.refresh, 'shop')).code).to.equal(null)
  })

  it('does not follow from the end of a child, which leaves siblings and password sessions alone', async () => {
    const { server, amy, children, browser, living, parts } = await aFamily()
    const pair = await aClient(server).signIn({ ...amy, password })
    await parts.devices.sessions.end(children[0]!.sid, amy.id, 'system')
    expect(await living(browser.id, children[1]!.sid, claimsOf(pair.access).sid)).to.deep.equal([true, true, true])
  })
})
