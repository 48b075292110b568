// Two servers on one database while the policy changes: the server that is behind signs no session out by an undone
// policy, and issues no token that the new policy forbids.
import { expect } from 'chai'
import { trials } from '../support/bursts.js'
import { type Answer, aClient, claimsOf, type Pair } from '../support/client.js'
import { onMariaDb } from '../support/engines.js'
import { aServer, settle } from '../support/server.js'
import { sessionsOf } from '../support/sessions.js'
import { aVisitor } from '../support/visitor.js'

const told = ({ status, body }: Answer) => (status === 200 ? 200 : (body.reason ?? body.code ?? status))

onMariaDb('a server that has not read a policy change yet', engine => {
  async function two() {
    const here = await aServer({ engine })
    const there = await aServer({ settings: here.settings, clock: here.clock })
    const { policies } = here.composed.parts.policies
    return { here, there, policies, amy: await here.aUser(), atHere: aClient(here), atThere: aClient(there) }
  }

  /** Stops the server from following the log; for a second it still regards itself as fresh. */
  async function stayBehind(server: { composed: Parameters<typeof settle>[0] }): Promise<void> {
    server.composed.parts.revocation.tail.stop()
    await settle(server.composed)
  }

  it('an undone lifetime or session limit ends no session at a refresh', async () => {
    for (const tight of [
      { refresh_token_lifetime: 3_600 },
      { refresh_token_lifetime: 3_600, session_absolute_lifetime: 3_600 },
      { max_sessions_per_user: 1 },
    ]) {
      const { here, there, policies, amy, atHere, atThere } = await two()
      const pair = await atHere.signIn(amy)
      here.clock.advance('2h')
      await atHere.signIn(amy)
      await policies.set(tight, 'system', '')
      await stayBehind(there)
      expect(told(await atThere.verify(pair.refresh)), 'it follows that far').to.not.equal(200)
      await policies.undo(null, 'system', '')
      await stayBehind(there)
      await policies.set(tight, 'system', '')
      await stayBehind(there)
      await policies.undo(null, 'system', '')
      expect(told(await atThere.refresh(pair.refresh)), JSON.stringify(tight)).to.equal(200)
    }
  })

  it('an undone lifetime ends no session of the pages, and a new one counts at once', async () => {
    const { here, there, policies, amy } = await two()
    const [visitor, elsewhere] = [aVisitor(here), aVisitor(there)]
    await visitor.signIn(amy)
    for (const [name, value] of visitor.cookies) elsewhere.cookies.set(name, value)
    const pageAtThere = async () => (await elsewhere.send('GET', '/account')).status
    here.clock.advance('2h')
    await policies.set({ refresh_token_lifetime: 3_600 }, 'system', '', { apply: 'now' })
    await stayBehind(there)
    expect(await pageAtThere(), 'it follows that far').to.equal(303)
    await policies.undo(null, 'system', '')
    expect(await pageAtThere()).to.equal(200)
    await stayBehind(there)
    await policies.set({ session_absolute_lifetime: 3_600, refresh_token_lifetime: 3_600 }, 'system', '', {
      apply: 'now',
    })
    expect(await pageAtThere()).to.equal(303)
  })

  it('an undone reuse grace of 0 makes no refresh count as reuse', async () => {
    const { there, policies, amy, atHere, atThere } = await two()
    const pair = await atHere.signIn(amy)
    const next = (await atHere.refresh(pair.refresh)).body
    await policies.set({ reuse_grace: 0 }, 'system', '')
    await stayBehind(there)
    await policies.undo(null, 'system', '')
    expect((await atThere.refresh(pair.refresh)).body.refresh).to.equal(next.refresh)
    expect(told(await atHere.refresh(next.refresh))).to.equal(200)
  })

  it('an undone session limit refuses no sign-in', async () => {
    const { there, policies, amy, atHere, atThere } = await two()
    await atHere.signIn(amy)
    await policies.set({ max_sessions_per_user: 1, at_session_limit: 'refuse' }, 'system', '')
    await stayBehind(there)
    expect(told(await atThere.post('/api/token/', amy))).to.equal('session_limit_reached')
    await policies.undo(null, 'system', '')
    expect(told(await atThere.post('/api/token/', amy))).to.equal(200)
  })

  it('a lifetime changed elsewhere is in the next token, and a changed session limit is enforced', async () => {
    const { there, policies, amy, atHere, atThere } = await two()
    const lifeOf = (access: string) => claimsOf(access).exp - claimsOf(access).iat
    const pair = await atHere.signIn(amy)
    await stayBehind(there)
    await policies.set({ access_token_lifetime: 60 }, 'system', '', { apply: 'now' })
    const refreshed = (await atThere.refresh(pair.refresh)).body
    expect(lifeOf(refreshed.access)).to.equal(60)
    await stayBehind(there)
    await policies.set({ access_token_lifetime: 90, max_sessions_per_user: 1 }, 'system', '', { apply: 'new' })
    const late = await atThere.signIn(amy)
    expect(lifeOf(late.access)).to.equal(90)
    expect(told(await atHere.refresh(refreshed.refresh)), 'opened before').to.equal(200)
    await atThere.signIn(amy)
    expect(told(await atThere.refresh(late.refresh)), 'opened under it').to.equal('session_ended')
  })
})

