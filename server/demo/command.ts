// The command `darvoza seed demo`: its options, and its result as text or JSON. Without `--yes` it refuses an
// installation that has users other than administrators.
import { type Command, InvalidArgumentError } from 'commander'
import { addCommand, type CommandLine } from '../commands/command-line.js'
import { Failure } from '../commands/failures.js'
import type { Format } from '../commands/output.js'
import type { Demo } from './demo.js'
import { mostDemoSessions, mostDemoUsers } from './spans.js'

type DemoCommandOptions = { users: number; sessions?: number; seed: string; passwordStdin?: boolean; yes?: boolean }

type DemoLine = Pick<CommandLine, 'input' | 'output'> & { openDemo: () => Promise<Demo> }

export function addSeedCommands(program: Command, { openDemo, input, output }: DemoLine): void {
  const seed = program.command('seed').description('generated demo users')

  addCommand(seed, 'demo', 'generate demo users, devices, sessions and their history')
    .option('--users <n>', 'number of users', readCount(mostDemoUsers), 500)
    .option(
      '--sessions <n>',
      'how many sessions, over or not; five for each user if left out',
      readCount(mostDemoSessions),
    )
    .option('--seed <text>', 'seed of the generator: the same text generates the same users', 'darvoza')
    .option('--password-stdin', 'read one password for all of them from stdin (default: they cannot sign in)')
    .option('--yes', 'also if there are users already')
    .action(async ({ users, sessions = 5 * users, seed, passwordStdin, yes, json }: DemoCommandOptions & Format) => {
      const password = passwordStdin ? await input.password({ passwordStdin }) : null
      const demo = await openDemo()
      if (!yes && (await demo.hasPeople()))
        throw new Failure(
          'there are users here beside administrators: give --yes if invented ones may stand among them',
        )
      const bar = json ? null : await output.progress()
      const made = await demo
        .make({ users, sessions, seed, password, ...(bar && { onProgress: bar.show }) })
        .finally(() => bar?.end())
      const { devices, auditEntries } = made
      const sentence = `made ${users} users with ${devices} devices and ${sessions} sessions, and ${auditEntries} entries of the audit log`
      await output.done(
        password === null ? `${sentence}; none of them can sign in` : sentence,
        { ...printed(made), seed },
        { json },
      )
    })
}

function printed({ users, devices, sessions, auditEntries, revocations }: Record<string, number>) {
  return { users, devices, sessions, audit_entries: auditEntries, revocations }
}

function readCount(most: number) {
  return (text: string) => {
    const count = /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 0
    if (count < 1 || count > most) throw new InvalidArgumentError(`It must be a number from 1 to ${most}.`)
    return count
  }
}
