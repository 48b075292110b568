// The command line program `darvoza`, on its own data folder or on the database of a running server.
import { spawn } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { runCommand } from '../../server/program.js'
import { aClock } from './clock.js'
import { aFolder } from './engines.js'
import { aServer, type TestServer } from './server.js'

const program = fileURLToPath(new URL('../../../bin.js', import.meta.url))
/** Timeout in ms for tests that run many commands. */
export const patience = 60_000
export const operator = `operator:${userInfo().username}`

export type Ran = { code: number | null; stdout: string; stderr: string }

/** The real program, on a new data folder. */
export function aCommandLine(environment: Record<string, string> = {}) {
  const folder = aFolder()
  const dataDir = join(folder, 'data')

  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, DATA_DIR: dataDir, ...environment }

  /** Runs a command in this process: loading a new process takes longer than most commands. */
  async function run(args: string[], stdin = ''): Promise<Ran> {
    const [stdout, stderr] = [collector(), collector()]
    const code = await runCommand({
      argv: [process.execPath, program, ...args],
      env,
      cwd: folder,
      stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
      stdout: stdout.stream,
      stderr: stderr.stream,
    })
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  }

  /**
   * Runs a command in a new process, as in a shell.
   * @param killWhen the process is killed (SIGKILL) once this resolves
   */
  function start(args: string[], stdin = '', killWhen?: Promise<unknown>): Promise<Ran> {
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env })
    void killWhen?.then(() => child.kill('SIGKILL'))
    const ran: Ran = { code: null, stdout: '', stderr: '' }
    child.stdout.on('data', chunk => {
      ran.stdout += chunk
    })
    child.stderr.on('data', chunk => {
      ran.stderr += chunk
    })
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code => resolve({ ...ran, code }))
    })
  }

  return {
    dataDir,
    /** Environment for another command line on the same data folder. */
    env: { ...environment, DATA_DIR: dataDir },
    run,
    start,

    /** Runs a command that must succeed. @returns its stdout */
    async done(args: string[], stdin = ''): Promise<string> {
      const ran = await run(args, stdin)
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).to.equal(0)
      return ran.stdout
    },

    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    async json(args: string[], stdin = ''): Promise<any> {
      return JSON.parse(await this.done([...args, '--json'], stdin))
    },

    async migrated() {
      migratedData ??= prepared(['migrate', 'up'])
      cpSync(await migratedData, dataDir, { recursive: true })
      return this
    },

    /** A migrated database with the bcrypt cost 4, so that password hashes are fast. */
    async cheaply() {
      cheapData ??= prepared(['migrate', 'up'], ['policy', 'set', 'password_cost=4'])
      cpSync(await cheapData, dataDir, { recursive: true })
      return this
    },

    file(name: string, content: string): string {
      writeFileSync(join(folder, name), content)
      return name
    },
  }
}

/**
 * Data folders made once by the real commands and copied for each test: a command takes as long as a whole other test.
 */
let migratedData: Promise<string> | null = null
let cheapData: Promise<string> | null = null

async function prepared(...commands: string[][]): Promise<string> {
  const darvoza = aCommandLine()
  for (const command of commands) await darvoza.done(command)
  return darvoza.dataDir
}

function collector() {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(chunks).toString() }
}

export type RefusedCommand = readonly [args: readonly string[], code: 1 | 2, saying: RegExp, stdin?: string]

/** Expects each command to fail with one line on stderr and no stdout. Runs them concurrently: they change nothing. */
export async function expectRefused(darvoza: TestCommandLine, cases: readonly RefusedCommand[]): Promise<void> {
  const check = async ([args, code, saying, stdin]: RefusedCommand) => {
    const ran = await darvoza.run([...args], stdin)
    expect([ran.code, ran.stdout], args.join(' ')).to.deep.equal([code, ''])
    expectOneLine(ran, saying)
  }
  await Promise.all(cases.map(check))
}

export type TestCommandLine = ReturnType<typeof aCommandLine>

/** A running server, and a command line on the same SQLite file. */
export async function besideAServer(): Promise<{ server: TestServer; darvoza: TestCommandLine }> {
  const server = await aServer({ clock: aClock(Date.now()) })
  const { database, secretKey } = server.settings
  if (database.engine !== 'sqlite') throw new Error('this test shares a SQLite file')
  const darvoza = aCommandLine({
    DATABASE_URL: `sqlite:${database.path}`,
    SECRET_KEY: secretKey!.toString('base64'),
  })
  return { server, darvoza }
}

export function expectOneLine({ stderr }: Ran, saying: RegExp): void {
  expect(stderr).to.match(/^darvoza: [^\n]+\n$/)
  expect(stderr).to.match(saying)
}