onMariaDb('two servers during policy changes', engine => {
  it('refreshes at both servers are answered 200 or retryable 503, and no session ends', async () => {
    const here = await aServer({ engine })
    const there = await aServer({ settings: here.settings, clock: here.clock })
    const clients = [aClient(here), aClient(there)]
    const { policies } = here.composed.parts.policies
    const pairs = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => clients[index % 2]!.signIn(await here.aUser())),
    )
    let changing = true
    const changes = (async () => {
      let made = 0
      while (changing) {
        const values = { reuse_grace: 10 + (made % 7), access_token_lifetime: 600 + made }
        const server = [here, there][made % 2]!
        await server.composed.parts.policies.policies.set(values, 'system', '', {
          apply: made % 5 === 4 ? 'now' : 'refresh',
        })
        if (made % 3 === 2) await policies.undo(null, 'system', '').catch(() => {})
        made++
      }
      return made
    })()
    const answers: (string | number)[] = []
    await Promise.all(
      pairs.map(async (pair, index) => {
        for (let step = 0; step < trials(30); step++) {
          const answer = await clients[(index + step) % 2]!.refresh(pair.refresh)
          answers.push(told(answer))
          if (answer.status === 200) Object.assign(pair, answer.body)
        }
      }),
    )
    changing = false
    const made = await changes
    const retried = answers.filter(answer => answer === 'database_unavailable').length
    console.log(`      ${made} changes under ${answers.length} refreshes: ${retried} told to try again, 0 signed out`)
    expect(answers.filter(answer => answer !== 200 && answer !== 'database_unavailable')).to.deep.equal([])
    expect(retried).to.be.at.most(answers.length / 20)
    for (const pair of pairs) expect(told(await clients[0]!.refresh(pair.refresh))).to.equal(200)
  }).timeout(60_000)

  it('a lowered session limit ends only the oldest sessions, with refreshes and sign-ins at both servers', async () => {
    const here = await aServer({ engine })
    const there = await aServer({ settings: here.settings, clock: here.clock })
    const clients = [aClient(here), aClient(there)]
    const max = 4
    for (let trial = 0; trial < trials(6); trial++) {
      const amy = await here.aUser()
      await here.composed.parts.policies.policies.set({ max_sessions_per_user: 0 }, 'system', '')
      const pairs: Pair[] = []
      for (let count = 0; count < 10; count++) {
        pairs.push(await clients[count % 2]!.signIn(amy))
        here.clock.advance('1s')
      }
      await here.composed.parts.policies.policies.set({ max_sessions_per_user: max }, 'system', '')
      const signIns = trial % 3
      const [refreshed] = await Promise.all([
        Promise.all(pairs.map((pair, index) => clients[index % 2]!.refresh(pair.refresh))),
        Promise.all(Array.from({ length: signIns }, (_, index) => clients[index % 2]!.signIn(amy))),
      ])
      const answers = refreshed.map(told)
      expect(answers.slice(0, 10 - max), 'the oldest').to.deep.equal(Array(10 - max).fill('session_ended'))
      expect(answers.slice(10 - max + signIns), 'the newest').to.deep.equal(Array(max - signIns).fill(200))
      const live = await sessionsOf(here, amy.id)
      expect(live.length, `trial ${trial}`).to.equal(max)
    }
  }).timeout(60_000)
})
