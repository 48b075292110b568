// Browser tabs that refresh one session concurrently at two servers while responses are lost; then reuse of spent
// tokens: `npm run race-lab -- [--tabs 50] [--rounds 100] [--lose 0.2] [--thefts 50] [--browser] [--no-redis]`. With
// --browser the tabs are pages of a real Chromium. Exits with 1 if a tab was signed out or a reuse was not detected.
import { parseArgs } from 'node:util'
import { aVisit, closeBrowser } from '../support/browser.js'
import { engines, removeFolders } from '../support/engines.js'
import { aLosingGateway } from '../support/losing-gateway.js'
import { stopSharedMariaDb } from '../support/mariadb.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { naiveRace, race, seconds, theft } from '../support/races.js'
import { aRedis, redisServer, stopRedises } from '../support/redis.js'
import { password } from '../support/server.js'
import { servesTabs, tabsInBrowser, tabsInNode } from '../support/tabs.js'

const { values: options } = parseArgs({
  options: {
    tabs: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '100' },
    lose: { type: 'string', default: '0.2' },
    thefts: { type: 'string', default: '50' },
    browser: { type: 'boolean', default: false },
    'no-redis': { type: 'boolean', default: false },
  },
})
const [tabCount, rounds, share, thefts] = [options.tabs, options.rounds, options.lose, options.thefts].map(Number) as [
  number,
  number,
  number,
  number,
]
const say = (line: string) => console.log(line)
const administrator = { username: 'admin', password }
/** The reuse grace in seconds, the policy's default. */
const grace = 10

const engine = engines().at(-1)!
const several = engine.name === 'MariaDB'
if (!several) say('mariadbd is not installed: one server on SQLite in the place of two on MariaDB')
const redis = several && !options['no-redis'] && redisServer ? await aRedis() : null
if (several && !redis) say(options['no-redis'] ? 'without Redis' : 'redis-server is not installed: without Redis')

const database = await engine.migrated()
const policy = { sign_in_guesses_per_hour: 10_000 }
const start = () => aServerProcess(database, policy, redis ? { REDIS_URL: redis.url } : {})
const servers = several ? await Promise.all([start(), start()]) : [await start()]
const onRefresh = (path: string) => path === '/api/token/refresh/' && Math.random() < share
const where = `${servers.length} server processes on ${engine.name}${redis ? ' and Redis' : ''}`
say(`${tabCount} tabs ${options.browser ? 'of Chromium' : 'in Node, without a lock'}, ${where}`)
say(`${rounds} times all wake with an access token that is over; ${share * 100} % of the answers to refreshes are lost`)

let wrong = 0
{
  const gateway = await aLosingGateway(servers, { loses: onRefresh, serves: servesTabs })
  const tabs = options.browser
    ? await tabsInBrowser(tabCount, gateway.url, (await aVisit(gateway)).context())
    : tabsInNode(tabCount, gateway.url)
  const began = performance.now()
  const { refreshes, steps, lost, graceAnswers, calls, failed, signedOut } = await race(
    tabs,
    gateway,
    rounds,
    administrator,
    say,
  )
  const took = Math.round((performance.now() - began) / 1000)
  say(`with the client: ${calls} calls of the API, ${failed.length} failed; ${took} s`)
  say(
    `  ${refreshes} refreshes, ${lost} answers lost, ${steps} steps of the session, ${graceAnswers} answers within the grace`,
  )
  say(`  signed out: ${signedOut.length}`)
  for (const one of new Set([...failed, ...signedOut])) say(`  told: ${one}`)
  wrong += signedOut.length + failed.length
  await tabs.close()
  await gateway.close()
}
{
  const gateway = await aLosingGateway(servers, { loses: onRefresh })
  const signIns = await naiveRace(gateway.url, tabCount, rounds, administrator)
  say(`the same without it, where a failed refresh leads to the sign-in page: seen in ${signIns} of ${rounds} rounds`)
  await gateway.close()
}
{
  const gateway = await aLosingGateway(servers)
  const result = await theft(gateway.url, Array(thefts).fill(administrator), seconds(2 * grace + 1))
  say(`${result.thefts} spent tokens sent by a thief after the grace: ${result.caught} caught`)
  say(
    `  ${result.ended} sessions ended by that, of ${result.bystanders} others of the same person live on: ${result.bystandersLive}`,
  )
  wrong += result.thefts * 3 - result.caught - result.ended - result.bystandersLive
  await gateway.close()
}
for (const complaint of servers.flatMap(server => server.complaints)) say(`a server said: ${complaint}`)
await closeBrowser()
await killProcesses()
await stopRedises()
await stopSharedMariaDb()
removeFolders()
process.exit(wrong === 0 ? 0 : 1)
