// How a change of the policy comes into force: now, at the next refresh, or for new sessions only (eras).
import { expect } from 'chai'
import type { PolicyApply } from '../../server/policy/policy-version.js'
import { type Answer, aClient, claimsOf, type Pair } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, settle, type TestServer } from '../support/server.js'
import { sessionsOf } from '../support/sessions.js'
import { snapshotOf } from '../support/snapshot.js'
import { statementsOf } from '../support/statements.js'

const lifeOf = (access: string) => claimsOf(access).exp - claimsOf(access).iat
const told = ({ status, body }: Answer) => (status === 200 ? 200 : body.reason)

onEachEngine('a change of the policy', engine => {
  async function aWorld() {
    const server = await aServer({ engine })
    const client = aClient(server)
    const amy = await server.aUser()
    const change = async (values: object, apply: PolicyApply) => {
      await server.composed.parts.policies.policies.set(values, 'system', 'test', { apply })
      await settle(server.composed)
    }
    return { server, client, amy, change, early: await client.signIn(amy) }
  }

  it('applied at refresh: is in force at the next refresh, and live access tokens stay valid', async () => {
    const { client, amy, early, change } = await aWorld()
    await change({ access_token_lifetime: 600 }, 'refresh')
    expect(told(await client.verify(early.access))).to.equal(200)
    const { access } = (await client.refresh(early.refresh)).body
    expect([lifeOf(access), lifeOf((await client.signIn(amy)).access)]).to.deep.equal([600, 600])
  })

  it('applied now: makes all access tokens stale, and ends no session', async () => {
    const { server, client, early, change } = await aWorld()
    const ben = await client.signIn(await server.aUser())
    await change({ access_token_lifetime: 600 }, 'now')
    for (const pair of [early, ben]) {
      expect(told(await client.verify(pair.access))).to.equal('token_stale')
      expect(told(await client.get('/api/me/', pair.access))).to.equal('token_stale')
      const { access } = (await client.refresh(pair.refresh)).body
      expect(lifeOf(access)).to.equal(600)
      expect(told(await client.verify(access))).to.equal(200)
    }
  })

  it('applied to new sessions only: leaves older sessions all rules that they have', async () => {
    const { server, client, amy, early, change } = await aWorld()
    await change(
      {
        access_token_lifetime: 600,
        refresh_token_lifetime: 7_200,
        session_absolute_lifetime: 9_000,
        rotate_refresh_tokens: false,
        reuse_grace: 0,
      },
      'new',
    )
    const late = await client.signIn(amy)
    expect([lifeOf(early.access), lifeOf(late.access)]).to.deep.equal([3_600, 600])
    expect(claimsOf(late.refresh).exp - claimsOf(late.refresh).iat).to.equal(7_200)

    // Rotation and its grace.
    const next = (await client.refresh(early.refresh)).body
    expect(next).to.have.all.keys('access', 'refresh')
    expect(lifeOf(next.access)).to.equal(3_600)
    server.clock.advance('5s')
    expect((await client.refresh(early.refresh)).body.refresh, 'forgiven').to.equal(next.refresh)
    expect((await client.refresh(late.refresh)).body).to.have.all.keys('access')

    // The ends that session lists and verify show.
    const { results } = (await client.get('/api/me/sessions/', next.access)).body
    const ends: number[] = results.map((one: { ends_at: string }) => Date.parse(one.ends_at) - server.clock.now())
    expect(ends.sort((a, b) => a - b)).to.deep.equal([7_195_000, 86_395_000])
    server.clock.advance('2h')
    expect(told(await client.verify(late.refresh))).to.equal('token_expired')
    expect(told(await client.refresh(late.refresh))).to.equal('token_expired')
    expect(told(await client.verify(next.refresh))).to.equal(200)
    server.clock.advance('20h')
    const again = await client.refresh(next.refresh)
    expect([again.status, lifeOf(again.body.access)]).to.deep.equal([200, 3_600])
  })

  it('applied to new sessions only: lets no token outlive the end of its own session', async () => {
    const { server, client, amy, early, change } = await aWorld()
    await change({ refresh_token_lifetime: 3_600, session_absolute_lifetime: 3_600 }, 'new')
    const late = await client.signIn(amy)
    server.clock.advance('30m')
    const [old, young] = await Promise.all([client.refresh(early.refresh), client.refresh(late.refresh)])
    expect([lifeOf(old.body.access), lifeOf(young.body.access)]).to.deep.equal([3_600, 1_800])
  })

  it('applied to all: reaches older sessions only with the policies it sets; undo restores their values', async () => {
    const { server, client, amy, early, change } = await aWorld()
    await change({ access_token_lifetime: 600, reuse_grace: 20 }, 'new')
    const late = await client.signIn(amy)
    const lives = async () => {
      const lifetimes: number[] = []
      for (const pair of [early, late]) {
        const answer = await client.refresh(pair.refresh)
        expect(answer.status).to.equal(200)
        Object.assign(pair, answer.body)
        lifetimes.push(lifeOf(pair.access))
      }
      return lifetimes
    }
    expect(await lives()).to.deep.equal([3_600, 600])
    await change({ reuse_grace: 30 }, 'refresh')
    expect(await lives(), 'another policy').to.deep.equal([3_600, 600])
    await change({ access_token_lifetime: 600 }, 'refresh')
    expect(await lives(), 'the same value, for all').to.deep.equal([600, 600])
    await server.composed.parts.policies.policies.undo(null, 'system', '')
    await settle(server.composed)
    expect(await lives(), 'undone').to.deep.equal([3_600, 600])
    await server.composed.parts.policies.policies.undo(3, 'system', '').then(
      () => expect.fail('version 3 was partly set again'),
      error => expect(error.code).to.equal('policy_conflict'),
    )
    expect(await lives()).to.deep.equal([3_600, 600])
  })

  it('costs a refresh one UPDATE and one SELECT; eras that rotate differently one more UPDATE', async () => {
    const { server, client, amy, early, change } = await aWorld()
    let late: Pair | null = null
    const refreshed = async () => {
      const asked: string[] = []
      for (const pair of late ? [early, late] : [early]) {
        asked.push(
          ...(await statementsOf(server, async () => Object.assign(pair, (await client.refresh(pair.refresh)).body))),
        )
        expect(claimsOf(pair.refresh).gen).to.be.above(1)
      }
      return asked
    }
    const usual = ['UPDATE', 'SELECT']
    const dear = ['UPDATE', 'UPDATE', 'SELECT']
    expect(await refreshed()).to.deep.equal(usual)
    await change({ max_sessions_per_user: 9 }, 'refresh')
    expect(await refreshed(), 'with a limit').to.deep.equal(usual)
    await change({ access_token_lifetime: 600 }, 'new')
    late = await client.signIn(amy)
    expect(await refreshed(), 'rotating alike').to.deep.equal([...usual, ...usual])
    await change({ refresh_token_lifetime: 7_200 }, 'new')
    late = await client.signIn(amy)
    expect(await refreshed(), 'rotating differently').to.deep.equal([...dear, ...dear])

    await server.composed.jobs.runAll()
    await settle(server.composed)
    expect(await refreshed(), 'while there are sessions of before').to.deep.equal([...dear, ...dear])
    const last = claimsOf(late.refresh).sid
    for (const { session } of await sessionsOf(server, amy.id))
      if (session.id !== last) await server.composed.parts.devices.sessions.end(session.id, amy.id, 'system')
    await server.composed.jobs.runAll()
    await settle(server.composed)
    expect(
      await statementsOf(server, async () => Object.assign(late!, (await client.refresh(late!.refresh)).body)),
    ).to.deep.equal(usual)
    const versions = await server.composed.parts.policies.policies.versions({ before: 99, limit: 99 })
    expect(versions.filter(one => one.apply === 'new').map(one => one.settledAt !== null)).to.deep.equal([true, true])
  })
})

