// Delay of the event loop during long operations: one server on a large database does its longest operations one by
// one, while /healthz is requested repeatedly and the turns of the loop are measured:
// `npm run bench:loop -- [--users 20000] [--sessions 200000] [--engine mariadb] [--file PATH] [--only TEXT]`.
// PATH keeps the filled SQLite database for the next run. Goal: p99 under 50 ms in each. Other load on the machine
// affects the latency of /healthz, but not the processor time of a turn.

import { copyFileSync, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import BetterSqlite3 from 'better-sqlite3'
import { compose } from '../../server/compose.js'
import { composeDemo } from '../../server/composition/demo.js'
import { insertRows } from '../../server/storage/bulk.js'
import type { Database } from '../../server/storage/database.js'
import { writtenSession } from '../../server/storage/session-rows.js'
import { quantiles } from '../support/bursts.js'
import { aSessionRow } from '../support/database.js'
import { removeFolders, sqlite } from '../support/engines.js'
import { sharedMariaDb, stopSharedMariaDb } from '../support/mariadb.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { password, stopSharedHashing, testSettings } from '../support/server.js'
import { aPoster } from './post.js'

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '20000' },
    sessions: { type: 'string', default: '200000' },
    engine: { type: 'string', default: 'sqlite' },
    file: { type: 'string' },
    only: { type: 'string', default: '' },
  },
})

const isSqlite = options.engine === 'sqlite'
const address = isSqlite ? await sqlite.fresh() : await (await sharedMariaDb()).create()
const many = await fill()
const server = await aServerProcess(address, { access_token_lifetime: 7200 })
const poster = aPoster(server.url, 8)
const { body: signedIn } = await poster.post('/api/token/', { username: 'admin', password })
const bearer = { Authorization: `Bearer ${signedIn.access}` }

type Filled = { marked: number; ended: number }

