// Two servers on one database: sessions, roles, policies and passwords changed at one are in force at the other.
import { expect } from 'chai'
import { quantiles, trials } from '../support/bursts.js'
import { aClient, claimsOf } from '../support/client.js'
import { lastLetIn } from '../support/enforcement.js'
import { onMariaDb } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServer, manyGuesses, password } from '../support/server.js'
import { sessionsOf } from '../support/sessions.js'

const patience = 1_500

onMariaDb('two servers on one database', engine => {
  async function two() {
    const here = await aServer({ engine, policy: manyGuesses })
    const there = await aServer({ settings: here.settings, clock: here.clock })
    return { here, there, atHere: aClient(here), atThere: aClient(there) }
  }

  it('P1: a session ended at one server is refused by the other within a second', async () => {
    const { here, there, atHere, atThere } = await two()
    const times: number[] = []
    for (let trial = 0; trial < trials(12); trial++) {
      const amy = await here.aUser()
      const pair = await atHere.signIn(amy)
      expect((await atThere.get('/api/me/', pair.access)).status, 'at once, of a user this server never saw').to.equal(
        200,
      )
      await here.composed.parts.devices.sessions.end(claimsOf(pair.access).sid, amy.id, 'system')
      // The database itself refuses: a refresh at the other server fails without any delay.
      const [refreshed, letIn] = await Promise.all([atThere.refresh(pair.refresh), lastLetIn(atThere, pair.access)])
      expect(refreshed.status).to.equal(401)
      times.push(letIn)
    }
    const [p50, p99] = quantiles(times, 0.5, 0.99)
    console.log(
      `      P1: what ends at one server, the other last let in p50/p99 ${p50}/${p99} ms later, without Redis`,
    )
    expect(p99!).to.be.lessThan(1_000)
    expect(there.logged.filter(line => line.includes('went back'))).to.deep.equal([])
  }).timeout(60_000)

  it('sessions ended at both servers at once: the log has no gap, and both servers refuse all of them', async () => {
    const { here, there, atHere, atThere } = await two()
    const amy = await here.aUser()
    const pairs = await Promise.all(Array.from({ length: 30 }, () => atHere.signIn(amy)))
    await Promise.all(
      pairs.map((pair, index) => {
        const at = index % 2 === 0 ? here : there
        return at.composed.parts.devices.sessions.end(claimsOf(pair.access).sid, amy.id, 'system')
      }),
    )
    const log = await here.composed.parts.storage.database.read<{ seq: number }>(
      'SELECT seq FROM revocation ORDER BY seq',
    )
    expect(log.map(entry => entry.seq)).to.deep.equal(log.map((_, index) => index + 1))
    await waitFor(async () => {
      for (const pair of pairs) {
        for (const client of [atHere, atThere]) expect((await client.verify(pair.access)).status).to.equal(401)
      }
    }, patience)
    expect([...here.logged, ...there.logged].filter(line => line.includes('went back'))).to.deep.equal([])
  })

  it('one session ended at both servers at once: one log entry, and one of the two ends fails', async () => {
    const { here, there, atHere } = await two()
    const amy = await here.aUser()
    for (let trial = 0; trial < 10; trial++) {
      const { sid } = claimsOf((await atHere.signIn(amy)).access)
      const ends = await Promise.allSettled(
        [here, there].map(server => server.composed.parts.devices.sessions.end(sid, amy.id, 'system')),
      )
      expect(ends.filter(end => end.status === 'fulfilled')).to.have.length(1)
      const entries = await here.composed.parts.storage.database.read('SELECT seq FROM revocation WHERE subject = ?', [
        sid,
      ])
      expect(entries).to.have.length(1)
    }
  })

  it('a user disabled at one server: the other refuses sign-in at once and access tokens soon after', async () => {
    const { here, atThere } = await two()
    const amy = await here.aUser()
    const pair = await atThere.signIn(amy)
    await here.composed.parts.people.users.disable(amy.id, 'system')
    expect((await atThere.post('/api/token/', amy)).status).to.equal(401)
    await waitFor(async () => expect((await atThere.get('/api/me/', pair.access)).status).to.equal(401), patience)
  })

  it('roles changed at one server: the other answers token_stale, and a refresh has the new roles', async () => {
    const { here, atThere } = await two()
    const amy = await here.aUser()
    const pair = await atThere.signIn(amy)
    await here.composed.parts.people.users.setRoles(amy.id, ['support'], 'system')
    const refreshed = await atThere.refresh(pair.refresh)
    expect(claimsOf(refreshed.body.access).roles).to.deep.equal(['support'])
    await waitFor(async () => expect((await atThere.verify(pair.access)).body.reason).to.equal('token_stale'), patience)
    expect((await atThere.verify(refreshed.body.access)).status).to.equal(200)
  })

  it('a policy changed at one server is in force at the other', async () => {
    const { here, atThere } = await two()
    await here.composed.parts.policies.policies.set({ access_token_lifetime: 120 }, 'system', 'test')
    const { id: _, ...amy } = await here.aUser()
    await waitFor(async () => {
      const { access } = await atThere.signIn(amy)
      const { iat, exp } = claimsOf(access)
      expect(exp - iat).to.equal(120)
    }, patience)
    await here.composed.parts.policies.policies.set({ rotate_refresh_tokens: false }, 'system', 'test')
    await waitFor(async () => {
      const { refresh } = await atThere.signIn(amy)
      expect((await atThere.refresh(refresh)).body).to.have.all.keys('access')
    }, patience)
  })

  it('policies changed at both servers at once: no version is lost', async () => {
    const { here, there } = await two()
    const before = (await here.composed.parts.policies.policies.show()).version
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        [here, there][index % 2]!.composed.parts.policies.policies.set(
          { reuse_grace: index + 1 },
          'system',
          `${index}`,
        ),
      ),
    )
    expect((await there.composed.parts.policies.policies.show()).version).to.equal(before + 20)
  })

  it('a password changed at one server: no session of the old password at the other outlives it', async () => {
    const { here, there, atHere, atThere } = await two()
    const amy = await here.aUser()
    const own = await atHere.signIn(amy)
    const attempts = Array.from({ length: 20 }, () => atThere.post('/api/token/', amy))
    const json = { old_password: password, new_password: 'staple battery horse' }
    const change = await atHere.post('/api/me/password/', json, own.access)
    expect(change.status).to.equal(204)
    const pairs = (await Promise.all(attempts)).filter(answer => answer.status === 200).map(answer => answer.body)
    for (const { refresh } of pairs) expect((await atHere.refresh(refresh)).status).to.equal(401)
    await waitFor(async () => {
      for (const { access } of pairs) expect((await atThere.verify(access)).status).to.equal(401)
    }, patience)
    expect(await sessionsOf(there, amy.id)).to.have.length(1)
    expect((await atThere.refresh(own.refresh)).status).to.equal(200)
  })
})
