// A small Django service with djangorestframework-simplejwt (test/django/), both from Debian's packages: its own
// database, the commands of manage.py, and the service on a free port.
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { aFolder, missing } from './engines.js'
import { ended } from './mariadb.js'
import { tied } from './tied.js'

const project = fileURLToPath(new URL('../../../test/django/', import.meta.url))
/** Debian's packages belong to this Python; the first one in PATH may be another. */
const python = '/usr/bin/python3'
const installed = '/usr/lib/python3/dist-packages'

const packages: Record<string, string> = {
  django: 'python3-django',
  rest_framework: 'python3-djangorestframework',
  rest_framework_simplejwt: 'python3-djangorestframework-simplejwt',
  bcrypt: 'python3-bcrypt',
  argon2: 'python3-argon2',
}

/** User models. `members`: e-mail address as user name, and other field names. `visitors`: ids are UUIDs. */
export type DjangoUsers = 'auth' | 'members' | 'visitors'

const settingsOf: Record<DjangoUsers, string> = {
  auth: 'service.settings',
  members: 'service.member_settings',
  visitors: 'service.visitor_settings',
}

export type DjangoOptions = {
  /** The user model; Django's own by default. */
  users?: DjangoUsers
  /** Additions to SIMPLE_JWT in `test/django/service/settings.py`; lifetimes are in seconds. */
  simpleJwt?: Record<string, unknown>
  /** SECRET_KEY, which signs its tokens where SIGNING_KEY is not set. */
  secretKey?: string
}

export type Django = {
  /** Runs a command of manage.py that must succeed. @returns its stdout */
  manage(args: readonly string[], stdin?: string): Promise<string>
  /** Runs Python code in the project, which must succeed. @returns its stdout */
  script(code: string, stdin?: string): Promise<string>
  /** Runs `code`, then dumpdata once for each list of arguments, in one Python process. @returns the dumps */
  dumps(code: string, ...calls: readonly (readonly string[])[]): Promise<string[]>
  /** Starts the service. @returns its address */
  serve(): Promise<string>
}

const dumpEach = `
import io, json, sys
from django.core.management import call_command
calls = json.load(sys.stdin)
written = [io.StringIO() for _ in calls]
for call, into in zip(calls, written):
    call_command('dumpdata', *call, stdout=into)
print(json.dumps([into.getvalue() for into in written]))`

const running = new Set<ChildProcess>()

/** A `describe` for tests that need Django, its REST framework and simplejwt; reports them as missing otherwise. */
export function onDjango(title: string, define: (this: Mocha.Suite) => void): void {
  const lacking = Object.keys(packages).filter(name => !existsSync(join(installed, name)))
  if (existsSync(python) && lacking.length === 0) describe(title, define)
  else missing(title, `Django is not installed (apt-get install ${Object.values(packages).join(' ')})`)
}

/** A service with an empty database. */
export async function aDjango(options: DjangoOptions = {}): Promise<Django> {
  const users = options.users ?? 'auth'
  const database = join(aFolder(), 'django.sqlite3')
  migrated[users] ??= migratedDatabase(users)
  copyFileSync(await migrated[users], database)
  const env = environment(users, database, options)
  return {
    manage: (args, stdin) => run(['manage.py', ...args], env, stdin),
    script: (code, stdin) => run(['manage.py', 'shell', '-c', code], env, stdin),
    async dumps(code, ...calls) {
      const printed = await run(['manage.py', 'shell', '-c', code + dumpEach], env, JSON.stringify(calls))
      return JSON.parse(printed) as string[]
    },
    serve: () => serve(env),
  }
}

export async function stopDjangos(): Promise<void> {
  await Promise.all([...running].map(child => ended(child, 'SIGKILL')))
  running.clear()
}

/** Databases migrated once by Django and copied for each test, since a migration takes seconds. */
const migrated: Partial<Record<DjangoUsers, Promise<string>>> = {}

async function migratedDatabase(users: DjangoUsers): Promise<string> {
  const database = join(aFolder(), 'migrated.sqlite3')
  await run(['manage.py', 'migrate', '--verbosity', '0'], environment(users, database))
  return database
}

function environment(users: DjangoUsers, database: string, { simpleJwt, secretKey }: DjangoOptions = {}) {
  return {
    PATH: process.env.PATH ?? '',
    DJANGO_SETTINGS_MODULE: settingsOf[users],
    DJANGO_DATABASE: database,
    ...(simpleJwt && { DJANGO_SIMPLE_JWT: JSON.stringify(simpleJwt) }),
    ...(secretKey && { DJANGO_SECRET_KEY: secretKey }),
    // No __pycache__ folders in the checkout.
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUTF8: '1',
  }
}

function run(args: readonly string[], env: Record<string, string>, stdin = ''): Promise<string> {
  const child = spawn(...tied(python, args), { cwd: project, env })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  // The process may exit without reading its stdin.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      if (code === 0) resolve(said.stdout)
      else reject(new Error(`${args.join(' ').slice(0, 200)} ended with ${code}: ${said.stderr || said.stdout}`))
    })
  })
}

async function serve(env: Record<string, string>): Promise<string> {
  const child = spawn(...tied(python, ['serve.py']), { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2_000)
  })
  for await (const port of createInterface({ input: child.stdout })) return `http://127.0.0.1:${port}`
  throw new Error(`the Django service did not start: ${complaints}`)
}
