// Refresh latency during a flood of sign-ins: 500 concurrent sign-ins at the real bcrypt cost with 50 refreshes a
// second, compared with the same refreshes alone. `npm run bench:sign-ins`; AT_ONCE, PER_SECOND, SECONDS, ROUNDS and
// COST change the counts.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import bcrypt from 'bcrypt'
import { compose } from '../../server/compose.js'
import { quantiles } from '../support/bursts.js'
import { removeFolders, sqlite } from '../support/engines.js'
import { ended } from '../support/mariadb.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { password, testSettings } from '../support/server.js'
import { aPoster, count, counters, type Poster } from './post.js'
import type { Flood } from './sign-in-flood.js'

const atOnce = count('AT_ONCE', 500)
const perSecond = count('PER_SECOND', 50)
const seconds = count('SECONDS', 8)
const rounds = count('ROUNDS', 5)
const cost = count('COST', 12)

const path = '/api/token/'
const database = await sqlite.fresh()
const users = await makeUsers(atOnce)
const server = await aServerProcess(database, { password_cost: cost }, { TRUST_PROXY: '1' })
const poster = aPoster(server.url, 64)
const sessions = await signInOnce()

/** Users with one password, hashed at the real cost. */
async function makeUsers(count: number): Promise<string[]> {
  const silent = () => {}
  const composed = await compose(testSettings(database), {
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  await composed.migrate()
  await composed.start()
  const passwordHash = await bcrypt.hash(password, cost)
  const names = Array.from({ length: count }, (_, index) => `user${index}`)
  for (const username of names) await composed.parts.people.users.importOne({ username, passwordHash }, 'system')
  await composed.close()
  return names
}

/** As many sessions as refreshes a second, so that each session refreshes once a second. */
async function signInOnce(): Promise<string[]> {
  const made: string[] = []
  for (let index = 0; index < perSecond; index++) {
    const { status, body } = await poster.post(path, { username: 'admin', password })
    if (status !== 200) throw new Error(`a sign-in answered ${status}`)
    made.push(body.refresh)
  }
  return made
}

/** Refreshes at a fixed rate without waiting for earlier answers. @returns the duration of each, ms */
async function refresh(by: Poster): Promise<number[]> {
  const times: number[] = []
  const onTheirWay: Promise<void>[] = []
  const startedAt = performance.now()
  for (let index = 0; index < perSecond * seconds; index++) {
    const due = startedAt + (index * 1000) / perSecond
    await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())))
    const session = index % sessions.length
    onTheirWay.push(
      by.post('/api/token/refresh/', { refresh: sessions[session] }).then(({ status, body, ms }) => {
        if (status !== 200) throw new Error(`a refresh answered ${status} ${JSON.stringify(body)}`)
        sessions[session] = body.refresh
        times.push(ms)
      }),
    )
  }
  await Promise.all(onTheirWay)
  return times
}

type Flooded = { statuses: number[] }

function startFlood(): { stop: () => Promise<Flooded> } {
  const child: ChildProcess = fork(fileURLToPath(new URL('./sign-in-flood.js', import.meta.url)))
  child.send({ url: server.url, path, users, password } satisfies Flood)
  return {
    async stop() {
      const told = new Promise<Flooded>(resolve => child.once('message', message => resolve(message as Flooded)))
      child.send('stop')
      const flooded = await told
      await ended(child, 'SIGKILL')
      return flooded
    },
  }
}

const tenths = (ms: number) => Math.round(ms * 10) / 10
const quiet: number[][] = []
const busy: number[][] = []
const ratios: number[] = []
const statuses: number[] = []
let floodSeconds = 0

console.log(`${perSecond} refreshes/s, without and with ${atOnce} sign-ins at once at cost ${cost}; p50/p99 in ms`)
for (let round = 1; round <= rounds; round++) {
  const alone = await refresh(poster)
  const startedAt = performance.now()
  const flood = startFlood()
  const beside = await refresh(poster)
  const flooded = await flood.stop()
  floodSeconds += (performance.now() - startedAt) / 1000
  const [[p50, p99], [flooded50, flooded99]] = [halfAndMost(alone), halfAndMost(beside)]
  ratios.push(flooded99 / p99)
  quiet.push(alone)
  busy.push(beside)
  statuses.push(...flooded.statuses)
  console.log(
    `  round ${round}: quiet ${p50}/${p99}, flooded ${flooded50}/${flooded99}, p99 ratio ${tenths(flooded99 / p99)}`,
  )
}
const [median] = quantiles(
  ratios.map(ratio => ratio * 10),
  0.5,
)
const [all, allBusy] = [halfAndMost(quiet.flat()), halfAndMost(busy.flat())]
const succeeded = statuses.filter(status => status === 200).length
console.log(
  `  all rounds: quiet ${all.join('/')}, flooded ${allBusy.join('/')}, p99 ratio ${tenths(allBusy[1] / all[1])}`,
)
console.log(`  median of the rounds' p99 ratios: ${median! / 10} (goal < 4)`)
console.log(`  sign-ins: ${counters(statuses)}; ${tenths(succeeded / floodSeconds)} succeeded a second`)

poster.close()
await killProcesses()
removeFolders()
process.exit(0)

/** p50 and p99, rounded to tenths of a millisecond. */
function halfAndMost(times: number[]): [number, number] {
  const [p50, p99] = quantiles(
    times.map(ms => ms * 10),
    0.5,
    0.99,
  )
  return [p50! / 10, p99! / 10]
}
