// The cost of a million live revocations in a process: memory, look-ups, deletion of expired ones, and the start of a
// server with them in its database. Run by `npm run bench:projection`; each measurement has its own process.
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { DatabaseSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { createProjection } from '../../server/protocol/log/projection.js'
import type { RevocableClaims, Revocation } from '../../server/protocol/log/revocation.js'
import { openDatabase } from '../../server/storage/database.js'
import { type Cost, costOf, memory } from '../support/cost.js'
import { type Engine, engines, removeFolders } from '../support/engines.js'
import { anEntry, writeEntries } from '../support/log.js'
import { stopSharedMariaDb } from '../support/mariadb.js'
import { testSettings } from '../support/server.js'

const count = Number(process.env.ENTRIES) || 1_000_000
const runs = Number(process.env.RUNS) || 3
const lookups = 1_000_000
const life = 3_720_000

type Figures = Record<string, number>

const silent = { debug() {}, info() {}, warn() {}, error() {} }

function costFigures(title: string, { took, stall, cpu, busy }: Cost): Figures {
  return {
    [`${title}, ms`]: took,
    [`${title}, ms on the CPU`]: cpu,
    [`${title}, longest stall`]: stall,
    [`${title}, longest on the CPU`]: busy,
  }
}

/** Live entries that end one session each. The first half expires before the second. */
function entriesAfter(after: number, size: number, now: number): Revocation[] {
  return Array.from({ length: size }, (_, index) =>
    anEntry(after + index + 1, { expiresAt: now + life + (after + index < count / 2 ? 0 : 60_000) }),
  )
}

async function measureProjection(): Promise<Figures> {
  const now = Date.now()
  const projection = createProjection()
  const before = await memory()
  const hits: RevocableClaims[] = []
  const claims = (sid: string) => ({
    rev: 0,
    jti: randomUUID(),
    sub: '7',
    sid,
    client_id: 'darvoza',
    roles: ['admin', 'staff'],
  })
  // Applied in stretches of the size that the tail reads.
  const step = 2_000
  for (let after = 0; after < count; after += step) {
    const entries = entriesAfter(after, step, now)
    projection.apply({ after, upto: after + step, entries })
    for (const { subject } of entries.slice(0, 5)) hits.push(claims(subject))
    await setImmediate()
  }
  const full = await memory()
  const misses = hits.map(() => claims(randomUUID()))
  const perSecond = (some: readonly RevocableClaims[], found: boolean) => {
    const startedAt = performance.now()
    for (let turn = 0; turn < lookups; turn++) {
      if ((projection.find(some[turn % some.length]!, 'a-key') !== null) !== found) throw new Error('a wrong answer')
    }
    return lookups / ((performance.now() - startedAt) / 1000)
  }
  perSecond(misses, false)
  const allocated = process.memoryUsage().heapUsed
  const missesPerSecond = perSecond(misses, false)
  const perMiss = (process.memoryUsage().heapUsed - allocated) / lookups
  perSecond(hits, true)
  const hitsPerSecond = perSecond(hits, true)
  const nothing = await costOf(() => projection.forget(now))
  const half = await costOf(() => projection.forget(now + life + 1_000))
  if (projection.size() !== count / 2) throw new Error('half of it was to be forgotten')
  const rest = await costOf(() => projection.forget(now + life + 61_000))
  if (projection.size() !== 0) throw new Error('all of it was to be forgotten')
  const empty = await memory()
  return {
    'resident bytes an entry': (full.resident - before.resident) / count,
    'heap and external bytes an entry': (full.heap - before.heap) / count,
    'the same once all is forgotten': (empty.heap - before.heap) / count,
    'look-ups/s without a match': missesPerSecond,
    'bytes allocated by each': Math.max(0, perMiss),
    'look-ups/s with one': hitsPerSecond,
    ...costFigures('forget nothing', nothing),
    ...costFigures('forget half', half),
    ...costFigures('forget the rest', rest),
  }
}

async function measureStart(database: DatabaseSettings): Promise<Figures> {
  const composed = await compose(testSettings(database), { log: silent })
  await composed.parts.storage.database.read('SELECT 1')
  const before = await memory()
  const cost = await costOf(() => composed.start())
  const peak = process.memoryUsage().rss
  const full = await memory()
  if ((await composed.parts.storage.revocationStore.head(composed.parts.storage.database)).seq !== count)
    throw new Error('no such log')
  await composed.close()
  return {
    ...costFigures('start', cost),
    'resident bytes an entry, at once': (peak - before.resident) / count,
    'resident bytes an entry, settled': (full.resident - before.resident) / count,
    'heap and external bytes an entry': (full.heap - before.heap) / count,
  }
}

/** A migrated database with a million live entries in its revocation log. */
async function seeded(engine: Engine): Promise<DatabaseSettings> {
  const settings = await engine.fresh()
  const composed = await compose(testSettings(settings), { log: silent })
  await composed.migrate()
  await composed.start()
  await composed.close()
  const database = await openDatabase(settings)
  try {
    await database.write('DELETE FROM revocation')
    const step = 10_000
    for (let after = 0; after < count; after += step)
      await writeEntries(database, entriesAfter(after, step, Date.now()))
  } finally {
    await database.close()
  }
  return settings
}

/** Runs one measurement in a child process. */
function apart(...measurement: string[]): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), measurement, { execArgv: ['--expose-gc'] })
    child.once('message', figures => resolve(figures as Figures))
    child.once('exit', code => code !== 0 && reject(new Error(`a measurement ended with ${code}`)))
  })
}

async function report(title: string, ...measurement: string[]): Promise<void> {
  const all: Figures[] = []
  for (let run = 0; run < runs; run++) all.push(await apart(...measurement))
  console.log(`\n${title} (calmest of ${runs}; dearest)`)
  for (const name of Object.keys(all[0]!)) {
    const values = all.map(figures => figures[name]!).sort((a, b) => (name.includes('/s') ? b - a : a - b))
    const [best, worst] = [values[0]!, values.at(-1)!].map(value =>
      value.toLocaleString('en', { maximumFractionDigits: 1 }),
    )
    console.log(`  ${name.padEnd(36)}${best!.padStart(12)}${worst!.padStart(12)}`)
  }
}

async function main(): Promise<void> {
  console.log(`${count.toLocaleString('en')} live revocations, node ${process.versions.node}`)
  await report('In memory', 'projection')
  for (const engine of engines()) {
    await report(`Start of a server on ${engine.name}`, 'start', JSON.stringify(await seeded(engine)))
  }
  await stopSharedMariaDb()
  removeFolders()
}

const [measurement, settings] = process.argv.slice(2)
if (measurement === undefined) await main()
else {
  const figures = measurement === 'projection' ? await measureProjection() : await measureStart(JSON.parse(settings!))
  process.send!(figures, () => process.exit(0))
}
