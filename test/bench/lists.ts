// Latency of all lists with many rows: `npm run bench:lists -- [--users 100000] [--sessions 500000] [--runs 40]
// [--database mysql://…, already filled] [--pool 1G]`. Each output row is a list with a filter; `ms` is the latency for
// the caller, `cpu` the processor time of database and this process, which depends less on other load.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { composeDemo } from '../../server/composition/demo.js'
import { startMariaDb } from '../support/mariadb.js'
import { testSettings } from '../support/server.js'
import { type Case, casesOf } from './list-cases.js'

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    sessions: { type: 'string', default: '500000' },
    runs: { type: 'string', default: '40' },
    database: { type: 'string' },
    pid: { type: 'string' },
    pool: { type: 'string', default: '1G' },
    only: { type: 'string', default: '' },
  },
})

const mariadb = options.database ? null : await startMariaDb(`--innodb-buffer-pool-size=${options.pool}`)
const settings = mariadb
  ? testSettings(await mariadb.create())
  : readSettings({ DATABASE_URL: options.database!, SECRET_KEY: process.env.SECRET_KEY!, LOG_LEVEL: 'warn' })
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const composed = await compose(settings, { log: silent })
await composed.migrate()
await composed.start()
const demo = composeDemo(composed.parts)
const { database } = composed.parts.storage

if (mariadb) {
  const since = performance.now()
  const made = await demo.make({
    users: Number(options.users),
    sessions: Number(options.sessions),
    seed: 'bench',
    password: null,
  })
  console.log(`seeded in ${((performance.now() - since) / 1000).toFixed(0)} s: ${JSON.stringify(made)}`)
  await database.write(
    "INSERT INTO application (id, name, active, ended_seq, created_at) VALUES ('shop', '', 1, 0, 0), ('kiosk', '', 1, 0, 0)",
  )
  await database.write("UPDATE session SET application_id = 'kiosk' WHERE id < '0004'")
  for (const digit of '234567')
    await database.write("UPDATE session SET application_id = 'shop' WHERE id >= ? AND id < ?", [digit, `${digit}~`])
  await database.write('ANALYZE TABLE session, user, device, audit_entry, revocation, incident, user_role')
}

const cases = (await casesOf(composed)).filter(one => `${one.list} ${one.filter}`.includes(options.only))
const runs = Number(options.runs)
console.log(`| list | filter | rows | p50 ms | p99 ms | cpu ms | count | p50 ms | p99 ms | cpu ms |`)
console.log(`|---|---|---|---|---|---|---|---|---|---|`)
for (const one of cases) console.log(await measure(one))
await composed.close()
await mariadb?.stop()

async function measure({ list, filter, page, count }: Case): Promise<string> {
  const paged = await timed(page)
  const { results, partial } = paged.last
  const rows = `${results.length}${partial ? ', more further on' : ''}`
  const cells = [list, filter, rows, ...paged.cells]
  if (count) {
    const counted = await timed(count)
    cells.push(`${counted.last.count}${counted.last.more ? '+' : ''}`, ...counted.cells)
  } else cells.push('', '', '', '')
  return `| ${cells.join(' | ')} |`
}

async function timed<T>(work: () => Promise<T>): Promise<{ cells: string[]; last: T }> {
  let last = await work()
  const times: number[] = []
  const before = cpu()
  for (let run = 0; run < runs; run++) {
    const since = performance.now()
    last = await work()
    times.push(performance.now() - since)
  }
  const worked = (cpu() - before) / runs
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(runs - 1, Math.floor(runs * share))]!.toFixed(1)
  return { cells: [at(0.5), at(0.99), worked.toFixed(1)], last }
}

/** Processor time of the database and of this process, ms. */
function cpu(): number {
  const pid = options.pid ?? mariadb?.pid
  const fields = pid ? readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ') : []
  const { user, system } = process.cpuUsage()
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * 10 + (user + system) / 1000
}
