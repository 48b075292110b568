// A whole server for a test, made by the compose() of the real one, with its own port and an empty database.
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { type RedisSettings, readRedisUrl } from '../../config/addresses.js'
import type { DatabaseSettings, Settings } from '../../config/settings.js'
import { type Composed, compose, type Ports } from '../../server/compose.js'
import type { UserToCreate } from '../../server/identity/people/new-users.js'
import { createHashingProcess, type HashingProcess } from '../../server/identity/sign-in/hashing-process.js'
import { hashPassword } from '../../server/identity/sign-in/stored-passwords.js'
import type { Policy } from '../../server/policy/policies.js'
import { generatePair, type SigningAlgorithm } from '../../server/protocol/algorithms.js'
import { aClock, type TestClock } from './clock.js'
import { aFolder, type Engine, sqlite } from './engines.js'
import { guarded } from './transaction-guard.js'

export const issuer = 'http://localhost:4000'
export const password = 'correct horse battery'

/** For tests with more concurrent sign-ins of one user than the default policy allows. */
export const manyGuesses = { sign_in_guesses_per_hour: 10_000 }

export type TestServer = {
  url: string
  clock: TestClock
  settings: Settings
  composed: Composed
  /** Log lines as text. */
  logged: string[]
  /** Sets policies and waits until they are in force on this server. */
  setPolicy(changes: Partial<Policy>): Promise<void>
  aUser(
    user?: Partial<UserToCreate & { password: string; permissions: string[] }>,
  ): Promise<{ id: number; username: string; password: string }>
  close(): Promise<void>
}

const open = new Set<TestServer>()

/** A low bcrypt cost, since tests hash many passwords. */
const usualCost = 4
let usualHash: Promise<string> | null = null

let rsaPair: ReturnType<typeof generatePair> | null = null

/** One RSA key pair as the first key of all servers of a run; later keys are generated for each server. */
function sharedPair(algorithm: SigningAlgorithm): ReturnType<typeof generatePair> {
  if (algorithm !== 'RS256') return generatePair(algorithm)
  rsaPair ??= nameablePair()
  return rsaPair
}

/** A pair that newKeyPair accepts: on a retry it would get the same pair again. */
async function nameablePair(): ReturnType<typeof generatePair> {
  for (;;) {
    const pair = await generatePair('RS256')
    const kid = await calculateJwkThumbprint(pair.publicKey.export({ format: 'jwk' }) as JWK)
    if (!kid.startsWith('-')) return pair
  }
}

let hashing: HashingProcess | null = null

/**
 * One hashing process for all servers of a run, since its start costs more than most tests. It runs without niceness.
 */
export function sharedHashing(): HashingProcess {
  hashing ??= createHashingProcess({ threads: 4, niceness: 0, log: { warn: (...line) => console.error(line) } })
  return hashing
}

export async function stopSharedHashing(): Promise<void> {
  await hashing?.close()
  hashing = null
}

export type ServerOptions = {
  engine?: Engine
  /** Settings of another server, to start a second one on its database. */
  settings?: Settings
  clock?: TestClock
  /** A value for REDIS_URL. */
  redis?: string
  pauses?: NonNullable<Ports['pauses']>
  /** Replaces ports of compose() that tests share between servers or leave out. */
  ports?: Partial<Ports>
  /** Called for each request once its headers are read. */
  onRequest?: (request: IncomingMessage) => void
  /** Changes of the policy; null keeps the policy of the database, with its bcrypt cost. */
  policy?: Partial<Policy> | null
}

/** Starts a server with one administrator, `admin` with `password`. */
export async function aServer(options: ServerOptions = {}): Promise<TestServer> {
  const clock = options.clock ?? aClock()
  const settings = options.settings ?? {
    ...testSettings(await (options.engine ?? sqlite).migrated()),
    ...(options.redis && { redis: readRedisUrl(options.redis) as RedisSettings }),
  }
  const logged: string[] = []
  const line = (details: object, message: string) => {
    logged.push(
      `${message} ${JSON.stringify(details, (_, value) => (value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value))}`,
    )
  }
  const log = { debug: line, info: line, warn: line, error: line }
  const composed = await compose(settings, {
    log,
    now: clock.now,
    hashingWork: sharedHashing(),
    firstPair: sharedPair,
    administratorId: 1,
    transactionGuard: guarded,
    ...(options.pauses && { pauses: options.pauses }),
    ...options.ports,
  })
  await composed.migrate()
  if (options.policy !== null)
    await composed.parts.policies.policies.set({ password_cost: usualCost, ...options.policy }, 'system', 'test')
  await composed.start()
  const server = await listen(composed, settings.port, options.onRequest)

  const made: TestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    settings,
    composed,
    logged,
    async setPolicy(changes) {
      await composed.parts.policies.policies.set(changes, 'system', 'test')
      await settle(composed)
    },
    async aUser(user = {}) {
      const made = { username: `user${Math.random().toString(36).slice(2, 10)}`, password, ...user }
      // One hash for all users with the usual password: a hundred hashes at once would exceed the time limit.
      const { password: own, mustChangePassword: _, ...person } = made
      usualHash ??= hashPassword(password, usualCost)
      const passwordHash = await (own === password ? usualHash : hashPassword(own, usualCost))
      const { users } = composed.parts.people
      const { id } = made.mustChangePassword
        ? await users.create(made, 'system')
        : await users.importOne({ ...person, passwordHash }, 'system')
      return { id, username: made.username, password: made.password }
    },
    async close() {
      open.delete(made)
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await composed.close()
    },
  }
  open.add(made)
  return made
}

/** Makes a server read the head of the revocation log now, as it does every quarter of a second. */
export async function settle(composed: Composed): Promise<void> {
  await composed.parts.revocation.tail.readNow()
}

export async function closeServers(): Promise<void> {
  for (const server of [...open]) await server.close()
}

export function testSettings(database: DatabaseSettings): Settings {
  return {
    port: 0,
    host: '127.0.0.1',
    issuer,
    dataDir: aFolder(),
    database,
    redis: null,
    workers: 1,
    secretKey: Buffer.from('a test secret key of 32+ bytes! 0123456789'),
    secretKeyPrevious: null,
    adminUsername: 'admin',
    adminPassword: password,
    applicationsFile: null,
    trustProxy: [],
    forwardedHeader: 'X-Forwarded-For',
    outgoingAllow: { hosts: [], networks: [] },
    legacyJwt: null,
    logLevel: 'silent',
  }
}

function listen(composed: Composed, port: number, onRequest?: (request: IncomingMessage) => void): Promise<Server> {
  const { server } = composed.app.createServer()
  if (onRequest) server.prependListener('request', onRequest)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
