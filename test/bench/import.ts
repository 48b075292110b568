// Users imported a second into the SQLite file of a running server, and the latency of its refreshes meanwhile:
// `npm run bench:import -- [--rows 10000]`.
import { parseArgs } from 'node:util'
import { removeFolders } from '../support/engines.js'
import { importBeside } from '../support/import-load.js'
import { closeServers, stopSharedHashing } from '../support/server.js'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } })
const rows = Number(values.rows)

const load = await importBeside(rows, 4_000)
await closeServers()
await stopSharedHashing()
removeFolders()

function line(name: string, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => `${Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0)} ms`
  return `refreshes ${name}: ${times.length}, median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`
}

console.log(load.printed.trim())
console.log(`${rows} users in ${(load.ms / 1_000).toFixed(1)} s: ${Math.round(rows / (load.ms / 1_000))} a second`)
console.log(line('before', load.before))
console.log(line('during', load.during))
console.log(`refused: ${load.failed.length}`)
