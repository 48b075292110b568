// `darvoza apply` and `darvoza export`: policies, roles and applications as a file, for version control.
import { type Command, Option } from 'commander'
import type { Applied, Plan } from '../identity/configuration/configuration.js'
import { ConfigurationProblems } from '../identity/configuration/configuration-problems.js'
import { isNothing } from '../identity/configuration/differences.js'
import { unaffectedTexts } from '../policy/policy-preview.js'
import type { PolicyApply } from '../policy/policy-version.js'
import { addCommand, type CommandLine, type Domain } from './command-line.js'
import type { ReadFile } from './configuration-file.js'
import { inNumbers, planLines, printedPlan } from './configuration-text.js'
import type { FileFormat } from './configuration-writing.js'
import { Failure, FileError, UsageError } from './failures.js'
import type { Format } from './output.js'
import { withApply, withReason } from './policy.js'

type How = { dryRun?: boolean; yes?: boolean; prune?: boolean; apply: PolicyApply; reason: string }

const shape = `
The file is YAML or JSON, as \`darvoza export\` writes it:
  version: 1
  policies:
    access_token_lifetime: 15m
  roles:
    clerk: [orders:read, orders:write]
  applications:
    shop:
      client_name: Shop
      kind: web
      redirect_uris: [https://shop.example/callback]
      required_roles: [clerk]
      client_secret_env: SHOP_SECRET
What it does not name stays as it is; an application that it names is as it says, all of it but its secret, and \`state\`
where that is left out. A secret comes from the variable that client_secret_env names, or is made and printed once.
A role that has another name is another role.`

export function addConfigurationCommands(program: Command, line: CommandLine): void {
  const { open, actor, input, output, variable } = line

  withReason(
    withApply(
      addCommand(program, 'apply <file>', 'change policies, roles and applications to what a file says (- is stdin)'),
    ),
  )
    .option('--dry-run', 'only show what would change, and which sessions that would end')
    .option('--prune', 'also remove what a section of the file does not name')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', shape)
    .action(async (file: string, { json, ...options }: How & Format) => {
      requireUse(options, json, input.canAsk())
      const { prune = false, apply, reason } = options
      const { readConfiguration } = await import('./configuration-file.js')
      const { pathText } = await import('./file-positions.js')
      const read = readConfiguration(await input.text(file), variable)
      const { configuration } = (await opened(file, read)).configuration
      const how = { prune, apply }
      const plan = await configuration
        .plan(read.wanted!, how, actor, read.problems)
        .catch((error: unknown) => Promise.reject(withPosition(file, read, error)))
      for (const { path, text } of plan.warnings) output.remark(`${pathText(path)}: ${text}`)
      if (!json) await show(plan)
      const isChanged = !isNothing(plan.differences)
      if (options.dryRun || !isChanged) return finish(plan, { changed: isChanged, applied: null }, json)
      if (!options.yes && !(await input.confirmed(`This changes ${inNumbers(plan.differences)}.`)))
        throw new Failure('nothing was changed')
      const applied = await configuration.apply(read.wanted!, plan.differences, { ...how, reason }, actor)
      await finish(plan, { changed: true, applied }, json)
    })

  addCommand(program, 'export [file]', 'write policies, roles and applications to a file for `darvoza apply`')
    .addOption(
      new Option('--format <format>', 'of the file; by its name where it is not said').choices(['yaml', 'json']),
    )
    .action(async (file: string | undefined, { json, format }: { format?: FileFormat } & Format) => {
      const { configuration } = (await open()).configuration
      const found = await configuration.show()
      const { writeConfiguration } = await import('./configuration-writing.js')
      const isStdout = file === undefined || file === '-'
      const isJson = isStdout ? json : file.endsWith('.json')
      const text = writeConfiguration(found, format ?? (isJson ? 'json' : 'yaml'))
      if (isStdout) return output.text(text)
      await output.file(file, text)
      const counts = { roles: found.roles.length, applications: found.applications.length }
      await output.done(`wrote the configuration to ${file}`, { file, ...counts }, { json: json === true })
    })

  /** Opens the database. Where there is none, those errors of the file are reported that need none. */
  async function opened(file: string, read: ReadFile): Promise<Domain> {
    const { problems } = read
    if (read.wanted === null) throw withPosition(file, read, new ConfigurationProblems(problems))
    try {
      return await open()
    } catch (error) {
      throw problems.length > 0 ? withPosition(file, read, new ConfigurationProblems(problems)) : error
    }
  }

  async function show(plan: Plan): Promise<void> {
    await output.signed(planLines(plan))
    for (const name of plan.consequences.policies?.stays ?? []) output.remark(unaffectedTexts[name])
  }

  async function finish(
    plan: Plan,
    { changed, applied }: { changed: boolean; applied: Applied | null },
    json: boolean | undefined,
  ): Promise<void> {
    const secrets = Object.fromEntries(applied?.secrets ?? [])
    const version = applied?.version ?? null
    const record = { changed, applied: applied !== null, policy_version: version, ...printedPlan(plan), secrets }
    const numbers = inNumbers(plan.differences)
    const ofPolicy = version === null ? '' : ` (version ${version} of the policy)`
    const done = applied ? `changed ${numbers}${ofPolicy}` : `${numbers} would change`
    await output.done(changed ? done : 'nothing differs', record, { json: json === true })
    if (!json)
      for (const [id, secret] of applied?.secrets ?? []) await output.text(`the secret of ${id}, shown once: ${secret}`)
  }
}

/** @throws UsageError */
function requireUse({ dryRun, yes }: How, json: boolean | undefined, canAsk: boolean): void {
  if (dryRun && yes) throw new UsageError('--dry-run changes nothing, and --yes does: give one of them')
  if (dryRun || yes) return
  if (json) throw new UsageError('--json asks nothing: give --dry-run, or --yes if you mean it')
  if (!canAsk) throw new UsageError('there is no terminal to ask on: give --dry-run, or --yes if you mean it')
}

/** Adds the file's positions to its errors. */
function withPosition(file: string, read: ReadFile, error: unknown): unknown {
  return error instanceof ConfigurationProblems
    ? new FileError(file === '-' ? 'stdin' : file, read.positioned(error.problems))
    : error
}
