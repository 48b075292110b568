// `darvoza COMMAND`: composes the same parts as a server, runs one command on them, and closes. Exit 0: done, 1: failed,
// 2: used wrongly, and nothing has changed. No jobs run here, and no administrator is made.
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { readEnvironment } from '../config/environment.js'
import { readSettings, requireIssuer, type Settings, SettingsError } from '../config/settings.js'
import { addAuditCommands } from './commands/audit.js'
import type { CommandLine, Domain, Schema } from './commands/command-line.js'
import { addDeviceCommands } from './commands/device.js'
import { Failure, tellRefusal, WrongUse } from './commands/failures.js'
import { createInput } from './commands/input.js'
import { addIssuerCommands } from './commands/issuer.js'
import { addKeyCommands } from './commands/key.js'
import { addLogCommands } from './commands/log.js'
import { addMigrateCommands } from './commands/migrate.js'
import { createOutput } from './commands/output.js'
import { addPolicyCommands } from './commands/policy.js'
import { addRevocationCommands } from './commands/revocation.js'
import { addRoleCommands } from './commands/role.js'
import { addSecretCommands } from './commands/secret.js'
import { addSeedCommands } from './commands/seed.js'
import { addSessionCommands } from './commands/session.js'
import { addUserCommands } from './commands/user.js'
import type { Composed } from './compose.js'
import { type ErrorCode, Refusal } from './protocol/errors.js'
import { migrateDown, migrationStatus, requireKnownMigrations } from './storage/migrate.js'

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
  addSeedCommands,
]

const howToBegin = 'set DATABASE_URL or DATA_DIR as the server has it, start the server once, or run darvoza migrate up'

/** What was typed is at fault, not the world. */
const typedWrongly: ReadonlySet<ErrorCode> = new Set(['invalid_fields'])

async function main(): Promise<number> {
  const output = createOutput(process)
  const opening = createOpening()
  const { open, openSchema } = opening
  const actor = `operator:${operator()}` as const
  const line: CommandLine = { open, openSchema, requireIssuer, actor, input: createInput(process), output }
  const program = new Command('darvoza')
    .description('Looks after a Darvoza server, also while it runs. Settings come from the environment, as its own do.')
    .exitOverride()
    // One line of our own says what is wrong.
    .configureOutput({ writeErr: () => {} })
  for (const addNoun of nouns) addNoun(program, line)

  let code = 0
  const fail = (error: unknown) => {
    if (error instanceof CommanderError && error.exitCode === 0) return
    const [failedWith, text] = failureOf(error)
    code = failedWith
    output.remark(`darvoza: ${text}`)
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
  let composed: Composed | null = null

  async function composeOnce(): Promise<Composed> {
    settings = settingsHere()
    const [{ compose }, { pino }] = await Promise.all([import('./compose.js'), import('pino')])
    composed = await compose(settings, { log: pino({ level: level(settings), base: undefined }, pino.destination(2)) })
    return composed
  }

  return {
    async open(): Promise<Domain> {
      refuseMissingFile()
      const { parts } = await composeOnce()
      await requireKnownMigrations(parts.database)
      const status = await migrationStatus(parts.database)
      const pending = status.filter(migration => !migration.done)
      if (pending.length === status.length) throw new Failure(`the database is empty: ${howToBegin}`)
      if (pending.length > 0) throw new Failure('the database is older than this program: run darvoza migrate up')
      // Also when the database went back: to look, and to advance the log. Whatever changes something else is refused then.
      await parts.tail.readNow()
      return parts
    },

    async openSchema(): Promise<Schema> {
      const { parts, migrate } = await composeOnce()
      const { database } = parts
      return { status: () => migrationStatus(database), up: migrate, down: () => migrateDown(database) }
    },

    close: async () => composed?.close(),
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

function failureOf(error: unknown): [code: 1 | 2, text: string] {
  if (error instanceof CommanderError) {
    const missing = error.code === 'commander.help'
    return [2, missing ? 'a command is missing: --help lists them' : error.message.replace(/^error: /, '')]
  }
  if (error instanceof WrongUse) return [2, error.message]
  if (error instanceof SettingsError) return [2, error.problems.join('; ')]
  if (error instanceof Refusal) return [typedWrongly.has(error.code) ? 2 : 1, tellRefusal(error)]
  return [1, error instanceof Error ? error.message : String(error)]
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
