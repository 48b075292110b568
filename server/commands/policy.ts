// `darvoza policy`: show, preview, set, versions, undo; and the options `--apply` and `--reason`, which `darvoza
// apply` has too.
import { type Command, Option } from 'commander'
import type { ListedPolicyVersion, Policies, PolicyInVersion, PolicyPreview } from '../identity/policies/policies.js'
import { formatDuration } from '../policy/durations.js'
import { isPolicyName, type PolicyName, policyNames, policyTable } from '../policy/policies.js'
import { type EndReason, endReasons, unaffectedTexts } from '../policy/policy-preview.js'
import { readPolicyValue } from '../policy/policy-values.js'
import { type PolicyApply, policyApplies } from '../policy/policy-version.js'
import { addCommand, type CommandLine } from './command-line.js'
import { UsageError } from './failures.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Output, type Printed, printedTime } from './output.js'

type How = { apply: PolicyApply }
type Why = { reason: string }

export function addPolicyCommands(program: Command, { open, actor, output }: CommandLine): void {
  const policy = program.command('policy').description('policies: the rules for tokens and sessions')
  const durations = 'durations as 90s, 15m, "6 hours", 30d'

  addCommand(policy, 'show', 'show every policy').action(async (format: Format) => {
    const { policies } = (await open()).policies
    const shown = await policies.show()
    if (format.json) return output.record(printedPolicy(shown), format)
    const rows = policyNames.map(name => ({
      name,
      value: printedValue(name, shown.policy[name]),
      meaning: policyTable[name].meaning,
    }))
    await output.table(rows, ['name', 'value', 'meaning'], format)
  })

  withApply(addCommand(policy, 'preview <name=value...>', `tell what a change would end; ${durations}`)).action(
    async (assignments: string[], { apply, ...format }: How & Format) => {
      const changes = readAssignments(assignments)
      const { policies } = (await open()).policies
      await printPreview(await policies.preview(changes, actor, apply), output, format)
    },
  )

  withReason(withApply(addCommand(policy, 'set <name=value...>', `change policies, all or none; ${durations}`))).action(
    async (assignments: string[], { apply, reason, ...format }: How & Why & Format) => {
      const changes = readAssignments(assignments)
      const { policies } = (await open()).policies
      await printChanged(await policies.set(changes, actor, reason, { apply }), output, format)
    },
  )

  withLimit(addCommand(policy, 'versions', 'list the versions with their authors, newest first')).action(
    async ({ limit, ...format }: Limited & Format) => {
      const { policies } = (await open()).policies
      const found = await firstOf(everyVersion(policies), limit, output)
      const columns = ['version', 'since', 'actor', 'apply', 'set', 'undoes', 'reason']
      await output.table(found.map(format.json ? printedVersion : tabledVersion), columns, format)
    },
  )

  withReason(
    withApply(addCommand(policy, 'undo [version]', 'revert the change of a version (default: the last one)')),
  ).action(async (version: string | undefined, { apply, reason, ...format }: How & Why & Format) => {
    if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version))
      throw new UsageError(`${version} is not the number of a version: policy versions lists them`)
    const { policies } = (await open()).policies
    const undone = await policies.undo(version === undefined ? null : Number(version), actor, reason, apply)
    await printChanged(undone, output, format)
  })
}

export function withApply(command: Command): Command {
  const words = Object.entries(policyApplies).map(([name, what]) => `${name}: ${what}`)
  return command.addOption(
    new Option('--apply <when>', `from when on. ${words.join(' ')}`)
      .choices(Object.keys(policyApplies))
      .default('refresh' satisfies PolicyApply),
  )
}

export function withReason(command: Command): Command {
  return command.option('--reason <text>', 'reason, for the versions of the policies', '')
}

function readAssignments(assignments: string[]): Partial<Record<PolicyName, unknown>> {
  const changes: Partial<Record<PolicyName, unknown>> = {}
  for (const assignment of assignments) {
    const [name, ...value] = assignment.split('=') as [string, ...string[]]
    if (value.length === 0) throw new UsageError(`${assignment} is not NAME=VALUE`)
    if (!isPolicyName(name)) throw new UsageError(`there is no policy ${name}: policy show lists them`)
    if (Object.hasOwn(changes, name)) throw new UsageError(`${name} is given twice`)
    changes[name] = readPolicyValue(name, value.join('='))
  }
  return changes
}

/** How many versions are read at a time. */
const pageSize = 200

async function* everyVersion(policies: Policies): AsyncGenerator<ListedPolicyVersion> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await policies.versions({ before, limit: pageSize })
    yield* page
    if (page.length < pageSize) return
    before = page.at(-1)!.version
  }
}

async function printChanged(changed: PolicyInVersion, output: Output, format: Format): Promise<void> {
  const sentence = changed.changed.map(name => `${name} is ${printedValue(name, changed.policy[name])}`).join(', ')
  const forWhom = changed.apply === 'new' ? ', for new sessions' : ''
  await output.done(`${sentence}${forWhom} (version ${changed.version})`, printedPolicy(changed), format)
}

async function printPreview(preview: PolicyPreview, output: Output, format: Format): Promise<void> {
  const { ends, staleAccessTokens: stale, sample } = preview
  const counted = ({ count, more }: { count: number; more: boolean }) => `${count}${more ? '+' : ''}`
  if (format.json) return output.record(printedPreview(preview), format)
  const reasons = (Object.keys(endReasons) as EndReason[]).filter(reason => ends[reason].count > 0)
  await output.record(
    {
      changes: preview.changes.map(
        ({ name, before, after }) => `${name} ${printedValue(name, before)} → ${printedValue(name, after)}`,
      ),
      unchanged: preview.unchanged,
      'ends sessions': `${counted(ends.sessions)} of ${counted(ends.users)} users, at their next refresh`,
      why: reasons.map(reason => `${counted(ends[reason])} ${reason}`),
      'stale access tokens': stale === null ? 'none' : `${counted(stale)}, at once`,
    },
    format,
  )
  for (const name of preview.stays) output.remark(unaffectedTexts[name])
  if (!sample?.length) return
  const rows = sample.map(({ id, username, device, reason }) => ({
    session: id,
    username,
    device,
    why: endReasons[reason],
  }))
  await output.table(rows, ['session', 'username', 'device', 'why'], format)
}

function printedPreview({ staleAccessTokens, sample, ...preview }: PolicyPreview): Printed {
  return {
    ...preview,
    stale_access_tokens: staleAccessTokens,
    stays: preview.stays.map(name => unaffectedTexts[name]),
    sample: sample?.map(({ userId, ...one }) => ({ user_id: userId, ...one })) ?? null,
  }
}

/** The policy as JSON; durations in seconds. */
function printedPolicy({ version, since, actor, reason, apply, undoes, policy }: PolicyInVersion): Printed {
  return { version, since: printedTime(since), actor, reason, apply, undoes, policy }
}

function printedVersion({ changed: _, settledAt, since, ...version }: ListedPolicyVersion): Printed {
  return { ...version, since: printedTime(since), settled_at: printedTime(settledAt) }
}

function tabledVersion(version: ListedPolicyVersion): Printed {
  const assignmentOf = ({ name, after }: ListedPolicyVersion['changes'][number]) =>
    `${name}=${printedValue(name, after)}`
  return { ...printedVersion(version), set: version.changes.map(assignmentOf) }
}

function printedValue(name: PolicyName, value: unknown): string {
  if (policyTable[name].kind === 'duration') return formatDuration(value as number)
  return value === '' ? '-' : String(value)
}
