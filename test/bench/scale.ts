// Scaling bench: the cost of operations by number of users and sessions, on MariaDB: `npm run bench:scale --
// [--users 10000,100000,1000000] [--each 5] [--pool 8G] [--operations 2000] [--revocations 1000000]`. The cost is the
// processor time of server and database, which depends less on other load than elapsed time. Goals: it grows at most
// 1.3 times from the smallest to the largest size, and p99 of each page is at most 150 ms.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import bcrypt from 'bcrypt'
import type { DatabaseSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { openDatabase } from '../../server/storage/database.js'
import { removeFolders } from '../support/engines.js'
import { startMariaDb } from '../support/mariadb.js'
import { processorSeconds, residentBytes } from '../support/process-tree.js'
import { aServerProcess, killProcesses, type ServerProcess } from '../support/processes.js'
import { password, testSettings } from '../support/server.js'
import { aPoster, type Posted, type Poster } from './post.js'
import { crowdOf, crowdSessions, crowds, fill, type Size } from './scale-rows.js'

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '10000,100000,1000000' },
    each: { type: 'string', default: '5' },
    pool: { type: 'string', default: '8G' },
    operations: { type: 'string', default: '2000' },
    revocations: { type: 'string', default: '1000000' },
  },
})
const sizes = options.users.split(',').map(users => ({
  ...{ users: Number(users), sessions: Number(users) * Number(options.each) },
}))
const operations = Number(options.operations)
const atOnce = 16
const pageLimit = 150
const growthLimit = 1.3

/** Processor time of one operation, and latency for the caller, ms. */
type Cost = { cpu: number; p50: number; p99: number; isPage: boolean }
type MySqlSettings = Extract<DatabaseSettings, { engine: 'mysql' }>
type Seen = { size: Size; costs: Map<string, Cost>; bytesPerSession: number; resident: number }

const mariadb = await startMariaDb(`--innodb-buffer-pool-size=${options.pool}`, '--innodb-log-file-size=1G')
const seen: Seen[] = []
for (const size of sizes) seen.push(await measure(size))
await mariadb.stop()
report()
await revocations()
removeFolders()
process.exit(0)

async function measure(size: Size): Promise<Seen> {
  const settings = await mariadb.create()
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const composed = await compose(testSettings(settings), { log })
  await composed.migrate()
  const policy = { password_cost: 4, sign_in_guesses_per_hour: 10_000 }
  await composed.parts.policies.policies.set(policy, 'system', 'bench')
  await composed.start()
  const passwordHash = await bcrypt.hash(password, 4)
  const { users } = composed.parts.people
  const { id: template } = await users.importOne({ username: 'template', passwordHash }, 'system')
  for (let index = 0; index < atOnce; index++)
    await users.importOne({ username: `person${index}`, passwordHash }, 'system')
  const first = await aServerProcess(settings, null)
  const signing = aPoster(first.url, 1)
  await signing.post('/api/token/', { username: 'template', password })
  signing.close()
  await first.kill()
  await seed(settings, template, size)

  const server = await aServerProcess(settings, null)
  const poster = aPoster(server.url, atOnce)
  const costs = await costsOf(server, poster)
  poster.close()
  const resident = residentBytes(server.pid)
  await server.kill()
  const { database } = composed.parts.storage
  const [row] = await database.read<{ bytes: number }>(
    `SELECT data_length + index_length AS bytes FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name = 'session'`,
  )
  costs.set('purge, each session', await purge(() => composed.jobs.runAll(), settings))
  await composed.close()
  return { size, costs, bytesPerSession: row!.bytes / size.sessions, resident }
}

/** Fills the database with relaxed durability, which is restored afterwards. */
async function seed(settings: MySqlSettings, template: number, size: Size): Promise<void> {
  const since = performance.now()
  const database = await openDatabase(settings)
  await mariadb.run('SET GLOBAL innodb_flush_log_at_trx_commit = 0')
  const write = (statement: string) => mariadb.run(`USE ${settings.name}`, 'SET unique_checks = 0', statement)
  await fill({ database, write }, template, size, Date.now())
  await mariadb.run('SET GLOBAL innodb_flush_log_at_trx_commit = 1')
  await database.close()
  const seconds = ((performance.now() - since) / 1000).toFixed(0)
  console.log(`${size.users} users, ${size.sessions} sessions: filled in ${seconds} s`)
}

