// Refreshes a second of one server, and processor time for each; optionally compared with another build: `npm run
// bench:refreshes -- [--against /path/of/another/dist] [--engine sqlite|mariadb] [--sessions 64] [--seconds 4]
// [--rounds 6]`. Both are measured in turns, so that the ratio holds on a busy machine; on MariaDB they share one
// database server.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { engines, removeFolders } from '../support/engines.js'
import { sharedMariaDb, stopSharedMariaDb } from '../support/mariadb.js'
import { aServerProcess, killProcesses, type ServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'
import { aPoster, type Poster } from './post.js'

const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    engine: { type: 'string', default: 'sqlite' },
    sessions: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '6' },
  },
})
const seconds = Number(options.seconds)
const engine = engines().find(({ name }) => name.toLowerCase() === options.engine)
if (!engine) throw new Error(`there is no ${options.engine} here`)
const store = engine.name === 'MariaDB' ? await sharedMariaDb() : null

type Contender = {
  name: string
  server: ServerProcess
  poster: Poster
  tokens: string[]
  rates: number[]
  costs: number[]
}

async function contender(name: string, start: typeof aServerProcess): Promise<Contender> {
  const server = await start(await engine!.fresh(), { password_cost: 4, sign_in_guesses_per_hour: 10_000 })
  const poster = aPoster(server.url, Number(options.sessions))
  const tokens: string[] = []
  for (let index = 0; index < Number(options.sessions); index++) {
    const { body } = await poster.post('/api/token/', { username: 'admin', password })
    tokens.push(body.refresh)
  }
  return { name, server, poster, tokens, rates: [], costs: [] }
}

/** Each session refreshes in a closed loop. @returns refreshes a second, and processor µs for each */
async function round({ server, poster, tokens }: Contender): Promise<[rate: number, costs: number[]]> {
  const until = performance.now() + seconds * 1000
  const pids = [server.pid, ...(store ? [store.pid] : [])]
  const before = pids.map(cpuOf)
  let done = 0
  await Promise.all(
    tokens.map(async (_, index) => {
      while (performance.now() < until) {
        const { status, body } = await poster.post('/api/token/refresh/', { refresh: tokens[index] })
        if (status !== 200) throw new Error(`a refresh answered ${status}`)
        tokens[index] = body.refresh
        done++
      }
    }),
  )
  return [done / seconds, pids.map((pid, index) => ((cpuOf(pid) - before[index]!) / done) * 1000)]
}

/** Processor time of all threads, ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const contenders = [await contender('this build', aServerProcess)]
if (options.against) {
  const other = await import(pathToFileURL(`${options.against}/test/support/processes.js`).href)
  contenders.push(await contender('the other', other.aServerProcess))
}
for (const one of contenders) await round(one)
for (let index = 0; index < Number(options.rounds); index++) {
  for (const one of contenders) {
    const [rate, costs] = await round(one)
    one.rates.push(rate)
    one.costs.push(costs.reduce((sum, cost) => sum + cost))
    const each = costs.map(cost => cost.toFixed(0)).join(' + ')
    console.log(`${one.name}: ${rate.toFixed(0)} refreshes/s, ${each} µs of processor each`)
  }
}
const median = (rates: number[]) => [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)]!
for (const { name, rates, costs } of contenders)
  console.log(`${name}: median ${median(rates).toFixed(0)} refreshes/s, ${median(costs).toFixed(0)} µs`)
const [mine, other] = contenders
if (other) {
  const ratio = (of: 'rates' | 'costs') => (median(mine![of]) / median(other[of])).toFixed(2)
  console.log(`ratio ${ratio('rates')} of the rate, ${ratio('costs')} of the processor`)
}
for (const { poster } of contenders) poster.close()
await killProcesses()
await stopSharedMariaDb()
removeFolders()
process.exit(0)
