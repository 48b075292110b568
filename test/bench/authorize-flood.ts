// The cost of a flood of anonymous authorization requests: rows in the database (no new ones expected), memory of the
// server (expected constant), and requests a second:
// `npm run bench:authorize-flood -- [--requests 100000] [--width 16]`.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import BetterSqlite3 from 'better-sqlite3'
import { compose } from '../../server/compose.js'
import { aWebsite } from '../support/authorizations.js'
import { floodAuthorize } from '../support/authorize-flood.js'
import { removeFolders, sqlite } from '../support/engines.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { stopSharedHashing, type TestServer, testSettings } from '../support/server.js'

const { values: options } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, width: { type: 'string', default: '16' } },
})
const count = Number(options.requests)

const address = await sqlite.fresh()
if (address.engine !== 'sqlite') throw new Error('this bench reads a file')
await makeApplication()
const server = await aServerProcess(address)

async function makeApplication(): Promise<void> {
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const composed = await compose(testSettings(address), { log })
  await composed.migrate()
  await composed.start()
  await aWebsite({ composed } as TestServer, 'shop')
  await composed.close()
}

/** Tables that grow with time, not with the number of requests. */
const byTheHour = new Set(['figure'])

/** Numbers of rows by table. */
function rows(): Map<string, number> {
  const database = new BetterSqlite3(address.engine === 'sqlite' ? address.path : '', { readonly: true })
  const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[]
  const countOf = (name: string) => Number(database.prepare(`SELECT COUNT(*) FROM \`${name}\``).pluck().get())
  const found = new Map(names.map(name => [name, countOf(name)]))
  database.close()
  return found
}

const sum = (counts: Map<string, number>) => [...counts.values()].reduce((all, one) => all + one, 0)

/** Resident memory of the server, MB. */
function memory(): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))!
  return Math.round(Number(kilobytes) / 1024)
}

const before = rows()
const marks = new Set([0.01, 0.1, 0.25, 0.5, 0.75, 1].map(part => Math.round(count * part)))
console.log(`rows before ${sum(before)}, memory ${memory()} MB`)
const began = performance.now()
const outcomes = await floodAuthorize({
  url: server.url,
  applicationId: 'shop',
  count,
  width: Number(options.width),
  answered(sofar) {
    if (marks.has(sofar)) console.log(`${sofar} requests: memory ${memory()} MB`)
  },
})
const seconds = (performance.now() - began) / 1000
for (const [outcome, times] of [...outcomes].sort()) console.log(`${outcome}: ${times}`)
const after = rows()
const more = [...after].filter(([name, count]) => count !== before.get(name))
for (const [name, count] of more) console.log(`${name}: ${before.get(name)} rows before, ${count} after`)
console.log(`rows after ${sum(after)}, memory ${memory()} MB, ${(count / seconds).toFixed(0)} requests/s`)
await killProcesses()
await stopSharedHashing()
removeFolders()
process.exit(more.every(([name]) => byTheHour.has(name)) ? 0 : 1)
