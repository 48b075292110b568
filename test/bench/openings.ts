// Sessions opened a second by two servers on one MariaDB: by sign-ins at password cost 4 from new and from known
// devices, and by redemptions of codes (openings-server.ts). Optionally compared with another build: `npm run
// bench:openings -- [--against /path/of/another/dist] [--at-once 8] [--seconds 4] [--rounds 6]`. Both are measured in
// turns, so that the ratio holds on a busy machine.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import bcrypt from 'bcrypt'
import type { DatabaseSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { aFolder, removeFolders } from '../support/engines.js'
import { ended, sharedMariaDb, stopSharedMariaDb } from '../support/mariadb.js'
import { secretKey, urlOf } from '../support/processes.js'
import { issuer, password, testSettings } from '../support/server.js'
import type { Redemptions } from './openings-server.js'
import { aPoster, type Poster } from './post.js'

const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    'at-once': { type: 'string', default: '8' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '6' },
  },
})
const seconds = Number(options.seconds)
/** Concurrent requests to each server. */
const atOnce = Number(options['at-once'])

type Person = { id: number; username: string }
type Server = { child: ChildProcess; poster: Poster }
type Contender = { name: string; servers: Server[]; people: Person[]; rates: Record<Kind, number[]> }

const kinds = {
  'sign-ins from new devices': one => signIn(one, false),
  'sign-ins from known devices': one => signIn(one, true),
  redemptions: redeem,
} as const satisfies Record<string, (contender: Contender) => Promise<number>>
type Kind = keyof typeof kinds

async function contender(name: string, server: URL | string): Promise<Contender> {
  const database = await (await sharedMariaDb()).create()
  const people = await makePeople(database)
  const servers = [await start(server, database), await start(server, database)]
  return {
    name,
    servers,
    people,
    rates: { 'sign-ins from new devices': [], 'sign-ins from known devices': [], redemptions: [] },
  }
}

/** Creates enough users that no two requests wait for the lock of the same user's row. */
async function makePeople(database: DatabaseSettings): Promise<Person[]> {
  const silent = () => {}
  const composed = await compose(testSettings(database), {
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  await composed.migrate()
  // Before the first administrator is created: every comparison takes as long as the most expensive stored hash. The
  // limits of sessions and devices are off, since a bench would exceed them.
  const limits = { sign_in_guesses_per_hour: 10_000, max_sessions_per_user: 0, max_devices_per_user: 0 }
  await composed.parts.policies.policies.set({ password_cost: 4, ...limits }, 'system', 'bench')
  await composed.start()
  const passwordHash = await bcrypt.hash(password, 4)
  const people: Person[] = []
  for (let index = 0; index < 16 * atOnce; index++) {
    const username = `user${index}`
    const { id } = await composed.parts.people.users.importOne({ username, passwordHash }, 'system')
    people.push({ id, username })
  }
  await composed.close()
  return people
}

async function start(server: URL | string, database: DatabaseSettings): Promise<Server> {
  const child = fork(typeof server === 'string' ? server : fileURLToPath(server), {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      ISSUER: issuer,
      DATA_DIR: aFolder(),
      DATABASE_URL: urlOf(database),
      SECRET_KEY: secretKey,
      ADMIN_USERNAME: 'admin',
      ADMIN_PASSWORD: password,
    },
  })
  const { port } = await told<{ port: number }>(child)
  return { child, poster: aPoster(`http://127.0.0.1:${port}`, atOnce) }
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as T))
    child.once('exit', () => reject(new Error('a server died')))
  })
}

/** Each server has its own users, so that no user signs in twice concurrently. @returns sign-ins a second */
async function signIn({ servers, people }: Contender, isKnown: boolean): Promise<number> {
  const tokens = new Map<string, string>()
  const until = performance.now() + seconds * 1000
  let done = 0
  await Promise.all(
    servers.flatMap(({ poster }, server) =>
      Array.from({ length: atOnce }, async (_, lane) => {
        for (let index = lane; performance.now() < until; index += atOnce) {
          const { username } = people[(index * servers.length + server) % people.length]!
          const device_token = isKnown ? tokens.get(username) : undefined
          const { status, body } = await poster.post('/api/token/', { username, password, device_token })
          // Password hashing has the lowest priority: on a busy machine some sign-ins are answered with 503.
          if (status === 503) continue
          if (status !== 200) throw new Error(`a sign-in answered ${status} ${JSON.stringify(body)}`)
          tokens.set(username, body.device_token)
          done++
        }
      }),
    ),
  )
  return done / seconds
}

async function redeem({ servers, people }: Contender): Promise<number> {
  const each = servers.map(async ({ child }, server) => {
    const userIds = people.filter((_, index) => index % servers.length === server).map(({ id }) => id)
    const answer = told<{ redeemed: number }>(child)
    child.send({ userIds, atOnce, seconds } satisfies Redemptions)
    return (await answer).redeemed
  })
  return (await Promise.all(each)).reduce((sum, one) => sum + one, 0) / seconds
}

const contenders = [await contender('this build', new URL('./openings-server.js', import.meta.url))]
if (options.against) contenders.push(await contender('the other', `${options.against}/test/bench/openings-server.js`))

for (const [kind, measure] of Object.entries(kinds) as [Kind, (typeof kinds)[Kind]][]) {
  for (const one of contenders) await measure(one)
  for (let index = 0; index < Number(options.rounds); index++)
    for (const one of contenders) one.rates[kind].push(await measure(one))
  const medians = contenders.map(one => median(one.rates[kind]))
  const [mine, other] = medians
  const ratio = other === undefined ? '' : `; ratio ${(mine! / other).toFixed(2)}`
  console.log(
    `${kind} a second: ${contenders.map(({ name }, at) => `${name} ${medians[at]!.toFixed(0)}`).join(', ')}${ratio}`,
  )
}

function median(rates: readonly number[]): number {
  return [...rates].sort((a, b) => a - b)[Math.floor(rates.length / 2)]!
}

for (const { servers } of contenders) {
  for (const { poster, child } of servers) {
    poster.close()
    await ended(child, 'SIGKILL')
  }
}
await stopSharedMariaDb()
removeFolders()
process.exit(0)
