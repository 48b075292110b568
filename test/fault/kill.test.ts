// P3: kill -9 at the worst instant. A server process is killed, or kills itself, between commit and answer; another one
// starts on the same database, and the clients retry.
import { expect } from 'chai'
import { type Answer, aClient, claimsOf, type Pair } from '../support/client.js'
import { type Engine, onEachEngine, onMariaDb } from '../support/engines.js'
import { type MariaDb, startMariaDb, waitFor } from '../support/mariadb.js'
import { aServerProcess, type ServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }

/** Sends a request whose answer never arrives. */
async function unanswered(request: Promise<Answer>): Promise<void> {
  const answer = await request.catch(() => null)
  expect(answer, 'nobody is answered by a dead process').to.equal(null)
}

onEachEngine('P3: kill -9 between commit and answer', (engine: Engine) => {
  it('of a refresh: a retry with the same refresh token succeeds and keeps the session', async () => {
    const settings = await engine.migrated()
    const first = await aServerProcess(settings)
    const pair = await aClient(first).signIn(admin)
    await first.dieAt('rotationClaimed')
    await unanswered(aClient(first).refresh(pair.refresh))
    await first.dead()

    const second = await aServerProcess(settings)
    const client = aClient(second)
    const again = await client.refresh(pair.refresh)
    expect(again.status).to.equal(200)
    expect(claimsOf(again.body.refresh).gen, 'it had been rotated').to.equal(2)
    expect((await client.verify(again.body.access)).status).to.equal(200)
    const next = await client.refresh(again.body.refresh)
    expect(next.status, 'the chain goes on').to.equal(200)
    expect(claimsOf(next.body.access).sid).to.equal(claimsOf(pair.access).sid)
  }).timeout(40_000)

  it('of a sign-in: the next sign-in succeeds, and the user can see and end the unanswered session', async () => {
    const settings = await engine.migrated()
    const first = await aServerProcess(settings)
    await first.dieAt('committed')
    await unanswered(aClient(first).post('/api/token/', admin))
    await first.dead()

    const second = await aServerProcess(settings)
    const client = aClient(second)
    const pair = await client.signIn(admin)
    const { results } = (await client.get('/api/me/sessions/', pair.access)).body
    expect(results).to.have.length(2)
    const lost = results.find((session: { current: boolean }) => !session.current)
    expect((await client.delete(`/api/me/sessions/${lost.id}/`, pair.access)).status).to.equal(204)
  }).timeout(40_000)

  it('of a session end: the committed end holds, although it was never answered', async () => {
    const settings = await engine.migrated()
    const first = await aServerProcess(settings)
    const [own, other] = [await aClient(first).signIn(admin), await aClient(first).signIn(admin)]
    await first.dieAt('committed')
    await unanswered(aClient(first).delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, own.access))
    await first.dead()
    await expectOver(await aServerProcess(settings), other, own)
  }).timeout(40_000)

  it('after the end of a session was answered: the session stays ended', async () => {
    const settings = await engine.migrated()
    const first = await aServerProcess(settings)
    const [own, other] = [await aClient(first).signIn(admin), await aClient(first).signIn(admin)]
    const ended = await aClient(first).delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, own.access)
    expect(ended.status).to.equal(204)
    await first.kill()
    await expectOver(await aServerProcess(settings), other, own)
  }).timeout(40_000)

  it('after the end of all other sessions was answered: they stay ended, although no row was marked', async () => {
    const settings = await engine.migrated()
    const first = await aServerProcess(settings)
    const [own, other] = [await aClient(first).signIn(admin), await aClient(first).signIn(admin)]
    expect((await aClient(first).delete('/api/me/sessions/', own.access)).status).to.equal(204)
    await first.kill()
    await expectOver(await aServerProcess(settings), other, own)
  }).timeout(40_000)

  async function expectOver(server: ServerProcess, over: Pair, living: Pair): Promise<void> {
    const client = aClient(server)
    expect((await client.verify(over.access)).status).to.equal(401)
    expect((await client.get('/api/me/', over.access)).status).to.equal(401)
    expect((await client.refresh(over.refresh)).status).to.equal(401)
    expect((await client.verify(living.access)).status).to.equal(200)
    expect((await client.refresh(living.refresh)).status).to.equal(200)
  }

  it('repeatedly under load: every client that retries keeps its session', async () => {
    const settings = await engine.migrated()
    let server = await aServerProcess(settings)
    const pairs = await Promise.all(Array.from({ length: 12 }, () => aClient(server).signIn(admin)))
    const lost: string[] = []
    let stop = false
    let answered = 0
    let unanswered = 0
    const clients = pairs.map(async pair => {
      let { refresh } = pair
      while (!stop) {
        const answer = await aClient(server)
          .refresh(refresh)
          .catch(() => null)
        if (answer?.status === 200) {
          answered++
          refresh = answer.body.refresh
        } else {
          unanswered++
          if (answer && answer.status !== 503) lost.push(`${answer.status} ${answer.text}`)
          await new Promise(resolve => setTimeout(resolve, 20))
        }
      }
    })
    for (let kill = 0; kill < 2; kill++) {
      const before = answered
      await waitFor(async () => expect(answered).to.be.greaterThan(before + 60))
      await server.kill()
      server = await aServerProcess(settings)
    }
    const before = answered
    await waitFor(async () => expect(answered).to.be.greaterThan(before + 60))
    stop = true
    await Promise.all(clients)
    console.log(
      `      two kills under load: ${answered} refreshes answered, ${unanswered} tried again, ${lost.length} lost`,
    )
    expect(lost).to.deep.equal([])
  }).timeout(60_000)
})

