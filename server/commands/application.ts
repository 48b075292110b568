// `darvoza application`: create, list, show, change, disable, enable, delete, rotate-secret, and import of a JSON
// array.
import type { Command } from 'commander'
import { type ApplicationState, applicationStates } from '../identity/applications/application-list.js'
import type { Saved } from '../identity/applications/applications.js'
import { entryLines, ImportProblems } from '../identity/applications/import-problems.js'
import { describedApplication } from '../identity/applications/public-application.js'
import { type ApplicationKind, applicationKinds } from '../policy/application-metadata.js'
import { parseDuration } from '../policy/durations.js'
import { wireText } from '../protocol/problems.js'
import { choice, type Described, describedChanges, describedNew, withDescription } from './application-options.js'
import { addCommand, type CommandLine } from './command-line.js'
import { UsageError } from './failures.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'

type Filters = { text?: string; kind?: ApplicationKind; state?: ApplicationState }

export function addApplicationCommands(program: Command, { open, actor, input, output }: CommandLine): void {
  const application = program.command('application').description('applications and resource servers')

  async function saved(
    sentence: string,
    { application, warnings }: Saved,
    more: Printed,
    format: Format,
  ): Promise<void> {
    for (const warning of warnings) output.remark(wireText(warning))
    await output.done(sentence, { ...describedApplication(application), ...more }, format)
  }

  withDescription(addCommand(application, 'create <name>', 'create an application; its secret is printed once'))
    .option('--id <id>', 'its client_id (default: made from the name)')
    .action(async (name: string, options: Described & Format) => {
      const described = describedNew(name, options)
      const { applications } = (await open()).applications
      const { secret, ...made } = await applications.create(described, actor)
      const { id } = made.application
      const shown = secret === null ? '' : `; its secret, shown once: ${secret}`
      await saved(`made the application ${id}${shown}`, made, secret === null ? {} : { client_secret: secret }, options)
    })

  withLimit(addCommand(application, 'list', 'list applications'))
    .option('--text <text>', 'in the name, id or resource')
    .addOption(choice('--kind <kind>', applicationKinds))
    .addOption(choice('--state <state>', applicationStates))
    .action(async ({ text, kind, state, ...options }: Filters & Limited & Format) => {
      const { applications } = (await open()).applications
      const found = await firstOf(applications.every({ text, kind, state }), options.limit, output)
      await output.table(
        found.map(describedApplication),
        ['client_id', 'client_name', 'kind', 'origin', 'state', 'resource'],
        options,
      )
    })

  addCommand(application, 'show <id>', 'show an application').action(async (id: string, format: Format) => {
    const { applications, secretChanges } = (await open()).applications
    const found = await applications.require(id)
    const secrets = (await secretChanges.list(id)).map(
      ({ hint, expiresAt }) => `…${hint}${expiresAt === null ? '' : ` until ${printedTime(expiresAt)}`}`,
    )
    const { sessions, users } = await applications.counts(id)
    await output.record(
      { ...describedApplication(found), secrets, live_sessions: sessions.count, live_users: users.count },
      format,
    )
  })

  withDescription(addCommand(application, 'change <id>', 'change an application; other metadata stays'))
    .option('--name <name>', 'display name')
    .option('--unset <name...>', 'remove metadata')
    .action(async (id: string, options: Described & Format) => {
      const changes = describedChanges(options)
      const { applications } = (await open()).applications
      await saved(`changed ${id}`, await applications.change(id, changes, actor), {}, options)
    })

  addCommand(application, 'disable <id>', 'disable an application, and end its sessions').action(
    async (id: string, format: Format) => {
      const { applications } = (await open()).applications
      await applications.disable(id, actor)
      await output.done(`disabled ${id}`, describedApplication(await applications.require(id)), format)
    },
  )

  addCommand(application, 'enable <id>', 'enable a disabled application').action(async (id: string, format: Format) => {
    const { applications } = (await open()).applications
    await applications.enable(id, actor)
    await output.done(`enabled ${id}`, describedApplication(await applications.require(id)), format)
  })

  addCommand(application, 'delete <id>', 'delete an application irrevocably; its id is never used again').action(
    async (id: string, format: Format) => {
      const { applications } = (await open()).applications
      await applications.remove(id, actor)
      await output.done(`deleted ${id}`, { client_id: id, deleted: true }, format)
    },
  )

  addCommand(application, 'rotate-secret <id>', 'create a new secret, which is printed once')
    .option('--overlap <duration>', 'how long the former secret stays valid', '0')
    .action(async (id: string, { overlap, ...format }: { overlap: string } & Format) => {
      const overlapSeconds = parseDuration(overlap)
      if (overlapSeconds === null) throw new UsageError(`--overlap ${overlap} is no duration such as 15m, 1h or 1d`)
      const { secretChanges } = (await open()).applications
      const secret = await secretChanges.rotate(id, { overlapSeconds }, actor)
      const sentence = `the new secret of ${id}, shown once: ${secret}`
      await output.done(sentence, { client_id: id, client_secret: secret, overlap: overlapSeconds }, format)
    })

  addCommand(application, 'import <file>', 'create or change the applications of a JSON array (- is stdin)')
    .addHelpText('after', '\nThe names are those of RFC 7591, and those that `darvoza application show --json` prints.')
    .action(async (file: string, format: Format) => {
      const entries = entriesIn(await input.text(file))
      const { applicationImport } = (await open()).applications
      try {
        const options = { origin: 'administrator', actor, makesSecrets: true } as const
        const done = await applicationImport.run(entries, options)
        for (const { id, warnings } of done) for (const one of warnings) output.remark(`${id}: ${wireText(one)}`)
        const rows = done.map(({ id, outcome, secret }) => ({ client_id: id, outcome, client_secret: secret }))
        await output.table(rows, ['client_id', 'outcome', 'client_secret'], format)
      } catch (error) {
        if (!(error instanceof ImportProblems)) throw error
        throw new UsageError(error.entries.flatMap(entryLines).join('; '))
      }
    })
}

function entriesIn(text: string): readonly unknown[] {
  let entries: unknown
  try {
    entries = JSON.parse(text)
  } catch {
    throw new UsageError('this is not JSON')
  }
  if (!Array.isArray(entries)) throw new UsageError('this is not a JSON array of applications')
  return entries
}
