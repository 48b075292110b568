import type { Command } from 'commander'
import type { PolicyInVersion } from '../identity/policies.js'
import { formatDuration } from '../policy/durations.js'
import {
  isPolicyName,
  type Policy,
  type PolicyName,
  policyNames,
  policyTable,
  readPolicyValue,
} from '../policy/policies.js'
import { addCommand, type CommandLine } from './command-line.js'
import { WrongUse } from './failures.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addPolicyCommands(program: Command, { open, actor, output }: CommandLine): void {
  const policy = program.command('policy').description('the rules for tokens and sessions')

  addCommand(policy, 'show', 'show every policy').action(async (format: Format) => {
    const { policies } = await open()
    const shown = await policies.show()
    if (format.json) return output.record(printedPolicy(shown), format)
    const rows = policyNames.map(name => ({
      name,
      value: printedValue(name, shown.policy),
      meaning: policyTable[name].meaning,
    }))
    await output.table(rows, ['name', 'value', 'meaning'], format)
  })

  addCommand(policy, 'set <name=value...>', 'change policies, all of them or none; durations as 90s, 15m, 1h, 30d')
    .option('--reason <text>', 'why, for those who come later', '')
    .action(async (assignments: string[], { reason, ...format }: { reason: string } & Format) => {
      const changes = readAssignments(assignments)
      const { policies } = await open()
      const shown = await policies.set(changes, actor, reason)
      const names = Object.keys(changes) as PolicyName[]
      const said = names.map(name => `${name} is ${printedValue(name, shown.policy)}`).join(', ')
      await output.done(`${said} (version ${shown.version})`, printedPolicy(shown), format)
    })
}

function readAssignments(assignments: string[]): Partial<Record<PolicyName, unknown>> {
  const changes: Partial<Record<PolicyName, unknown>> = {}
  for (const assignment of assignments) {
    const [name, ...value] = assignment.split('=') as [string, ...string[]]
    if (value.length === 0) throw new WrongUse(`${assignment} is not NAME=VALUE`)
    if (!isPolicyName(name)) throw new WrongUse(`there is no policy ${name}: policy show lists them`)
    if (Object.hasOwn(changes, name)) throw new WrongUse(`${name} is given twice`)
    changes[name] = readPolicyValue(name, value.join('='))
  }
  return changes
}

/** Durations in seconds. */
function printedPolicy({ version, since, actor, reason, policy }: PolicyInVersion): Printed {
  return { version, since: printedTime(since), actor, reason, policy }
}

function printedValue(name: PolicyName, policy: Policy): string {
  const value = policy[name]
  if (policyTable[name].kind === 'duration') return formatDuration(value as number)
  return value === '' ? '-' : String(value)
}