async function costsOf(server: ServerProcess, poster: Poster): Promise<Map<string, Cost>> {
  const signedIn = (username: string) => poster.post('/api/token/', { username, password })
  const pairs = await Promise.all(Array.from({ length: atOnce }, (_, index) => signedIn(`person${index}`)))
  const tokens = pairs.map(({ body }) => body.refresh as string)
  const bearer = { Authorization: `Bearer ${(await signedIn('admin')).body.access}` }
  const page = (path: string) => () => poster.get(path, bearer)
  const costs = new Map<string, Cost>()

  const refresh = async (lane: number) => {
    const answer = await poster.post('/api/token/refresh/', { refresh: tokens[lane] })
    tokens[lane] = answer.body.refresh
    return answer
  }
  const verify = (lane: number) => poster.post('/api/token/verify/', { token: pairs[lane]!.body.access })
  const pages = {
    'sessions, newest': page('/api/admin/sessions'),
    'sessions, live': page('/api/admin/sessions?state=live'),
    'sessions of a user': page(`/api/admin/users/${crowdOf(0)}/sessions/`),
    'users named user77…': page('/api/admin/users?text=user77'),
    'users called first77…': page('/api/admin/users?text=first77'),
    'users, by name': page('/api/admin/users?order=name'),
  }
  costs.set('refresh', await costOf(server, operations, atOnce, refresh))
  costs.set('verify', await costOf(server, operations, atOnce, verify))
  for (const [name, work] of Object.entries(pages))
    costs.set(name, { ...(await costOf(server, Math.ceil(operations / 20), 1, work)), isPage: true })
  let crowd = 0
  const end = async () => {
    const path = `/api/admin/bulk/end-sessions?user=${crowdOf(crowd++)}`
    const preview = await poster.post(path, {}, bearer)
    const { at, count } = preview.body
    const answer = await poster.post(path, { at, count }, bearer)
    if (answer.body.done !== crowdSessions) throw new Error(`${path} answered ${JSON.stringify(answer.body)}`)
    return { ...answer, ms: preview.ms + answer.ms }
  }
  const ended = await costOf(server, crowds, 1, end, 0)
  costs.set('bulk end, each session', { ...ended, cpu: ended.cpu / crowdSessions })
  return costs
}

/** @param warm number of operations before the measurement */
async function costOf(
  server: ServerProcess,
  count: number,
  lanes: number,
  work: (lane: number) => Promise<Posted>,
  warm = Math.ceil(count / 2),
): Promise<Cost> {
  async function run(left: number): Promise<number[]> {
    const times: number[] = []
    const keepOn = async (_: unknown, lane: number) => {
      while (left-- > 0) {
        const { status, ms, body } = await work(lane)
        if (status !== 200) throw new Error(`answered ${status} ${JSON.stringify(body)}`)
        times.push(ms)
      }
    }
    await Promise.all(Array.from({ length: lanes }, keepOn))
    return times.sort((a, b) => a - b)
  }
  await run(warm)
  const before = processorSeconds(server.pid, mariadb.pid)
  const times = await run(count)
  const cpu = ((processorSeconds(server.pid, mariadb.pid) - before) * 1000) / count
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!
  return { cpu, p50: at(0.5), p99: at(0.99), isPage: false }
}

/** One run of all periodic jobs, which scan all sessions and delete those that ended long ago. */
async function purge(run: () => Promise<void>, settings: DatabaseSettings): Promise<Cost> {
  const database = await openDatabase(settings)
  const count = async () => (await database.read<{ kept: number }>('SELECT COUNT(*) AS kept FROM session'))[0]!.kept
  const kept = await count()
  const before = processorSeconds(process.pid)
  const since = performance.now()
  await run()
  const [ms, seconds] = [performance.now() - since, processorSeconds(process.pid) - before]
  const forgotten = kept - (await count())
  await database.close()
  return { cpu: (seconds * 1000) / forgotten, p50: ms / forgotten, p99: ms / forgotten, isPage: false }
}

function report(): void {
  const three = (value: number) => (value < 10 ? value.toPrecision(3) : value.toFixed(1))
  const [smallest, largest] = [seen[0]!, seen.at(-1)!]
  const heads = seen.map(({ size }) => `CPU ms at ${size.users.toLocaleString('en')} users`)
  console.log(`\n| operation | ${heads.join(' | ')} | grows | p50 ms at the largest | p99 | |`)
  console.log(`|---|${'---|'.repeat(heads.length + 4)}`)
  for (const [name, { cpu, p50, p99, isPage }] of largest.costs) {
    const grows = cpu / smallest.costs.get(name)!.cpu
    const verdicts = [grows > growthLimit && `over ${growthLimit}`, isPage && p99 > pageLimit && `over ${pageLimit} ms`]
    const cells = [...seen.map(({ costs }) => three(costs.get(name)!.cpu)), grows.toFixed(2), three(p50), three(p99)]
    console.log(`| ${[name, ...cells, verdicts.filter(Boolean).join(', ')].join(' | ')} |`)
  }
  console.log(
    '\n| users | sessions | bytes of a session in the database | resident MB of the server |\n|---|---|---|---|',
  )
  for (const { size, bytesPerSession, resident } of seen)
    console.log(`| ${size.users} | ${size.sessions} | ${bytesPerSession.toFixed(0)} | ${(resident / 1e6).toFixed(0)} |`)
}

/** Memory for each revocation, and the start of a server with many of them, measured by projection.ts. */
async function revocations(): Promise<void> {
  if (Number(options.revocations) === 0) return
  console.log('')
  const child = fork(fileURLToPath(new URL('./projection.js', import.meta.url)), {
    env: { ...process.env, ENTRIES: options.revocations, RUNS: '1' },
    execArgv: ['--expose-gc'],
  })
  await new Promise(resolve => child.once('exit', resolve))
  await killProcesses()
}
