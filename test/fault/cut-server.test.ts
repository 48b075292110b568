// One of two servers loses its connection to the database, as with a broken switch or a wrong firewall rule. It answers
// 503 soon enough for clients to try the other server, and clients that cannot keep their sessions.
import { expect } from 'chai'
import { aClient, claimsOf } from '../support/client.js'
import { onMariaDb } from '../support/engines.js'
import { waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { aRelay, type Relay } from '../support/relay.js'
import { password } from '../support/server.js'

const admin = { username: 'admin', password }
const grace = 1
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

onMariaDb('a server that is cut off from the database, while the other server is not', engine => {
  let relay: Relay
  afterEach(() => relay.close())

  it('P3: answers 503 within 2.5 s, and a refresh whose answer was lost succeeds after the outage', async () => {
    const settings = await engine.migrated()
    if (settings.engine !== 'mysql') throw new Error('two servers need MySQL')
    relay = await aRelay(settings.port)
    const near = await aServerProcess(settings, { reuse_grace: grace })
    const cut = await aServerProcess({ ...settings, port: relay.port }, { reuse_grace: grace })
    const [atNear, atCut] = [aClient(near), aClient(cut)]
    const [pair, other] = [await atNear.signIn(admin), await atNear.signIn(admin)]
    expect((await atCut.refresh(other.refresh)).status).to.equal(200)

    // The rotation is committed, and its answer never reaches the server that sent the statement.
    relay.holdAnswers()
    const cutAt = performance.now()
    expect((await atCut.refresh(pair.refresh)).status).to.equal(503)
    const waits: number[] = []
    while (performance.now() < cutAt + 8_000) {
      const askedAt = performance.now()
      const answer = await atCut.refresh(pair.refresh)
      expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1'])
      waits.push(performance.now() - askedAt)
      await pause(100)
    }
    expect(Math.max(...waits), 'ms until a client may ask elsewhere').to.be.below(2_500)
    // The other server is not affected.
    expect((await atNear.verify(pair.access)).status).to.equal(200)

    relay.letGo()
    const again = await waitFor(async () => {
      const answer = await atCut.refresh(pair.refresh)
      expect(answer.status).to.not.equal(503)
      return answer
    })
    expect(again.status, again.text).to.equal(200)
    expect(claimsOf(again.body.refresh).gen, 'it had been rotated').to.equal(2)
    expect((await atNear.refresh(again.body.refresh)).status).to.equal(200)
  }).timeout(60_000)
})
