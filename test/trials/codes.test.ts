import { trials } from '../support/bursts.js'
import { redeemManyTimes } from '../support/code-bursts.js'
import { anOpen } from '../support/database.js'
import { onMariaDb } from '../support/engines.js'
import { aServerProcess } from '../support/processes.js'

onMariaDb('an authorization code redeemed 50 times at once, in 200 rounds', engine => {
  it('opens one session, over two server processes', async () => {
    const settings = await engine.migrated()
    const servers = await Promise.all([aServerProcess(settings), aServerProcess(settings)])
    const urls = servers.map(server => server.url)
    console.log(`      ${await redeemManyTimes(urls, await anOpen(settings), trials(200))}`)
  }).timeout(1_200_000)
})
