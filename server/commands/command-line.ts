// What every command stands on. The roof (cli.ts) makes it; a command opens the database only once what was typed makes
// sense, so that a wrong use changes nothing.
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
  /** Takes the last one back, with its data. */
  down: () => Promise<void>
}

export type CommandLine = {
  /** @throws Failure when the database is older than this program */
  open: () => Promise<Domain>
  /** Opens the database in whatever state it is. */
  openSchema: () => Promise<Schema>
  /** What can be an ISSUER, as the setting is read. */
  requireIssuer: (text: string) => string
  /** Of the environment, or of .env in the working directory; no setting of ours, whose values are nobody's secrets. */
  variable: Variable
  actor: Actor
  input: Input
  output: Output
}

/** Adds one command under a noun: `addCommand(user, 'rename <name> <new-name>', 'Give a user another name')`. */
export function addCommand(noun: Command, usage: string, what: string): Command {
  return noun.command(usage).description(what).option('--json', 'print JSON')
}
