// `darvoza COMMAND`: composes the same parts as a server, runs one command on them, and closes. Exit 0: done, 1: failed,
// 2: used wrongly, and nothing has changed. No jobs run here, and no administrator is made.
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { inspect } from 'node:util'
import { Command, CommanderError } from 'commander'
import { requireIssuer, type Settings, SettingsError } from '../config/settings.js'
import { type CommandEnvironment, createOpening } from './command-environment.js'
import { addApiKeyCommands } from './commands/api-key.js'
import { addApplicationCommands } from './commands/application.js'
import { addAuditCommands } from './commands/audit.js'
import type { CommandLine } from './commands/command-line.js'
import { addConfigurationCommands } from './commands/configuration.js'
import { askFirst } from './commands/confirmation.js'
import { addDeviceCommands } from './commands/device.js'
import { addDoctorCommand } from './commands/doctor.js'
import { FileError, refusalMessage, UsageError } from './commands/failures.js'
import { createInput } from './commands/input.js'
import { addIssuerCommands } from './commands/issuer.js'
import { addKeyCommands } from './commands/key.js'
import { addLegacyCommands } from './commands/legacy.js'
import { addLogCommands } from './commands/log.js'
import { addMigrateCommands } from './commands/migrate.js'
import { createOutput, type Failed } from './commands/output.js'
import { addPolicyCommands } from './commands/policy.js'
import { addRevocationCommands } from './commands/revocation.js'
import { addRoleCommands } from './commands/role.js'
import { addSecretCommands } from './commands/secret.js'
import { addSessionCommands } from './commands/session.js'
import { addUserCommands } from './commands/user.js'
import { addVerifierCommands } from './commands/verifier.js'
import { addSeedCommands } from './demo/command.js'
import { type ErrorCode, Refusal } from './protocol/errors.js'
import { wireFields } from './protocol/problems.js'
import { startErrorText } from './start-errors.js'

const nouns = [
  addUserCommands,
  addRoleCommands,
  addApplicationCommands,
  addSessionCommands,
  addDeviceCommands,
  addApiKeyCommands,
  addKeyCommands,
  addIssuerCommands,
  addSecretCommands,
  addPolicyCommands,
  addConfigurationCommands,
  addRevocationCommands,
  addVerifierCommands,
  addAuditCommands,
  addLogCommands,
  addLegacyCommands,
  addMigrateCommands,
  addDoctorCommand,
]

/** Refusals whose cause is what was typed: exit 2. */
const typedWrongly: ReadonlySet<ErrorCode> = new Set(['invalid_fields'])

/** What a command reads and writes: the process's own, or a test's. */
export type Terminal = CommandEnvironment & {
  /** As of the process: the program's own names first. */
  argv: readonly string[]
  stdin: Readable
  stdout: Writable
}

/** Runs one command. @returns its exit code */
export async function runCommand(terminal: Terminal): Promise<number> {
  const { argv, stdout, stderr } = terminal
  const output = createOutput(terminal, wantsJson(argv))
  const opening = createOpening(terminal)
  const { open, openDemo, openSchema } = opening
  const input = createInput(terminal)
  const actor = `operator:${operator()}` as const
  const line: CommandLine = { open, openSchema, requireIssuer, variable: opening.variable, actor, input, output }
  const program = new Command('darvoza')
    .description(
      'Administers a Darvoza server, also while it runs. Settings come from the environment or .env, as for the server.',
    )
    .version(versionOfPackage())
    .exitOverride()
    // One line of our own says what is wrong.
    .configureOutput({ writeOut: text => void stdout.write(text), writeErr: () => {} })
  for (const addNoun of nouns) addNoun(program, line)
  addSeedCommands(program, { ...line, openDemo })
  askFirst(program, input)

  let code = 0
  const fail = (error: unknown) => {
    if (error instanceof CommanderError && error.exitCode === 0) return
    const failed = failureOf(error, opening.settings())
    code = failed.exit
    output.failed(failed)
    if (opening.debugging()) stderr.write(`${inspect(error)}\n`)
  }
  await program.parseAsync(argv).catch(fail)
  await opening.close().catch(fail)
  return code
}

function failureOf(error: unknown, settings: Settings | null): Failed {
  if (error instanceof CommanderError) {
    const missing = error.code === 'commander.help'
    const explanation = missing ? 'a command is missing: --help lists them' : error.message.replace(/^error: /, '')
    return { exit: 2, code: 'wrong_use', message: explanation }
  }
  if (error instanceof UsageError) return { exit: 2, code: 'wrong_use', message: error.message }
  if (error instanceof FileError) {
    const { message, file, problems } = error
    return { exit: 2, code: 'wrong_file', message, file, problems }
  }
  if (error instanceof SettingsError) return { exit: 2, code: 'wrong_settings', message: error.problems.join('; ') }
  const words = startErrorText(error, settings)
  if (words) return { exit: 1, code: error instanceof Refusal ? error.code : 'failed', message: words }
  if (error instanceof Refusal) {
    const { code, details } = error
    const fields = details.fields && wireFields(details.fields)
    return { exit: typedWrongly.has(code) ? 2 : 1, code, message: refusalMessage(error), fields }
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
