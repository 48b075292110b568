// The environment of the faults: a database, optionally a Redis, two servers and the operator's process, all private to
// this driver.
import type { DatabaseSettings } from '../../../config/settings.js'
import { freePort, type MariaDb, startMariaDb, waitFor } from '../../support/mariadb.js'
import { issuer } from '../../support/server.js'
import { aControl, administrator, type Control } from './control.js'
import { aNamespace, type Namespace } from './namespace.js'
import { type Redis, startRedis } from './redis.js'
import { aRelay, type Relay } from './relay.js'
import { aServer, type Server } from './server.js'
import { someVerifiers, type Verifier } from './verifiers.js'
import { aWallClock, type WallClock } from './wall-clock.js'
import { aCodeWay, type CodeWay } from './ways.js'

/**
 * How the servers are set up: `plain`; `cut`: server B runs in a network namespace; `clock`: server A has its own wall
 * clock.
 */
export type Cast = 'plain' | 'cut' | 'clock'

export type World = {
  mariaDb: MariaDb
  redis: Redis | null
  servers: readonly [Server, Server]
  /** Resource servers that use the verifier package. */
  verifiers: readonly Verifier[]
  control: Control
  /** Two applications: one that asks for consent, and a first-party one. */
  asking: CodeWay
  own: CodeWay
  /** Of the cast `cut`. */
  namespace: Namespace | null
  /** Of the cast `clock`. */
  clock: WallClock | null
  /** Processes that ended without being killed by the driver. */
  accidents: () => string[]
  /** Ends the servers; the database and Redis stay for the next cast. */
  close(): Promise<void>
}

export type Stores = { mariaDb: MariaDb; database: DatabaseSettings; redis: Redis | null; stop(): Promise<void> }

/** Opens an empty database, and a Redis where one is wanted; the casts of one run share them. */
export async function openStores(withRedis: boolean): Promise<Stores> {
  const mariaDb = await startMariaDb()
  const redis = withRedis ? await startRedis() : null
  return {
    mariaDb,
    database: await mariaDb.create(),
    redis,
    async stop() {
      await Promise.all([mariaDb.stop(), redis?.stop()])
    },
  }
}

const main = new URL('../../../server/main.js', import.meta.url).pathname
const staleServer = new URL('./stale-server.js', import.meta.url).pathname

/** Additions to the two servers. */
export type Extras = {
  /** Servers with a deliberate bug that the driver must find; with resource servers, those have the bug instead. */
  stale?: boolean
  /** Number of resource servers. */
  verifiers?: number
}

export async function raise(stores: Stores, cast: Cast, { stale = false, verifiers = 0 }: Extras = {}): Promise<World> {
  const { mariaDb, redis } = stores
  const program = stale && verifiers === 0 ? staleServer : main
  const near = environment(stores)
  // The migrations run before the two servers start.
  const control = await aControl(near)
  const [asking, own] = [await aCodeWay(control), await aCodeWay(control, { first_party: true })]

  const clock = cast === 'clock' ? aWallClock() : null
  const namespace = cast === 'cut' ? aNamespace() : null
  const relays: Relay[] = []
  const a = aServer({ name: 'A', program, host: '127.0.0.1', port: await freePort(), env: { ...near, ...clock?.env } })
  const b =
    namespace === null
      ? aServer({ name: 'B', program, host: '127.0.0.1', port: await freePort(), env: near })
      : await serverWithin(namespace)
  await Promise.all([a.start(), b.start()])
  await healthy({ servers: [a, b] })
  const resourceServers = await someVerifiers(verifiers, [a, b], control, stale)
  const world: World = {
    mariaDb,
    redis,
    servers: [a, b],
    verifiers: resourceServers,
    control,
    asking,
    own,
    namespace,
    clock,
    accidents: () => [a, b, ...resourceServers].flatMap(one => one.accidents),
    async close() {
      await Promise.all([...[a, b, ...resourceServers].map(one => one.kill()), control.close()])
      for (const { line } of resourceServers) line.close()
      for (const relay of relays) relay.close()
      namespace?.remove()
    },
  }
  return world

  async function serverWithin({ prefix, links }: Namespace): Promise<Server> {
    const toDatabase = await aRelay(links.database.outside, mariaDb.port)
    const toRedis = redis && (await aRelay(links.redis.outside, redis.port))
    relays.push(toDatabase, ...(toRedis ? [toRedis] : []))
    const env = {
      ...near,
      DATABASE_URL: databaseUrl(stores, links.database.outside, toDatabase.port),
      ...(toRedis && { REDIS_URL: `redis://${links.redis.outside}:${toRedis.port}` }),
    }
    // A port inside the namespace: always free.
    return aServer({ name: 'B', program, host: links.front.inside, port: 4000, env, prefix })
  }
}

/** Waits until /readyz of both servers answers 200. */
export async function healthy({ servers }: Pick<World, 'servers'>): Promise<void> {
  for (const { url } of servers) {
    await waitFor(async () => {
      const { status } = await fetch(`${url}/readyz`)
      if (status !== 200) throw new Error(`${url} answers ${status}`)
    }, 30_000)
  }
}

/** The environment of a server that reaches database and Redis over the loopback. */
function environment(stores: Stores): Record<string, string> {
  const { mariaDb, redis } = stores
  return {
    ISSUER: issuer,
    DATABASE_URL: databaseUrl(stores, '127.0.0.1', mariaDb.port),
    ...(redis && { REDIS_URL: redis.url }),
    SECRET_KEY: Buffer.from('a test secret key of 32+ bytes! 0123456789').toString('base64'),
    ADMIN_USERNAME: administrator.username,
    ADMIN_PASSWORD: administrator.password,
    LOG_LEVEL: 'warn',
  }
}

function databaseUrl({ database }: Stores, host: string, port: number): string {
  if (database.engine !== 'mysql') throw new Error('two servers need MySQL')
  return `mysql://${database.user}:${database.password}@${host}:${port}/${database.name}`
}
