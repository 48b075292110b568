// The cost of 1,000 readers of the revocation feed for one server: memory for each, time until all have a new entry,
// processor time of sending it, and the longest turn of the event loop. Measured with an empty log, and with 10,000
// live entries in the snapshot of each reader: `npm run bench:feed -- [--readers 1000] [--entries 20] [--live 10000]`.
// Readers are sockets of this process on the same machine: times are elapsed times, processor time is the server's
// alone.
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compose } from '../../server/compose.js'
import { basic, inForm } from '../support/applications.js'
import { quantiles } from '../support/bursts.js'
import { removeFolders, sqlite } from '../support/engines.js'
import { anEntry, writeEntries } from '../support/log.js'
import { aServerProcess, killProcesses, type ServerProcess } from '../support/processes.js'
import { password, stopSharedHashing, testSettings } from '../support/server.js'
import { aPoster } from './post.js'

const { values: options } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000' },
    entries: { type: 'string', default: '20' },
    live: { type: 'string', default: '10000' },
  },
})
const [readers, entries, live] = [Number(options.readers), Number(options.entries), Number(options.live)]
/** Readers of one application: 200 connections are allowed. */
const ofOne = 200

type Reader = { socket: Socket; rest: Buffer; isComplete: boolean; hasIt: boolean; bytes: number }
/** The entry that all readers are waiting for. */
type Awaited = { text: string; since: number; times: number[] }

let awaited: Awaited | null = null

