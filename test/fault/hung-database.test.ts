// A database that hangs: requests get 503 in bounded time, and refreshes succeed afterwards.
import { expect } from 'chai'
import { type Answer, aClient, claimsOf } from '../support/client.js'
import { onMariaDb } from '../support/engines.js'
import { type MariaDb, startMariaDb, waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { manyGuesses, password } from '../support/server.js'

const admin = { username: 'admin', password }
/**
 * In ms: a request that waited for a hung statement (5 s) waits for no second one, only for a freshness read (1.5 s);
 * and slack.
 */
const longestAnswer = 5_000 + 1_500 + 1_500

onMariaDb('a hung database that holds every connection and answers none', () => {
  let mariaDb: MariaDb
  beforeEach(async () => {
    mariaDb = await startMariaDb()
  })
  afterEach(async () => {
    mariaDb.goOn()
    await mariaDb.stop()
  })

  it('requests get 503 before a second deadline, none is accepted on stale data, and all recover', async () => {
    const grace = 2
    const server = await aServerProcess(await mariaDb.create(), { reuse_grace: grace, ...manyGuesses })
    const client = aClient(server)
    const [pair, other] = [await client.signIn(admin), await client.signIn(admin)]
    const timed = async (request: Promise<Answer>) => {
      const startedAt = performance.now()
      const answer = await request
      return { answer, ms: performance.now() - startedAt, at: performance.now() - hungAt }
    }

    mariaDb.hang()
    const hungAt = performance.now()
    const waiting = [
      // While the server still regards itself as fresh: these are sent, and some wait behind a batch that hangs.
      ...Array.from({ length: 30 }, () => timed(client.refresh(pair.refresh))),
      timed(client.post('/api/token/', admin)),
      timed(client.delete(`/api/me/sessions/${claimsOf(other.access).sid}/`, pair.access)),
    ]
    await new Promise(resolve => setTimeout(resolve, 400))
    waiting.push(...Array.from({ length: 30 }, () => timed(client.refresh(other.refresh))))
    const verified: { status: number; sentAt: number }[] = []
    const verifying: Promise<unknown>[] = []
    while (performance.now() - hungAt < 6_000) {
      const sentAt = performance.now() - hungAt
      verifying.push(client.verify(pair.access).then(answer => verified.push({ status: answer.status, sentAt })))
      if (verifying.length % 10 === 0) waiting.push(timed(client.refresh(pair.refresh)))
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    expect((await client.get('/healthz')).status).to.equal(200)
    expect((await client.get('/readyz')).status).to.equal(503)
    const sentLast = performance.now() - hungAt
    const answers = await Promise.all(waiting.slice(0, -3))
    mariaDb.goOn()
    const backAt = performance.now()

    const recovered = await waitFor(async () => {
      const answer = await client.refresh(pair.refresh)
      expect(answer.status).to.not.equal(503)
      return answer
    })
    const recovery = Math.round(performance.now() - backAt)
    await Promise.all([...waiting, ...verifying])

    expect(answers.filter(one => one.answer.status !== 503).map(one => one.answer.text)).to.deep.equal([])
    expect(answers.filter(one => !one.answer.headers.get('retry-after'))).to.deep.equal([])
    const slowest = Math.round(Math.max(...answers.map(one => one.ms)))
    expect(slowest).to.be.lessThan(longestAnswer)
    // Fresh means less than a second old; a request sent later than that must not be accepted before the server reads
    // again.
    const tooLate = verified.filter(one => one.status === 200 && one.sentAt > 1_100 && one.sentAt < 2_500)
    expect(tooLate).to.deep.equal([])
    expect(verified.filter(one => ![200, 503].includes(one.status))).to.deep.equal([])

    // Sent before the hang, perhaps carried out after it, and retried long after the reuse grace.
    expect(recovered.status, recovered.text).to.equal(200)
    expect((await client.refresh(recovered.body.refresh)).status).to.equal(200)
    expect((await client.verify(recovered.body.access)).status).to.equal(200)
    const others = await client.refresh(other.refresh)
    expect([200, 401], 'its end was answered 503: it may or may not have happened').to.include(others.status)
    if (others.status === 401) expect(others.body.reason).to.equal('session_ended')
    const many = await Promise.all(Array.from({ length: 60 }, () => waitFor(() => client.signIn(admin))))
    expect(many).to.have.length(60)
    console.log(
      `      hung for ${Math.round(sentLast / 100) / 10} s: slowest 503 after ${slowest} ms, back ${recovery} ms after it went on`,
    )
  }).timeout(60_000)
})
