// Which commands ask for confirmation: those that remove what no other command restores, from more than one session or
// device. Ending one of these asks nothing, nor does disabling a user: a sign-in, or enabling, undoes it.
import type { Command } from 'commander'
import { Failure } from './failures.js'
import type { Input } from './input.js'

/** The effect of a command, or null where these arguments remove nothing important. */
type Warning = (args: readonly string[], options: Record<string, unknown>) => string | null

const everybody = 'everybody is signed out'

export const warnings: Record<string, Warning> = {
  'user delete': ([name]) => `This deletes the user ${name} for good.`,
  'role delete': ([name]) => `This deletes the role ${name}; its holders lose it.`,
  'application disable': ([id]) => `This ends all sessions of the application ${id}.`,
  'application delete': ([id]) => `This deletes the application ${id} for good and ends its sessions.`,
  'session end': ([id], { user }) => (user && id === undefined ? `This ends all sessions of ${user}.` : null),
  'key revoke': ([kid]) =>
    kid === 'refresh' ? `This revokes the refresh key: ${everybody}.` : `This revokes ${kid} for good.`,
  'revocation add': ([kind, subject], { effect }) =>
    effect === 'end' && kind !== 'token' && kind !== 'session'
      ? `This ends all sessions of ${subject ? `${kind} ${subject}` : 'everybody'}.`
      : null,
  'issuer set': () => `This refuses every token that there is: ${everybody}.`,
  'log advance': () => `This gives the log a new id: ${everybody}.`,
  'migrate down': () => 'This deletes the data in the tables of the last migration.',
}

/** Adds the option `--yes` to these commands, and makes each ask before it runs. */
export function askFirst(program: Command, input: Pick<Input, 'confirmed'>): void {
  for (const [path, warn] of Object.entries(warnings)) {
    const [noun, verb] = path.split(' ')
    const command = program.commands.find(one => one.name() === noun)?.commands.find(one => one.name() === verb)
    if (!command) throw new Error(`there is no command ${path}`)
    command.option('--yes', 'do not ask for confirmation').hook('preAction', async (_, { args }) => {
      const { yes, ...options } = command.opts<Record<string, unknown>>()
      const warning = yes ? null : warn(args, options)
      if (warning !== null && !(await input.confirmed(warning))) throw new Failure('nothing was changed')
    })
  }
}
