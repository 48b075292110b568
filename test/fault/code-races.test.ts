// Races of authorization codes with each other, and with whatever ends the session or consent behind them.
import { expect } from 'chai'
import { anApplication } from '../support/applications.js'
import { trials } from '../support/bursts.js'
import { claimsOf } from '../support/client.js'
import { redeemManyTimes } from '../support/code-bursts.js'
import { aBrowser, aCode, type Outcome, redeem, redirectUri, refreshAs } from '../support/codes.js'
import { anOpen } from '../support/database.js'
import { type Engine, onEachEngine, onMariaDb } from '../support/engines.js'
import { aServerProcess } from '../support/processes.js'
import { aServer, manyGuesses, settle, type TestServer } from '../support/server.js'
import { devicesOf } from '../support/sessions.js'

const newPassword = 'staple battery horse'
const metadata = {
  redirect_uris: [redirectUri],
  scope: 'openid offline_access darvoza:account',
  token_endpoint_auth_method: 'none' as const,
}

/** Lets a few turns of the event loop pass, so that two requests meet at varying places. */
async function turns(most: number): Promise<void> {
  for (let left = Math.floor(Math.random() * most); left > 0; left--)
    await new Promise(resolve => setImmediate(resolve))
}

/** Two servers, where the engine lets two share one database. */
async function servers(engine: Engine): Promise<[TestServer, TestServer]> {
  const here = await aServer({ engine, policy: manyGuesses })
  if (engine.name === 'SQLite') return [here, here]
  return [here, await aServer({ settings: here.settings, clock: here.clock, policy: null })]
}

onEachEngine('one authorization code redeemed fifty times at once', engine => {
  it('gives one session, and sessions of others are not touched', async () => {
    const settings = await engine.migrated()
    const count = engine.name === 'SQLite' ? 1 : 2
    const all = await Promise.all(Array.from({ length: count }, () => aServerProcess(settings)))
    const urls = all.map(server => server.url)
    console.log(`      ${await redeemManyTimes(urls, await anOpen(settings), trials(4))}`)
  }).timeout(120_000)
})

type Meeting = { server: TestServer; userId: number; username: string; sid: string; applicationId: string }

/** What ends every session that a code opens. */
const ends: Record<string, (meeting: Meeting) => Promise<unknown>> = {
  'a sign-out of the browser': ({ server, userId, sid }) =>
    server.composed.parts.devices.sessions.end(sid, userId, 'system', 'sign_out'),
  'the end of the device': async ({ server, userId }) => {
    const [device] = await devicesOf(server, userId)
    await server.composed.parts.devices.sessions.endDevice(device!.device.id, userId, 'system')
  },
  'an end by hand of the browser session': ({ server, sid }) =>
    server.composed.parts.devices.sessionEnds.run({ ids: [sid] }, { at: server.clock.now(), count: 1 }, 'system'),
  'the end of all': ({ server, userId }) => server.composed.parts.devices.sessions.endAll(userId, 'system'),
  'a new password': ({ server, userId }) =>
    server.composed.parts.people.users.setPassword(userId, newPassword, 'system'),
  'disabling the user': ({ server, userId }) => server.composed.parts.people.users.disable(userId, 'system'),
  'disabling the application': ({ server, applicationId }) =>
    server.composed.parts.applications.applications.disable(applicationId, 'system'),
  'consent withdrawn': ({ server, userId, applicationId }) =>
    server.composed.parts.authorizations.consents.withdraw(userId, applicationId, 'system'),
}

onEachEngine('an authorization code redeemed while its session, user, application or consent ends', engine => {
  it('leaves no valid access or refresh token, in any order of the two', async () => {
    const [here, there] = await servers(engine)
    const { storage } = here.composed.parts
    const alive: string[] = []
    const other: string[] = []
    let won = 0
    const count = trials(64)
    const names = Object.keys(ends)

    async function trial(index: number): Promise<void> {
      const name = names[index % names.length]!
      const applicationId = `shop${index}`
      const firstParty = name !== 'consent withdrawn'
      await anApplication(here, applicationId, { metadata: { ...metadata, first_party: firstParty } })
      const { id: userId, username } = await here.aUser()
      const scopes = { '': ['openid'] }
      const consent = { userId, applicationId, scopes, createdAt: 1, updatedAt: 1 }
      await storage.consentStore.save(storage.database, consent)
      const { session, sid } = await aBrowser(here, username)
      const codes = await Promise.all([0, 1].map(() => aCode(here, session, applicationId)))
      const redemptions = codes.map(async given => {
        await turns(40)
        return redeem(index % 2 ? there : here, given)
      })
      await turns(60)
      await ends[name]!({ server: here, userId, username, sid, applicationId })
      const outcomes = await Promise.all(redemptions)
      for (const { code } of outcomes)
        if (code !== null && !['invalid_grant', 'application_disabled', 'unauthorized_client'].includes(code))
          other.push(`${code} at ${name}`)
      const given = outcomes.filter(one => one.code === null)
      won += given.length
      for (const one of given)
        alive.push(...(await whatLives(here, one, applicationId)).map(it => `${it} after ${name}`))
    }
    for (let index = 0; index < count; index += 16)
      await Promise.all(Array.from({ length: Math.min(16, count - index) }, (_, more) => trial(index + more)))
    console.log(`      ${count} ends met ${2 * count} redemptions, ${won} of which gave tokens; alive: ${alive.length}`)
    expect(alive).to.deep.equal([])
    expect(other).to.deep.equal([])
  }).timeout(180_000)
})

