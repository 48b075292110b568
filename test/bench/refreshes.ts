// How many refreshes a second one server answers on SQLite, and what each costs the processor; against another build too:
// `npm run bench:refreshes -- [--against /path/of/another/dist] [--sessions 64] [--seconds 4] [--rounds 6]`. The two take
// turns, so that the ratio stays true on a busy machine.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { removeFolders, sqlite } from '../support/engines.js'
import { aServerProcess, killProcesses, type ServerProcess } from '../support/processes.js'
import { password } from '../support/server.js'
import { aPoster, type Poster } from './post.js'

const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    sessions: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '6' },
  },
})
const seconds = Number(options.seconds)

type Contender = { name: string; server: ServerProcess; poster: Poster; tokens: string[]; rates: number[] }

async function contender(name: string, start: typeof aServerProcess): Promise<Contender> {
  const server = await start(await sqlite.fresh(), { password_cost: 4, sign_in_guesses_per_hour: 10_000 })
  const poster = aPoster(server.url, Number(options.sessions))
  const tokens: string[] = []
  for (let index = 0; index < Number(options.sessions); index++) {
    const { body } = await poster.post('/api/token/', { username: 'admin', password })
    tokens.push(body.refresh)
  }
  return { name, server, poster, tokens, rates: [] }
}

/** Each session refreshes as soon as it was answered. @returns refreshes a second, and ms of processor for each */
async function round({ server, poster, tokens }: Contender): Promise<[rate: number, cpu: number]> {
  const until = performance.now() + seconds * 1000
  const before = cpuOf(server.pid)
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
  return [done / seconds, (cpuOf(server.pid) - before) / done]
}

/** In ms, of all threads. */
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
    const [rate, cpu] = await round(one)
    one.rates.push(rate)
    console.log(`${one.name}: ${rate.toFixed(0)} refreshes/s, ${cpu.toFixed(2)} ms of processor each`)
  }
}
const median = (rates: number[]) => [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)]!
for (const { name, rates } of contenders) console.log(`${name}: median ${median(rates).toFixed(0)} refreshes/s`)
const [mine, other] = contenders
if (other) console.log(`ratio ${(median(mine!.rates) / median(other.rates)).toFixed(2)}`)
for (const { poster } of contenders) poster.close()
await killProcesses()
removeFolders()
process.exit(0)
