// One of the two servers: the real program as its own process, on a port that it keeps across restarts.
import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { ended } from '../../support/mariadb.js'
import { tied } from '../../support/tied.js'

export type Server = {
  name: string
  url: string
  /** Resolves once it serves; a process that dies at its start, because the database is down, is started again. */
  start(): Promise<void>
  kill(): Promise<void>
  /** SIGSTOP and SIGCONT. */
  hang(): void
  goOn(): void
  /** Exits that the driver did not cause, each with the last output. */
  accidents: string[]
}

export type ServerOptions = {
  name: string
  /** The JavaScript file that is run. */
  program: string
  host: string
  port: number
  env: Record<string, string>
  /** The words that the command line begins with. */
  prefix?: string[]
}

/** Longest time until it serves, in ms. */
const patience = 120_000

export function aServer({ name, program, host, port, env, prefix = [] }: ServerOptions): Server {
  const accidents: string[] = []
  let child: ChildProcess | null = null
  let said = ''

  /** @returns whether it serves; false when it died before */
  function launch(): Promise<boolean> {
    const [command, ...args] = [...prefix, process.execPath, program]
    const launched = spawn(...tied(command!, args), {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Outside of the checkout, which may hold a .env file.
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, HOST: host, PORT: String(port), ...env },
    })
    child = launched
    said = ''
    let serves = false
    return new Promise(resolve => {
      launched.stdout.on('data', chunk => {
        if (!String(chunk).includes('is ready')) return
        serves = true
        resolve(true)
      })
      launched.stderr.on('data', chunk => {
        said = `${said}${chunk}`.slice(-4_000)
      })
      launched.once('exit', (code, signal) => {
        resolve(false)
        if (!serves || child !== launched) return
        accidents.push(`server ${name} ended by itself (${signal ?? code}): ${said}`)
        // Restarted as a supervisor would; the run goes on, and reports the accident at its end.
        server.start().catch(error => accidents.push(String(error)))
      })
    })
  }

  const server: Server = {
    name,
    url: `http://${host}:${port}`,
    accidents,
    async start() {
      const until = performance.now() + patience
      while (!(await launch())) {
        if (performance.now() > until) throw new Error(`server ${name} does not start: ${said}`)
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    },
    async kill() {
      const killed = child
      child = null
      if (killed) await ended(killed, 'SIGKILL')
    },
    hang: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
  }
  return server
}
