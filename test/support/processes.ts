// Servers as child processes (server-process.ts), which tests can kill and query.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DatabaseSettings } from '../../config/settings.js'
import type { Policy } from '../../server/policy/policies.js'
import { aFolder } from './engines.js'
import type { LoopTurns } from './loop-turns.js'
import { ended } from './mariadb.js'
import { issuer, password } from './server.js'
import type { Deathbed } from './server-process.js'

export type ServerProcess = {
  url: string
  pid: number
  /** Output on stderr. */
  complaints: string[]
  /** Makes the process kill itself (SIGKILL) the next time it reaches this place. */
  dieAt(place: Deathbed): Promise<void>
  /** The number of passwords compared with a hash so far. */
  compared(): Promise<number>
  /** The costs of event loop turns since the last call. */
  turns(): Promise<LoopTurns>
  signal(signal: NodeJS.Signals): void
  kill(): Promise<void>
  /** Resolves once the process has exited. */
  dead(): Promise<void>
}

const running = new Set<ChildProcess>()

/** SECRET_KEY of every server process. */
export const secretKey = Buffer.from('a test secret key of 32+ bytes! 0123456789').toString('base64')

/** Starts a server process on a database, with the system clock and one administrator as in aServer(). */
export async function aServerProcess(
  database: DatabaseSettings,
  /** null keeps the policy of the database. */
  policy: Partial<Policy> | null = {},
  /** Additional settings, such as REDIS_URL. */
  settings: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL('./server-process.js', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      ISSUER: issuer,
      DATA_DIR: aFolder(),
      DATABASE_URL: urlOf(database),
      SECRET_KEY: secretKey,
      ADMIN_USERNAME: 'admin',
      ADMIN_PASSWORD: password,
      ...settings,
      ...(policy && { POLICY: JSON.stringify({ password_cost: 4, ...policy }) }),
    },
  })
  running.add(child)
  const complaints: string[] = []
  child.stderr!.on('data', chunk => complaints.push(String(chunk)))
  const dead = new Promise<void>(resolve => child.once('exit', () => resolve()))
  void dead.then(() => running.delete(child))
  const said = <T>(name: string) =>
    new Promise<T>((resolve, reject) => {
      child.on('message', function hear(message: Record<string, T>) {
        if (!(name in message)) return
        child.off('message', hear)
        resolve(message[name]!)
      })
      void dead.then(() => reject(new Error(`the server process died: ${complaints.join('')}`)))
    })
  const port = await said<number>('port')
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    complaints,
    async dieAt(place) {
      const armed = said('armed')
      child.send(place)
      await armed
    },
    compared() {
      const told = said<number>('compared')
      child.send('compared')
      return told
    },
    turns() {
      const told = said<LoopTurns>('turns')
      child.send('turns')
      return told
    },
    signal: signal => child.kill(signal),
    kill: () => ended(child, 'SIGKILL'),
    dead: () => dead,
  }
}

export async function killProcesses(): Promise<void> {
  await Promise.all([...running].map(child => ended(child, 'SIGKILL')))
}

export function urlOf(database: DatabaseSettings): string {
  if (database.engine === 'sqlite') return `sqlite:${database.path}`
  const { user, password, host, port, name } = database
  return `mysql://${user}:${password}@${host}:${port}/${name}`
}
