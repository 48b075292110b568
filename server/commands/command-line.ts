// What every command uses. cli.ts makes it; a command opens the database only once its arguments are valid, so that
// wrong use changes nothing.
import type { Command } from 'commander'
import type { TestTokens } from '../identity/doctor/test-tokens.js'
import type { Identity } from '../identity/identity.js'
import type { UserExport } from '../identity/people/user-export.js'
import type { Actor } from '../policy/actor.js'
import type { LogAdvance } from '../tokens/log-advance.js'
import type { Variable } from './configuration-file.js'
import type { Input } from './input.js'
import type { Output } from './output.js'

export type Domain = Identity & { tokens: { logAdvance: LogAdvance }; userExport: UserExport; testTokens: TestTokens }

export type Schema = {
  /** Every migration and whether it has run. */
  status: () => Promise<{ name: string; done: boolean }[]>
  up: () => Promise<void>
  /** Reverts the last migration, with its data. */
  down: () => Promise<void>
}

export type CommandLine = {
  /** @throws Failure when the database is older than this program */
  open: () => Promise<Domain>
  /** Opens the database whatever its schema. */
  openSchema: () => Promise<Schema>
  /** Validates an ISSUER like the setting. */
  requireIssuer: (text: string) => string
  /**
   * Reads a variable of the environment, or of .env in the working directory; never one of our settings, as their
   * values are no application's secrets.
   */
  variable: Variable
  actor: Actor
  input: Input
  output: Output
}

/** Adds one command under a noun: `addCommand(user, 'rename <name> <new-name>', 'Give a user another name')`. */
export function addCommand(noun: Command, usage: string, what: string): Command {
  return noun.command(usage).description(what).option('--json', 'print JSON')
}