onEachEngine('the session limit (max_sessions_per_user) at a refresh', engine => {
  /** Signs Amy in `count` times, a minute apart. */
  async function aCrowd(count: number, policy = {}) {
    const server = await aServer({ engine, policy })
    const client = aClient(server)
    const amy = await server.aUser()
    const pairs: Pair[] = []
    for (let number = 0; number < count; number++) {
      pairs.push(await client.signIn(amy))
      server.clock.advance('1m')
    }
    return { server, client, amy, pairs }
  }

  async function refreshEach(server: TestServer, pairs: Pair[]): Promise<(number | string)[]> {
    const answers: (number | string)[] = []
    for (const pair of pairs) {
      const answer = await aClient(server).refresh(pair.refresh)
      if (answer.status === 200) Object.assign(pair, answer.body)
      answers.push(told(answer))
    }
    return answers
  }

  it('ends sessions that have as many newer ones as the limit allows, with their access tokens', async () => {
    const { server, client, pairs } = await aCrowd(4)
    await server.setPolicy({ max_sessions_per_user: 2 })
    const before = await snapshotOf(server)
    expect(await Promise.all(pairs.map(async pair => told(await client.verify(pair.refresh))))).to.deep.equal([
      ...['session_ended', 'session_ended', 200, 200],
    ])
    expect(told(await client.verify(pairs[0]!.access)), 'until it refreshes').to.equal(200)
    expect(await snapshotOf(server), 'verify changes nothing').to.equal(before)

    expect(await refreshEach(server, pairs)).to.deep.equal(['session_ended', 'session_ended', 200, 200])
    expect(told(await client.verify(pairs[0]!.access))).to.equal('session_ended')
    expect(told(await client.get('/api/me/', pairs[1]!.access))).to.equal('session_ended')
    expect(await refreshEach(server, pairs), 'and nobody else').to.deep.equal([
      ...['session_ended', 'session_ended', 200, 200],
    ])
    const { sid } = claimsOf(pairs[0]!.access)
    const entries = await server.composed.parts.logs.auditLog.search({
      before: 1e9,
      limit: 9,
      subject: { kind: 'session', id: sid },
    })
    expect(entries.map(entry => [entry.action, entry.actor, entry.afterJson])).to.deep.equal([
      ['session_ended', 'system', '{"reason":"session_limit"}'],
    ])
  })

  it('ends no session when the limit is undone before the refresh', async () => {
    const { server, pairs } = await aCrowd(3)
    await server.setPolicy({ max_sessions_per_user: 1 })
    await server.composed.parts.policies.policies.undo(null, 'system', '')
    expect(await refreshEach(server, pairs)).to.deep.equal([200, 200, 200])
  })

  it('with at_session_limit "refuse": keeps signed-in sessions and refuses the next sign-in', async () => {
    const { server, client, amy, pairs } = await aCrowd(3)
    await server.setPolicy({ max_sessions_per_user: 1, at_session_limit: 'refuse' })
    expect(await refreshEach(server, pairs)).to.deep.equal([200, 200, 200])
    expect((await client.post('/api/token/', amy)).body.code).to.equal('session_limit_reached')
  })

  it('for new sessions only: keeps older sessions at sign-ins and refreshes, but counts them', async () => {
    const { server, client, amy, pairs } = await aCrowd(3)
    await server.composed.parts.policies.policies.set({ max_sessions_per_user: 2 }, 'system', '', { apply: 'new' })
    for (let number = 0; number < 3; number++) {
      pairs.push(await client.signIn(amy))
      server.clock.advance('1m')
    }
    expect(await refreshEach(server, pairs)).to.deep.equal([200, 200, 200, 'session_ended', 200, 200])
  })

  it('counts only live sessions of the same user, neither ended nor idle ones', async () => {
    const { server, client, amy, pairs } = await aCrowd(5, { refresh_token_lifetime: 7_200 })
    await client.post('/api/token/blacklist/', { refresh: pairs[4]!.refresh })
    server.clock.advance('110m')
    // The first two refresh; the others, though newer, are idle a moment too long.
    expect(await refreshEach(server, pairs.slice(0, 2)).then(all => all.at(-1))).to.equal(200)
    for (let number = 0; number < 3; number++) await client.signIn(await server.aUser())
    server.clock.advance('10m')
    await server.setPolicy({ max_sessions_per_user: 1 })
    expect(await refreshEach(server, [pairs[1]!, pairs[0]!])).to.deep.equal([200, 'session_ended'])
    expect(await sessionsOf(server, amy.id)).to.have.length(1)
  })

  it('ends no more sessions than needed when all refresh and others sign in concurrently', async () => {
    const { server, client, amy, pairs } = await aCrowd(12)
    await server.setPolicy({ max_sessions_per_user: 5 })
    const answers = await Promise.all(pairs.map(pair => client.refresh(pair.refresh)))
    expect(answers.map(told)).to.deep.equal([...Array(7).fill('session_ended'), ...Array(5).fill(200)])
    const rest = pairs.slice(7).map((_, index) => answers[7 + index]!.body as Pair)
    const [refreshed, ...signedIn] = await Promise.all([
      Promise.all(rest.map(pair => client.refresh(pair.refresh))),
      ...Array.from({ length: 3 }, () => client.signIn(amy)),
    ])
    expect(signedIn).to.have.length(3)
    for (const answer of refreshed!) expect(told(answer)).to.be.oneOf([200, 'session_ended'])
    const live = await sessionsOf(server, amy.id)
    expect(live, 'exactly as many as may be').to.have.length(5)
  })
})
