// Steps of the machine's clock, back or ahead: no session is lost by them, and nothing expired is accepted.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { aForge, changed } from '../support/forge.js'
import { aServer, password, settle, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000] as const

/** The clocks of a machine, which stand still until a test moves them. */
function clocks() {
  const at = { monotonic: 0, uptime: 1_000_000, wall: Date.parse('2026-01-05T09:00:00Z') }
  return {
    ports: { monotonic: () => at.monotonic, uptime: () => at.uptime, wall: () => at.wall },
    pass(ms: number) {
      for (const name of ['monotonic', 'uptime', 'wall'] as const) at[name] += ms
    },
    set(ms: number) {
      at.wall += ms
    },
  }
}

async function aMachine() {
  const machine = clocks()
  const ports = { now: undefined, clocks: machine.ports }
  const server = await aServer({ ports })
  /** Lets time pass, and the server read the clock as it does four times a second. */
  const pass = async (ms: number) => {
    machine.pass(ms)
    await settle(server.composed)
  }
  const step = async (ms: number) => {
    machine.set(ms)
    await settle(server.composed)
  }
  const restart = async (settings = server.settings) => {
    await server.composed.parts.maintenance.housekeeping.beat()
    await server.close()
    return aServer({ ports, settings, policy: null })
  }
  return { machine, server, client: aClient(server), pass, step, restart }
}

async function clockOf(server: TestServer): Promise<string | undefined> {
  const { status, body } = await aClient(server).get('/readyz')
  expect(status).to.equal(200)
  return body.clock
}

describe('a wall clock that is set back', () => {
  for (const [what, ms] of [
    ['30 seconds', 30 * second],
    ['an hour', hour],
  ] as const) {
    it(`by ${what} keeps sessions signed in, also over a restart`, async () => {
      const { server, client, pass, step, restart } = await aMachine()
      const pair = await client.signIn(admin)
      await pass(10 * second)
      const { body: next } = await client.refresh(pair.refresh)
      await step(-ms)
      expect(await clockOf(server)).to.equal('behind')
      expect((await client.verify(next.access)).status).to.equal(200)
      const { status, body: later } = await client.refresh(next.refresh)
      expect(status).to.equal(200)
      const fresh = await client.signIn(admin)
      const restarted = await restart()
      const again = aClient(restarted)
      for (const one of [later, fresh]) {
        expect((await again.verify(one.access)).status).to.equal(200)
        const refreshed = await again.refresh(one.refresh)
        expect(refreshed.status, refreshed.text).to.equal(200)
        expect((await again.get('/api/me/', refreshed.body.access)).status).to.equal(200)
      }
      expect(await clockOf(restarted)).to.equal('behind')
    })
  }

  it('after a jump ahead that was accepted keeps sessions signed in', async () => {
    const { client, pass, step } = await aMachine()
    const pair = await client.signIn(admin)
    await step(3 * hour)
    await pass(6 * minute)
    const { status, body: ahead } = await client.refresh(pair.refresh)
    expect(status).to.equal(200)
    expect((await client.verify(ahead.access)).status).to.equal(200)
    await step(-3 * hour)
    expect((await client.verify(ahead.access)).status).to.equal(200)
    const again = await client.refresh(ahead.refresh)
    expect(again.status, again.text).to.equal(200)
    expect((await client.verify(again.body.access)).status).to.equal(200)
  })

  it('is detected by a later token of this server: 503 clock_went_back, while a refresh goes on', async () => {
    const { server, client } = await aMachine()
    const pair = await client.signIn(admin)
    const forge = aForge(server)
    const { iat, exp } = claimsOf(pair.access)
    const at = (seconds: number) => forge.access(changed(pair.access, { iat: iat + seconds, exp: exp + seconds }))
    for (const seconds of [30, 3_600, 86_000]) {
      for (const answer of [await client.verify(at(seconds)), await client.get('/api/me/', at(seconds))]) {
        expect([answer.status, answer.body.code]).to.deep.equal([503, 'clock_went_back'])
        expect(Number(answer.headers.get('retry-after'))).to.be.above(0)
      }
    }
    expect((await client.verify(at(4))).status).to.equal(200)
    const never = await client.verify(at(2 * 86_400))
    expect([never.status, never.body.reason]).to.deep.equal([401, 'token_not_yet_valid'])
    const refresh = claimsOf(pair.refresh)
    const later = forge.refresh(changed(pair.refresh, { iat: refresh.iat + 3_600, exp: refresh.exp + 3_600 }))
    expect((await client.refresh(later)).status).to.equal(200)
  })
})

