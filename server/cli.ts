// `darvoza COMMAND`: composes the same parts as a server, runs one command on them, and closes. Exit 0: done, 1: failed,
// 2: used wrongly, and nothing has changed. No jobs run here, and no administrator is made.
import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { readEnvironment } from '../config/environment.js'
import { readSettings, requireIssuer, type Settings, SettingsError } from '../config/settings.js'
import { addAuditCommands } from './commands/audit.js'
import type { CommandLine, Domain, Schema } from './commands/command-line.js'
import { askFirst } from './commands/confirmation.js'
import { addDeviceCommands } from './commands/device.js'
import { Failure, tellRefusal, WrongUse } from './commands/failures.js'
import { createInput } from './commands/input.js'
import { addIssuerCommands } from './commands/issuer.js'
import { addKeyCommands } from './commands/key.js'
import { addLogCommands } from './commands/log.js'
import { addMigrateCommands } from './commands/migrate.js'
import { createOutput, type Failed } from './commands/output.js'
import { addPolicyCommands } from './commands/policy.js'
import { addRevocationCommands } from './commands/revocation.js'
import { addRoleCommands } from './commands/role.js'
import { addSecretCommands } from './commands/secret.js'
import { addSessionCommands } from './commands/session.js'
import { addUserCommands } from './commands/user.js'
import type { Parts } from './compose.js'
import { addSeedCommands } from './demo/command.js'
import { type ErrorCode, Refusal } from './protocol/errors.js'
import { wireFields } from './protocol/problems.js'
import { inWordsOf } from './wording.js'

const nouns = [
  addUserCommands,
  addRoleCommands,
  addSessionCommands,
  addDeviceCommands,
  addKeyCommands,
  addIssuerCommands,
  addSecretCommands,
  addPolicyCommands,
  addRevocationCommands,
  addAuditCommands,
  addLogCommands,
  addMigrateCommands,
]

const howToBegin = 'set DATABASE_URL or DATA_DIR as the server has it, start the server once, or run darvoza migrate up'

/** What was typed is at fault, not the world. */
const typedWrongly: ReadonlySet<ErrorCode> = new Set(['invalid_fields'])

async function main(): Promise<number> {
  const output = createOutput(process, wantsJson(process.argv))
  const opening = createOpening()
  const { open, openDemo, openSchema } = opening
  const input = createInput(process)
  const actor = `operator:${operator()}` as const
  const line: CommandLine = { open, openSchema, requireIssuer, actor, input, output }
  const program = new Command('darvoza')
    .description('Looks after a Darvoza server, also while it runs. Settings come from the environment, as its own do.')
    .version(versionOfPackage())
    .exitOverride()
    // One line of our own says what is wrong.
    .configureOutput({ writeErr: () => {} })
  for (const addNoun of nouns) addNoun(program, line)
  addSeedCommands(program, { ...line, openDemo })
  askFirst(program, input)

  let code = 0
  const fail = (error: unknown) => {
    if (error instanceof CommanderError && error.exitCode === 0) return
    const failed = failureOf(error, opening.settings())
    code = failed.exit
    output.failed(failed)
    if (opening.debugging()) process.stderr.write(`${inspect(error)}\n`)
  }
  await program.parseAsync().catch(fail)
  await opening.close().catch(fail)
  return code
}

/** As the server reads them: from the environment, and from .env in the working directory. */
function settingsHere(): Settings {
  return readSettings(readEnvironment(process.env, process.cwd()).variables)
}

/**
 * Only a server, or `migrate up`, makes an embedded database: a command typed in a terminal without the server's settings
 * would otherwise succeed on a database of its own, and end nothing.
 */
function refuseMissingFile(): void {
  const { database } = settingsHere()
  if (database.engine === 'sqlite' && !existsSync(database.path))
    throw new Failure(`there is no database at ${database.path}: ${howToBegin}`)
}

/** Composes only when a command asks: `--help` and a slip of the finger need no settings and no database. */
function createOpening() {
  let settings: Settings | null = null
  let composed: Parts | null = null

  async function composeOnce(): Promise<Parts> {
    settings = settingsHere()
    const [{ composeParts }, { pino }] = await Promise.all([import('./compose.js'), import('pino')])
    composed = await composeParts(settings, {
      log: pino({ level: level(settings), base: undefined }, pino.destination(2)),
    })
    return composed
  }

  async function openParts(): Promise<Parts['parts']> {
    refuseMissingFile()
    const { parts } = await composeOnce()
    const { migrationStatus, requireKnownMigrations } = await import('./storage/migrate.js')
    await requireKnownMigrations(parts.storage.database)
    const status = await migrationStatus(parts.storage.database)
    const pending = status.filter(migration => !migration.done)
    if (pending.length === status.length) throw new Failure(`the database is empty: ${howToBegin}`)
    if (pending.length > 0) throw new Failure('the database is older than this program: run darvoza migrate up')
    // Also when the database went back: to look, and to advance the log. Whatever changes something else is refused then.
    await parts.revocation.tail.readNow()
    return parts
  }

  return {
    open: (): Promise<Domain> => openParts(),

    async openDemo() {
      const { composeDemo } = await import('./composition/demo.js')
      return composeDemo(await openParts())
    },

    async openSchema(): Promise<Schema> {
      const { parts, migrate } = await composeOnce()
      const { database } = parts.storage
      const { migrateDown, migrationStatus } = await import('./storage/migrate.js')
      return { status: () => migrationStatus(database), up: migrate, down: () => migrateDown(database) }
    },

    close: async () => composed?.close(),
    settings: () => settings,
    debugging: () => isDebugging(settings),
  }
}

/** What goes wrong is said in one line of our own. */
function level(settings: Settings): string {
  return isDebugging(settings) ? settings.logLevel : 'fatal'
}

function isDebugging(settings: Settings | null): boolean {
  return settings?.logLevel === 'debug' || settings?.logLevel === 'trace'
}

function failureOf(error: unknown, settings: Settings | null): Failed {
  if (error instanceof CommanderError) {
    const missing = error.code === 'commander.help'
    const said = missing ? 'a command is missing: --help lists them' : error.message.replace(/^error: /, '')
    return { exit: 2, code: 'wrong_use', message: said }
  }
  if (error instanceof WrongUse) return { exit: 2, code: 'wrong_use', message: error.message }
  if (error instanceof SettingsError) return { exit: 2, code: 'wrong_settings', message: error.problems.join('; ') }
  const words = inWordsOf(error, settings)
  if (words) return { exit: 1, code: error instanceof Refusal ? error.code : 'failed', message: words }
  if (error instanceof Refusal) {
    const { code, details } = error
    const fields = details.fields && wireFields(details.fields)
    return { exit: typedWrongly.has(code) ? 2 : 1, code, message: tellRefusal(error), fields }
  }
  return { exit: 1, code: 'failed', message: error instanceof Error ? error.message : String(error) }
}

/** Known before anything is parsed: what cannot be parsed is told in the same way. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(2, end === -1 ? undefined : end).includes('--json')
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** A container's user may have no name. */
function operator(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.()}`
  }
}

// The reader went away, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.umask(0o077)

// Not exit(): what is still on its way to a pipe would be lost.
process.exitCode = await main()