/** Users and sessions of the demo, a user with 50,000 sessions, and one with 8,000. */
async function fill(): Promise<Filled> {
  const kept = 'path' in address && options.file && existsSync(options.file)
  if (kept) copyFileSync(options.file!, address.path)
  const silent = () => {}
  const composed = await compose(testSettings(address), {
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  await composed.migrate()
  await composed.start()
  const demo = composeDemo(composed.parts)
  const { database } = composed.parts.storage
  const since = performance.now()
  if (!kept) {
    const order = { users: Number(options.users), sessions: Number(options.sessions), seed: 'bench', password: null }
    console.log(JSON.stringify(await demo.make(order)))
  }
  const crowds = kept ? await crowdsIn(database) : await addCrowds(database)
  await composed.close()
  if ('path' in address && options.file && !kept) copyFileSync(address.path, options.file)
  console.log(`filled in ${((performance.now() - since) / 1000).toFixed(0)} s`)
  return crowds
}

async function crowdsIn(database: Database): Promise<Filled> {
  const rows = await database.read<{ userId: number }>(
    "SELECT user_id AS userId FROM session WHERE device_id LIKE 'crowd%' GROUP BY user_id ORDER BY COUNT(*) DESC",
  )
  return { marked: rows[0]!.userId, ended: rows[1]!.userId }
}

async function addCrowds(database: Database): Promise<Filled> {
  const users = await database.read<{ id: number }>(
    'SELECT id FROM user WHERE active = ? AND deleted_at IS NULL ORDER BY id DESC LIMIT 2',
    [true],
  )
  const [head] = await database.read<{ seq: number }>('SELECT seq FROM log_head')
  const sizes = [50_000, 8_000].map(size => Math.ceil((size * Number(options.sessions)) / 200_000))
  for (const [index, { id }] of users.entries()) {
    for (let from = 0; from < sizes[index]!; from += 500)
      await database.transaction(tx =>
        insertRows(
          tx,
          'session',
          Array.from({ length: 500 }, () =>
            writtenSession(
              aSessionRow(crypto.randomUUID(), Date.now(), { userId: id, seq: head!.seq, deviceId: `crowd${id}` }),
            ),
          ),
        ),
      )
  }
  return { marked: users[0]!.id, ended: users[1]!.id }
}

/** Reads a response to its end. @returns its number of bytes */
function drain(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(server.url + path, { headers: bearer }, answer => {
      let bytes = 0
      answer.on('data', chunk => {
        bytes += chunk.length
      })
      answer.on('error', reject)
      answer.on('end', () => resolve(bytes))
      if (answer.statusCode !== 200) reject(new Error(`${path} answered ${answer.statusCode}`))
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function post(path: string, body: object) {
  const { status, body: answer } = await poster.post(path, body, bearer)
  if (status >= 300) throw new Error(`${path} answered ${status} ${JSON.stringify(answer)}`)
  return answer
}

async function endMany(): Promise<string> {
  const path = `/api/admin/bulk/end-sessions?user=${many.ended}`
  const { at, count } = await post(path, {})
  const { done } = await post(path, { at, count })
  return `${done} ended`
}

/** Adds a revocation, and waits until the server is idle: all superseded sessions are marked. */
async function revokeAndMark(kind: string, subject: string): Promise<string> {
  await post('/api/admin/revocations', { kind, subject, effect: 'end' })
  let quiet = 0
  let spent = await cpuOf()
  while (quiet < 5) {
    await pause(200)
    const now = await cpuOf()
    quiet = now - spent < 60 ? quiet + 1 : 0
    spent = now
  }
  return 'until the processor rests'
}

/** Processor time of the server so far, ms. */
async function cpuOf(): Promise<number> {
  const fields = (await readFile(`/proc/${server.pid}/stat`, 'utf8')).split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Another program, such as a backup, holds SQLite's write lock for 8 s. */
async function lockElsewhere(): Promise<string> {
  if (!('path' in address)) return 'SQLite alone'
  const other = new BetterSqlite3(address.path)
  other.exec('BEGIN IMMEDIATE')
  const refresh = poster.post('/api/token/refresh/', { refresh: signedIn.refresh })
  await pause(8_000)
  other.exec('ROLLBACK')
  other.close()
  const { status, ms } = await refresh
  return `a refresh meanwhile: ${status} after ${Math.round(ms)} ms`
}

const works: Record<string, () => Promise<unknown>> = {
  nothing: () => pause(3_000),
  'CSV of sessions': () => drain('/api/admin/sessions?all=true&format=csv'),
  'CSV of the audit log': () => drain('/api/admin/audit?format=csv'),
  'CSV of users': () => drain('/api/admin/users?format=csv'),
  'audit verify': () => drain('/api/admin/audit/verify'),
  'the write lock held for 8 s': lockElsewhere,
  'bulk end of 8,000': endMany,
  "one user's 50,000": () => revokeAndMark('user', String(many.marked)),
  everybody: () => revokeAndMark('all', ''),
}

console.log('| work | s | /healthz p50 ms | p99 | max | answers | a turn of the loop, p99 ms | max | |')
console.log('|---|---|---|---|---|---|---|---|---|')
await server.turns()
for (const [name, work] of Object.entries(works)) {
  if (!name.includes(options.only)) continue
  const since = performance.now()
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  working.catch(() => {})
  const times: number[] = []
  const prober = aPoster(server.url, 1)
  while (!isDone) {
    times.push((await prober.get('/healthz')).ms)
    await pause(5)
  }
  prober.close()
  const told = await working
  const turns = await server.turns()
  const [p50, p99, most] = quantiles(times, 0.5, 0.99, 1)
  const seconds = ((performance.now() - since) / 1000).toFixed(1)
  const cells = [name, seconds, p50, p99, most, times.length, turns.p99, turns.most, told ?? '']
  console.log(`| ${cells.join(' | ')} |`)
}

poster.close()
await killProcesses()
await stopSharedHashing()
await stopSharedMariaDb()
removeFolders()
process.exit(0)
