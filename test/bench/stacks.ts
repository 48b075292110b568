// The servers of `npm run bench`, each with its own durable store: an answered write survives a crash of the machine.
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DatabaseSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { hashPassword } from '../../server/identity/sign-in/stored-passwords.js'
import { aFolder } from '../support/engines.js'
import { aForge, changed, type Forge } from '../support/forge.js'
import {
  ended,
  freePort,
  hurrySharedMariaDb,
  mariadbd,
  sharedMariaDb,
  stopSharedMariaDb,
  waitFor,
} from '../support/mariadb.js'
import { secretKey, urlOf } from '../support/processes.js'
import { aRedis, redisServer } from '../support/redis.js'
import { issuer, testSettings } from '../support/server.js'
import { tied } from '../support/tied.js'
import {
  machineOf,
  machines,
  type PeerSettings,
  password,
  people,
  quick,
  resourceServer,
  type StackName,
  secret,
  usernameOf,
} from './stack-names.js'

export type Stack = {
  name: StackName
  /** The name in the report. */
  title: string
  port: number
  pid: number
  storePid: number
  /** An expired access token, for a server that cannot issue one with a lifetime of a second. */
  expired: string | null
  stop(): Promise<void>
}

const root = new URL('../../../', import.meta.url)
const packageOf = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const versionOf = (name: string) => packageOf(fileURLToPath(new URL(`node_modules/${name}/package.json`, root))).version

/** The version in the output of `PROGRAM --version`. */
const versionOfProgram = (program: string) =>
  /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''

async function darvoza(cost: number): Promise<Stack> {
  if (quick) hurrySharedMariaDb()
  const mariadb = await sharedMariaDb()
  const database = await mariadb.create()
  const forge = await furnish(database, cost)
  const port = await freePort()
  // With the Node options of `npm start`, without its build.
  const [, , ...options] = (packageOf(fileURLToPath(new URL('package.json', root))).scripts.start as string).split(' ')
  const program = fileURLToPath(new URL('../../server/main.js', import.meta.url))
  const child = spawn(...tied(process.execPath, [...options.slice(0, -1), program]), {
    cwd: aFolder(),
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      ISSUER: issuer,
      DATA_DIR: aFolder(),
      DATABASE_URL: urlOf(database),
      SECRET_KEY: secretKey,
    },
  })
  await ready(child, async () => {
    const { status } = await fetch(`http://127.0.0.1:${port}/readyz`)
    if (status !== 200) throw new Error(`/readyz answered ${status}`)
  })
  return {
    ...{ name: 'darvoza', title: `this server, MariaDB ${versionOfProgram(mariadbd!)}`, port, pid: child.pid! },
    storePid: mariadb.pid,
    expired: await anExpired(port, forge),
    async stop() {
      await ended(child, 'SIGKILL')
      await stopSharedMariaDb()
    },
  }
}

/** Users and machines. The policy is the default except for password_cost and the limit of sign-in guesses. */
async function furnish(database: DatabaseSettings, cost: number): Promise<Forge> {
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const composed = await compose(testSettings(database), { log })
  await composed.migrate()
  // Before the first administrator is created: every comparison takes as long as the most expensive stored hash.
  const policy = { password_cost: cost, sign_in_guesses_per_hour: 10_000 }
  await composed.parts.policies.policies.set(policy, 'system', 'bench')
  await composed.start()
  // Hashed as this server does: foreign hashes would be replaced at the first sign-in.
  const passwordHash = await hashPassword(password, cost)
  for (let index = 0; index < people; index++)
    await composed.parts.people.users.importOne({ username: usernameOf(index), passwordHash }, 'system')
  const each = { grant_types: ['client_credentials'], client_secret: secret }
  const applications = [
    ...Array.from({ length: machines }, (_, lane) => ({ client_id: machineOf(lane), ...each })),
    { client_id: resourceServer, introspects: [issuer], ...each },
  ]
  const options = { origin: 'file', actor: 'system', makesSecrets: false } as const
  await composed.parts.applications.applicationImport.run(applications, options)
  const forge = aForge({ composed })
  await composed.close()
  return forge
}

async function anExpired(port: number, forge: Forge): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/token/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: usernameOf(people - 1), password }),
  })
  const { access } = (await answer.json()) as { access: string }
  const before = Math.floor(Date.now() / 1000) - 7_200
  return forge.access(changed(access, { iat: before, auth_time: before, exp: before + 3_600 }))
}

/** A server of peers/, with a Redis that writes to disk before each answer (appendfsync always). */
async function peer(name: Exclude<StackName, 'darvoza'>, library: string, cost: number): Promise<Stack> {
  const redis = await aRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const settings: PeerSettings = { port: await freePort(), redisPort: redis.port, cost }
  const child = fork(fileURLToPath(new URL(`./peers/${name}.js`, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', PEER: JSON.stringify(settings) },
  })
  const told = new Promise(resolve => child.once('message', resolve))
  await ready(child, () => told)
  return {
    ...{ name, title: `${library} ${versionOf(library)}, Redis ${versionOfProgram(redisServer!)}`, expired: null },
    ...{ port: settings.port, pid: child.pid!, storePid: redis.pid },
    async stop() {
      await ended(child, 'SIGKILL')
      await redis.stop()
    },
  }
}

/** @throws Error with its stderr if the process exits before it is ready; a later exit by itself is printed */
async function ready(child: ChildProcess, attempt: () => Promise<unknown>): Promise<void> {
  let complaints = ''
  child.stderr!.on('data', chunk => {
    complaints += chunk
  })
  const dead = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') console.error(`a server ended with ${code ?? signal}: ${complaints}`)
      reject(new Error(`a server did not start: ${complaints}`))
    })
  })
  // Avoids an unhandled rejection when the process exits later.
  dead.catch(() => {})
  await Promise.race([waitFor(attempt), dead])
}

export const startStack = {
  darvoza,
  'node-oauth': cost => peer('node-oauth', '@node-oauth/oauth2-server', cost),
  oidc: cost => peer('oidc', 'oidc-provider', cost),
} as const satisfies Record<StackName, (cost: number) => Promise<Stack>>