onMariaDb('P3: kill -9 of the database', () => {
  let mariaDb: MariaDb
  beforeEach(async () => {
    mariaDb = await startMariaDb()
  })
  afterEach(() => mariaDb.stop())

  it('answers 503 with Retry-After during the outage; then refreshes succeed, also past the grace', async () => {
    const grace = 3
    const settings = await mariaDb.create()
    const servers = [
      await aServerProcess(settings, { reuse_grace: grace }),
      await aServerProcess(settings, { reuse_grace: grace }),
    ]
    const [at0, at1] = servers.map(server => aClient(server)) as [
      ReturnType<typeof aClient>,
      ReturnType<typeof aClient>,
    ]
    const [kept, lostAnswer, ended] = [await at0.signIn(admin), await at0.signIn(admin), await at0.signIn(admin)]
    expect((await at0.delete(`/api/me/sessions/${claimsOf(ended.access).sid}/`, kept.access)).status).to.equal(204)
    // Rotated just before the outage; the answer never reached the client, which still holds the previous refresh
    // token.
    expect((await at0.refresh(lostAnswer.refresh)).status).to.equal(200)
    await mariaDb.kill()

    const killedAt = Date.now()
    const wrong: string[] = []
    let refused = 0
    while (Date.now() - killedAt < (2 * grace + 2) * 1000) {
      for (const client of [at0, at1]) {
        const answers = await Promise.all([
          client.refresh(lostAnswer.refresh),
          client.refresh(kept.refresh),
          client.post('/api/token/', admin),
          ...(Date.now() - killedAt > 1_500 ? [client.verify(kept.access), client.get('/api/me/', kept.access)] : []),
        ])
        for (const answer of answers) {
          refused++
          if (answer.status !== 503 || !answer.headers.get('retry-after')) wrong.push(`${answer.status} ${answer.text}`)
        }
      }
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    expect((await at0.get('/healthz')).status, 'the process itself lives').to.equal(200)
    expect((await at0.get('/readyz')).status).to.equal(503)
    expect(wrong).to.deep.equal([])

    await mariaDb.restart()
    // The very first request after the outage must not be judged as reuse of a stolen token.
    const again = await waitFor(async () => {
      const answer = await at0.refresh(lostAnswer.refresh)
      expect(answer.status).to.not.equal(503)
      return answer
    })
    const backAfter = Date.now() - killedAt
    expect(again.status, again.text).to.equal(200)
    expect(claimsOf(again.body.refresh).gen).to.equal(2)
    const atOther = await waitFor(async () => {
      const answer = await at1.refresh(lostAnswer.refresh)
      expect(answer.status).to.not.equal(503)
      return answer
    })
    expect(atOther.status).to.equal(200)
    expect((await at1.refresh(kept.refresh)).status).to.equal(200)
    expect((await at1.verify(kept.access)).status).to.equal(200)
    expect((await at1.refresh(ended.refresh)).status, 'an acknowledged end survived').to.equal(401)
    expect((await at0.verify(ended.access)).status).to.equal(401)
    console.log(
      `      database killed for ${Math.round(backAfter / 1000)} s, grace ${grace} s: ${refused} answers 503, others 0; sessions lost 0`,
    )
  }).timeout(60_000)
})