describe('a wall clock that jumps ahead', () => {
  it('causes 503 clock_jumped with Retry-After instead of sign-outs, until it is corrected', async () => {
    const { server, client, pass, step } = await aMachine()
    const pair = await client.signIn(admin)
    const visitor = aVisitor(server)
    await visitor.signIn(admin)
    const amy = await server.aUser()
    const { sessions } = server.composed.parts.devices
    const doomed = await client.signIn(amy)
    await sessions.endAll(amy.id, 'system')
    await step(2 * day)
    const { body: ready } = await client.get('/readyz')
    expect(ready).to.deep.include({ status: 'ok', clock: 'ahead' })
    expect(ready.clock_reason).to.match(/jumped ahead by 172800 s/)
    const doubted = [
      await client.verify(pair.access),
      await client.verify(pair.refresh),
      await client.refresh(pair.refresh),
      await client.get('/api/me/', pair.access),
    ]
    for (const { status, body, headers } of doubted) {
      expect([status, body.code]).to.deep.equal([503, 'clock_jumped'])
      expect(Number(headers.get('retry-after'))).to.be.above(0)
    }
    expect((await visitor.send('GET', '/account/')).status).to.equal(503)
    // A sign-in needs no such judgement and goes on.
    const fresh = await client.signIn(admin)
    expect((await client.verify(fresh.access)).status).to.equal(503)
    // Claims are checked before the log: while exp is in doubt, the end of the session is not reached.
    const ended = await client.verify(doomed.access)
    expect([ended.status, ended.body.code]).to.deep.equal([503, 'clock_jumped'])
    await server.composed.jobs.runAll()
    const { database } = server.composed.parts.storage
    const [{ expired } = { expired: -1 }] = await database.read<{ expired: number }>(
      "SELECT COUNT(*) AS expired FROM session WHERE ended_reason = 'expired'",
    )
    const [{ entries } = { entries: -1 }] = await database.read<{ entries: number }>(
      'SELECT COUNT(*) AS entries FROM revocation',
    )
    expect([expired, entries]).to.deep.equal([0, 1])
    await pass(4 * minute)
    await step(-2 * day)
    expect(await clockOf(server)).to.equal(undefined)
    for (const one of [pair, fresh]) {
      expect((await client.verify(one.access)).status).to.equal(200)
      const refreshed = await client.refresh(one.refresh)
      expect(refreshed.status, refreshed.text).to.equal(200)
    }
    const refused = await client.verify(doomed.access)
    expect([refused.status, refused.body.reason]).to.deep.equal([401, 'session_ended'])
    expect((await visitor.send('GET', '/account/')).status).to.equal(200)
  })

  it('is accepted after five minutes: then expired tokens get 401, and their sessions are ended', async () => {
    const { server, client, pass, step } = await aMachine()
    const pair = await client.signIn(admin)
    await step(2 * day)
    await pass(4 * minute)
    expect((await client.verify(pair.access)).status).to.equal(503)
    await pass(61 * second)
    expect(await clockOf(server)).to.equal(undefined)
    const verified = await client.verify(pair.access)
    expect([verified.status, verified.body.reason]).to.deep.equal([401, 'token_expired'])
    expect((await client.refresh(pair.refresh)).status).to.equal(401)
    await server.composed.jobs.runAll()
    const { database } = server.composed.parts.storage
    const [row] = await database.read<{ count: number }>(
      "SELECT COUNT(*) AS count FROM session WHERE ended_reason = 'expired'",
    )
    expect(row!.count).to.equal(1)
    const next = await client.signIn(admin)
    expect((await client.verify(next.access)).status).to.equal(200)
  })

  it('by 3 seconds is not noticed, and by a minute stops neither verification nor refresh', async () => {
    const { server, client, step } = await aMachine()
    const pair = await client.signIn(admin)
    await step(3 * second)
    expect(await clockOf(server)).to.equal(undefined)
    await step(minute)
    expect(await clockOf(server)).to.equal('ahead')
    expect((await client.verify(pair.access)).status).to.equal(200)
    const refreshed = await client.refresh(pair.refresh)
    expect(refreshed.status).to.equal(200)
    expect((await client.verify(refreshed.body.access)).status).to.equal(200)
  })
})

describe('a machine that was suspended for nine hours', () => {
  it('refuses an expired access token, accepts its refresh token, and does not doubt the clock', async () => {
    const { machine, server, client } = await aMachine()
    const pair = await client.signIn(admin)
    machine.pass(9 * hour)
    await settle(server.composed)
    expect(await clockOf(server)).to.equal(undefined)
    expect((await client.verify(pair.access)).body.reason).to.equal('token_expired')
    expect((await client.refresh(pair.refresh)).status).to.equal(200)
  })
})
