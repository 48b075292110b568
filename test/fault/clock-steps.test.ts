// The clock of the database's machine is stepped back and ahead, under running servers and before a server starts.
import { expect } from 'chai'
import { aClient, type Client, type Pair } from '../support/client.js'
import { onMariaDb, skipFor } from '../support/engines.js'
import { type MariaDb, startMariaDbIn, waitFor } from '../support/mariadb.js'
import { aServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'
import { aWallClock, whyNoWallClock } from './driver/wall-clock.js'

const admin = { username: 'admin', password }
const hour = 3_600

async function goesOn(clients: Client[], pair: Pair): Promise<Pair> {
  let present = pair
  for (const client of clients) {
    const refreshed = await client.refresh(present.refresh)
    expect(refreshed.status, refreshed.text).to.equal(200)
    present = refreshed.body
    for (const other of clients) {
      const verified = await other.verify(present.access)
      expect(verified.status, verified.text).to.equal(200)
      expect((await other.get('/api/me/', present.access)).status).to.equal(200)
    }
  }
  return present
}

const allSay = (clients: Client[], clock: string | undefined) =>
  waitFor(async () => {
    for (const client of clients) expect((await client.get('/readyz')).body.clock).to.equal(clock)
  })

onMariaDb('servers whose database has its clock stepped', () => {
  let mariadb: MariaDb | null = null
  after(() => mariadb?.stop())

  it('back by 30 s and an hour: sessions go on; two hours ahead: 503 clock_jumped until reset', async function () {
    const why = whyNoWallClock()
    if (why) skipFor(this, why)
    const clock = aWallClock()
    mariadb = await startMariaDbIn(clock.env)
    const database = await mariadb.create()
    const clients = [aClient(await aServerProcess(database)), aClient(await aServerProcess(database))]
    let pair = await goesOn(clients, await clients[0]!.signIn(admin))
    for (const behind of [30, hour]) {
      clock.set(-behind)
      await allSay(clients, 'behind')
      pair = await goesOn(clients, pair)
      pair = await goesOn([...clients, aClient(await aServerProcess(database))], pair)
    }
    clock.set(0)
    await allSay(clients, undefined)
    pair = await goesOn(clients, pair)
    clock.set(2 * hour)
    await allSay(clients, 'ahead')
    for (const client of clients) {
      const verified = await client.verify(pair.access)
      expect([verified.status, verified.body.code]).to.deep.equal([503, 'clock_jumped'])
    }
    clock.set(0)
    await allSay(clients, undefined)
    await goesOn(clients, pair)
  }).timeout(60_000)
})