/** A minimal reader: it searches for the awaited text, and keeps only the last bytes. */
function aReader(url: string, token: string): Reader {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const reader: Reader = { socket, rest: Buffer.alloc(0), isComplete: false, hasIt: false, bytes: 0 }
  socket.write(`GET /revocations/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  socket.on('data', chunk => {
    reader.bytes += chunk.length
    const text = Buffer.concat([reader.rest, chunk])
    // Copied, since a subarray would keep the whole chunk in memory.
    reader.rest = Buffer.from(chunk.subarray(-64))
    // Only a complete snapshot has an event id.
    if (!reader.isComplete && text.includes('\nid: ')) reader.isComplete = true
    if (awaited && !reader.hasIt && text.includes(awaited.text)) {
      reader.hasIt = true
      awaited.times.push(performance.now() - awaited.since)
    }
  })
  socket.on('error', () => {})
  return reader
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const late = performance.now() + 120_000
  while (!holds()) {
    if (performance.now() > late) throw new Error(`${what}: not so within two minutes`)
    await pause(20)
  }
}

/** Processor time of all threads, ms. */
function cpuOf({ pid }: ServerProcess): number {
  return readdirSync(`/proc/${pid}/task`)
    .map(thread => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0)
}

/** Resident memory in KB, now and at its peak. */
function memoryOf({ pid }: ServerProcess): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1])
  return { now: of('VmRSS'), most: of('VmHWM') }
}

/** Processor ms a second without new entries: jobs, pings, and the measurement itself. */
async function restingCost(server: ServerProcess): Promise<number> {
  const [since, before] = [performance.now(), cpuOf(server)]
  await pause(3_000)
  return ((cpuOf(server) - before) / (performance.now() - since)) * 1_000
}

async function measure(count: number): Promise<void> {
  const address = await sqlite.fresh()
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const composed = await compose(testSettings(address), { log })
  await composed.migrate()
  const filled = Array.from({ length: count }, (_, index) => anEntry(index + 1))
  if (count > 0) await writeEntries(composed.parts.storage.database, filled)
  await composed.close()

  const server = await aServerProcess(address, { access_token_lifetime: 7200 })
  const poster = aPoster(server.url, 4)
  const { body: signedIn } = await poster.post('/api/token/', { username: 'admin', password })
  const bearer = { Authorization: `Bearer ${signedIn.access}` }
  const tokens: string[] = []
  for (let index = 0; index < Math.ceil((readers + 1) / ofOne); index++) {
    const { status, body } = await poster.post(
      '/api/admin/applications',
      {
        ...{ client_name: 'Shop', client_id: `shop-${index}`, kind: 'machine', scope: 'revocations:read' },
        ...{ grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
      },
      bearer,
    )
    if (status !== 201) throw new Error(`an application: ${status} ${JSON.stringify(body)}`)
    const answer = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { ...inForm, ...basic(`shop-${index}`, body.client_secret) },
      body: 'grant_type=client_credentials',
    })
    tokens.push(((await answer.json()) as { access_token: string }).access_token)
  }
  const tell = async (): Promise<void> => {
    const text = randomUUID()
    awaited = { text, since: performance.now(), times: [] }
    const entry = { kind: 'token', subject: text, effect: 'end' }
    const { status, body } = await poster.post('/api/admin/revocations', entry, bearer)
    if (status >= 300) throw new Error(`an entry: ${status} ${JSON.stringify(body)}`)
  }
  const costOfMany = async (resting: number, each: () => Promise<void>): Promise<number> => {
    const [since, before] = [performance.now(), cpuOf(server)]
    for (let index = 0; index < entries; index++) await each()
    return (cpuOf(server) - before - (resting * (performance.now() - since)) / 1_000) / entries
  }

  // One reader in advance, so that one-time costs are not measured.
  const warm = aReader(server.url, tokens.at(-1)!)
  await until(() => warm.isComplete, 'one reader')
  for (let index = 0; index < entries; index++) await tell()
  warm.socket.destroy()
  await pause(1_000)
  const empty = memoryOf(server)
  await server.turns()
  const alone = await costOfMany(await restingCost(server), tell)
  await server.turns()

  const [begun, before] = [performance.now(), cpuOf(server)]
  awaited = null
  const all = Array.from({ length: readers }, (_, index) => aReader(server.url, tokens[Math.floor(index / ofOne)]!))
  await until(() => all.every(({ isComplete }) => isComplete), 'all have everything')
  const [opened, cpu] = [performance.now() - begun, cpuOf(server) - before]
  const opening = await server.turns()
  await pause(2_000)
  const full = memoryOf(server)
  const resting = await restingCost(server)
  await server.turns()

  const each: number[] = []
  const last: number[] = []
  const own = process.cpuUsage()
  const cost = await costOfMany(resting, async () => {
    for (const reader of all) reader.hasIt = false
    await tell()
    await until(() => awaited!.times.length === readers, 'all have the entry')
    each.push(...awaited!.times)
    last.push(Math.max(...awaited!.times))
  })
  const { user, system } = process.cpuUsage(own)
  const telling = await server.turns()
  const told = memoryOf(server)

  const perReader = (kb: number) => `${((kb - empty.now) / readers).toFixed(1)} KB a reader`
  const times = (some: number[]) => quantiles(some, 0.5, 0.99, 1).join(' / ')
  const megabytes = all.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  const lines = [
    `${readers} readers, ${count} live entries, ${entries} new ones; load ${loadavg()[0]!.toFixed(1)}`,
    `memory: ${Math.round(empty.now / 1024)} MB without readers, ${Math.round(full.now / 1024)} MB with them (${perReader(full.now)}), ${Math.round(told.now / 1024)} MB after the new entries, ${Math.round(told.most / 1024)} MB at most (${perReader(told.most)})`,
    `until all have everything: ${Math.round(opened)} ms, ${megabytes.toFixed(0)} MB, ${Math.round(cpu)} ms of processor, longest turn ${opening.most.toFixed(1)} ms`,
    `a new entry, ms from its request until one has it: p50 / p99 / max ${times(each)}; until all have it ${times(last)}`,
    `longest turn of the event loop meanwhile: ${telling.most.toFixed(1)} ms of processor, p99 ${telling.p99.toFixed(1)}`,
    `processor for each: ${cost.toFixed(1)} ms; with no reader ${alone.toFixed(1)}; reading it ${((user + system) / 1e3 / entries).toFixed(1)}; at rest ${resting.toFixed(0)} ms a second`,
    '',
  ]
  console.log(lines.join('\n'))
  for (const { socket } of all) socket.destroy()
  poster.close()
  await server.kill()
}

for (const count of new Set([0, live])) await measure(count)
await killProcesses()
await stopSharedHashing()
removeFolders()
process.exit(0)