async function whatLives(server: TestServer, { access, refresh }: Outcome, applicationId: string): Promise<string[]> {
  const { inspect, rotate } = server.composed.parts.tokens
  const origin = { address: '192.0.2.1', userAgent: 'test', requestId: 'test' }
  const refused = (asking: Promise<unknown>) =>
    asking.then(
      () => false,
      () => true,
    )
  return [
    ...((await refused(inspect.any(access))) ? [] : ['an access token']),
    ...((await refused(rotate.rotate(refresh, applicationId, origin))) ? [] : ['a refresh token']),
  ]
}

onEachEngine('two tabs of a browser application', engine => {
  it('repeat the authorization code flow concurrently, and both stay signed in', async () => {
    const [here, there] = await servers(engine)
    await anApplication(here, 'tabs', { kind: 'browser', metadata: { ...metadata, first_party: true } })
    await settle(there.composed)
    const { username } = await here.aUser()
    const { session } = await aBrowser(here, username)
    const rounds = trials(40)
    const lost: string[] = []
    for (let round = 0; round < rounds; round++) {
      here.clock.advance('1s')
      const tabs = await Promise.all(
        [here, there].map(async server => redeem(server, await aCode(server, session, 'tabs'))),
      )
      const refreshed = await Promise.all(tabs.map(({ refresh }) => refreshAs(here, refresh, 'tabs')))
      for (const { code } of [...tabs, ...refreshed]) if (code !== null) lost.push(`${code} in round ${round}`)
      expect(new Set(tabs.map(one => one.sid)).size).to.equal(2)
    }
    expect(lost).to.deep.equal([])
    const open = await here.composed.parts.storage.database.read(
      "SELECT id FROM session WHERE application_id = 'tabs' AND ended_at IS NULL",
    )
    expect(open.length).to.be.at.most(25)
  }).timeout(120_000)
})

onMariaDb('concurrent opening and ending of application sessions', engine => {
  it('causes no deadlock, because locks are taken in one order', async () => {
    const [here, there] = await servers(engine)
    const { storage, devices } = here.composed.parts
    await anApplication(here, 'shop', { metadata: { ...metadata, first_party: true } })
    await anApplication(here, 'wiki', { metadata: { ...metadata, first_party: true } })
    await settle(there.composed)
    const deadlocks = async () =>
      Number((await storage.database.read<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"))[0]!.Value)
    const before = await deadlocks()
    const wrong: string[] = []
    const tolerate = (work: Promise<unknown>) =>
      work.catch((error: Error & { code?: string }) => {
        if (error.code !== 'not_found') wrong.push(`${error.code} ${error.message}`)
      })
    for (let round = 0; round < trials(6); round++) {
      const { id: userId, username } = await here.aUser()
      const browsers = await Promise.all([0, 1].map(() => aBrowser(here, username)))
      const open = async (server: TestServer, applicationId: string) =>
        Promise.all(browsers.map(async ({ session }) => redeem(server, await aCode(server, session, applicationId))))
      const children = (await Promise.all([open(here, 'shop'), open(there, 'wiki'), open(here, 'wiki')])).flat()
      const ids = [...children, ...browsers].map(one => one.sid)
      const bulk = (at: TestServer, ids: string[]) =>
        at.composed.parts.devices.sessionEnds.run({ ids }, { at: at.clock.now(), count: 1 }, 'system')
      await Promise.all([
        open(here, 'shop'),
        open(there, 'wiki'),
        ...children.map(({ sid, refresh }) => refreshAs(there, refresh, claimsOf(refresh).client_id).then(() => sid)),
        ...browsers.map(({ sid }, at) =>
          tolerate([here, there][at]!.composed.parts.devices.sessions.end(sid, userId, 'system', 'sign_out')),
        ),
        tolerate(bulk(here, ids)),
        tolerate(bulk(there, ids.toReversed())),
        tolerate(devices.sessions.endDevice(browsers[0]!.session.deviceId, null, 'system')),
        tolerate(there.composed.parts.devices.sessions.endOtherDevices(userId, browsers[1]!.sid, 'system')),
      ])
    }
    expect(wrong).to.deep.equal([])
    expect((await deadlocks()) - before).to.equal(0)
  }).timeout(90_000)
})
