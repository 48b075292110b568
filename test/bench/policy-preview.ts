// Duration of a policy preview over many sessions, and the longest stall of the event loop, for SQLite and MariaDB.
// npm run build && node dist/test/bench/policy-preview.js [sessions] [sqlite|mariadb]
import { randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { compose } from '../../server/compose.js'
import type { Policy } from '../../server/policy/policies.js'
import type { PolicyApply } from '../../server/policy/policy-version.js'
import type { Value } from '../../server/storage/database.js'
import { aUserRow } from '../support/database.js'
import { aFolder, removeFolders } from '../support/engines.js'
import { sharedMariaDb, stopSharedMariaDb } from '../support/mariadb.js'
import { testSettings } from '../support/server.js'
import { aSession } from '../support/sessions.js'

const count = Number(process.argv[2] ?? 500_000)
const engine = process.argv[3] ?? 'mariadb'
const perUser = 3
const hour = 3_600_000
const day = 24 * hour

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const settings = testSettings(
  engine === 'mariadb'
    ? await (await sharedMariaDb()).create()
    : { engine: 'sqlite', path: `${aFolder()}/bench.sqlite` },
)
const composed = await compose(settings, { log: silent })
await composed.migrate()
await composed.start()
const {
  storage: { database },
  policies: { policies },
  revocation: { now },
} = composed.parts
const at = now()

async function insertAll(table: string, rows: Iterable<Record<string, unknown>>): Promise<void> {
  let names: string[] = []
  let values: Value[] = []
  let rowsWaiting = 0
  const flush = async () => {
    if (rowsWaiting === 0) return
    const row = `(${names.map(() => '?').join()})`
    await database.write(`INSERT INTO ${table} (${names.join()}) VALUES ${Array(rowsWaiting).fill(row).join()}`, values)
    values = []
    rowsWaiting = 0
  }
  for (const row of rows) {
    names = Object.keys(row).map(name => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))
    values.push(...(Object.values(row) as Value[]))
    if (++rowsWaiting === 500) await flush()
  }
  await flush()
}

function* users() {
  for (let id = 10; id < 10 + count / perUser; id++) yield { ...aUserRow(id), permissions: '[]' }
}

/** Half of the sessions refreshed within the last hour, the others within a day; all opened in the last month. */
function* sessions() {
  for (let number = 0; number < count; number++) {
    const rotatedAt = at - Math.floor(Math.random() * (number % 2 ? hour : day))
    const createdAt = Math.min(rotatedAt, at - Math.floor(Math.random() * 29 * day))
    const times = {
      rotatedAt,
      lastSeenAt: rotatedAt,
      createdAt,
      authenticatedAt: createdAt,
      expiresAt: rotatedAt + day,
    }
    yield aSession(randomUUID(), { userId: 10 + (number % Math.ceil(count / perUser)), ...times })
  }
}

console.log(`${count} open sessions of ${Math.ceil(count / perUser)} users on ${engine}`)
await insertAll('user', users())
await insertAll('session', sessions())

const text = ({ count, more }: { count: number; more: boolean }) => `${count}${more ? '+' : ''}`
async function measure(what: string, values: Partial<Policy>, apply: PolicyApply = 'refresh'): Promise<void> {
  const times: number[] = []
  const delay = monitorEventLoopDelay({ resolution: 5 })
  let said = ''
  for (let run = 0; run < 3; run++) {
    delay.enable()
    const begun = performance.now()
    const { ends, staleAccessTokens } = await policies.preview(values, 'system', apply)
    times.push(performance.now() - begun)
    delay.disable()
    said = `ends ${text(ends.sessions)} of ${text(ends.users)} users${staleAccessTokens ? `, ${text(staleAccessTokens)} stale` : ''}`
  }
  const [best, , worst] = times.sort((a, b) => a - b).map(Math.round)
  console.log(`  ${what}: ${best} to ${worst} ms, longest stall ${Math.round(delay.max / 1e6)} ms; ${said}`)
}

await measure('nothing that ends anybody', { reuse_grace: 20 })
await measure('idle 23h 59m, few end', { refresh_token_lifetime: 86_340 })
await measure('idle 1h, many end', { refresh_token_lifetime: 3_600 })
await measure('absolute 29d, none end', { session_absolute_lifetime: 29 * 86_400 })
await measure('absolute 7d, many end', { session_absolute_lifetime: 7 * 86_400 })
await measure(`limit ${perUser}, none end`, { max_sessions_per_user: perUser })
await measure(`limit ${perUser - 1}, many end`, { max_sessions_per_user: perUser - 1 })
await measure(
  'all at once, now',
  { refresh_token_lifetime: 3_600, session_absolute_lifetime: 86_400, max_sessions_per_user: 1 },
  'now',
)

await composed.close()
await stopSharedMariaDb()
removeFolders()
process.exit(0)
