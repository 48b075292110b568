// `user import`: each user by itself, so that an invalid one does not affect the others; they are written in batches.
import { setTimeout as pause } from 'node:timers/promises'
import type { UserToImport } from '../identity/people/new-user.js'
import type { ImportOutcome } from '../identity/people/user-import.js'
import type { GroupRole } from '../policy/group-roles.js'
import { Refusal } from '../protocol/errors.js'
import type { CommandLine } from './command-line.js'
import { type DjangoOptions, djangoFile } from './django-file.js'
import { Failure, refusalMessage, UsageError } from './failures.js'
import type { Text } from './input.js'
import type { Format, Printed } from './output.js'
import { csvFile, jsonFile, RowProblem, type UserFile, type UserInFile } from './user-file.js'

export const importFormats = {
  json: jsonFile,
  csv: csvFile,
  django: djangoFile,
} as const satisfies Record<string, (text: Text, options: DjangoOptions) => Promise<UserFile>>

export type ImportOptions = DjangoOptions & Format & { format: keyof typeof importFormats; dryRun?: boolean }

/** How many users are written together. */
const batch = 50
/** Shortest pause between batches, in ms. */
const shortestPause = 5

type Row = UserInFile & { user: UserToImport | null; problem: string | null }

export async function importUsers(
  { open, actor, input, output }: Pick<CommandLine, 'open' | 'actor' | 'input' | 'output'>,
  path: string,
  { format, dryRun = false, json, ...options }: ImportOptions,
): Promise<void> {
  refuseForOthers(format, options)
  // The database is opened once the file was read: a wrong one changes nothing.
  const file = await importFormats[format](await input.file(path), options)
  const run = (await open()).people.userImport.begin(actor, { dryRun })
  const tally = createOutcomes(dryRun)
  const bar = json ? null : await output.progress()
  let done = 0
  try {
    const roles = file.groups.length > 0 ? await run.addGroups(file.groups) : []
    tally.groups(roles)
    const byGroup = new Map(roles.map(one => [one.group, one.outcome === 'too_many_permissions' ? null : one.role]))
    const rows = file.rows(group => byGroup.get(group) ?? null)
    for await (const some of takingTurns(batched(rows), dryRun)) {
      const read = some.map(readRow)
      const outcomes = await run.addUsers(read.flatMap(({ user }) => user ?? []))
      for (const row of read) tally.user(row, row.user ? outcomes.shift()! : null)
      done += some.length
      bar?.show(done, file.total)
    }
  } catch (error) {
    bar?.end()
    await finish(false)
    throw error instanceof UsageError ? new Failure(error.message) : error
  }
  bar?.end()
  await finish(true)
  const { refused, total } = tally.counts()
  if (refused > 0) throw new Failure(`${refused} of ${total} users were refused`)

  async function finish(complete: boolean): Promise<void> {
    const { remarks, printed } = file.report()
    if (!json) for (const line of [...tally.remarks(), ...remarks]) output.remark(line)
    const record = { ...tally.printed(), ...printed, complete }
    await output.done(complete ? tally.sentence() : `${tally.sentence()}, then had to stop`, record, { json })
  }
}

/** @throws UsageError */
function refuseForOthers(format: string, options: DjangoOptions): void {
  if (format === 'django') return
  const named = {
    model: '--model',
    map: '--map',
    newIds: '--new-ids',
    grantAdmin: '--grant-admin',
    withoutGroups: '--without-groups',
  }
  for (const [name, option] of Object.entries(named))
    if (options[name as keyof DjangoOptions] !== undefined) throw new UsageError(`${option} is for --format django`)
}

function readRow(row: UserInFile): Row {
  try {
    return { ...row, user: row.read(), problem: null }
  } catch (error) {
    if (error instanceof RowProblem) return { ...row, user: null, problem: error.message }
    if (error instanceof Refusal && error.code === 'invalid_fields')
      return { ...row, user: null, problem: refusalMessage(error) }
    throw error
  }
}

/** Counts of the results, for the final report. */
function createOutcomes(dryRun: boolean) {
  let imported = 0
  let unchanged = 0
  const kept: { at: string; username: string; user_id: number; differs: readonly string[] }[] = []
  const refused: { at: string; username: string | null; problem: string }[] = []
  let roles: readonly GroupRole[] = []

  return {
    groups(found: readonly GroupRole[]): void {
      roles = found
    },

    user({ at, username, problem, user }: Row, outcome: ImportOutcome | null): void {
      if (outcome === null) refused.push({ at, username, problem: problem! })
      else if (outcome.outcome === 'refused') refused.push({ at, username, problem: refusalMessage(outcome.refusal) })
      else if (outcome.outcome === 'imported') imported++
      else if (outcome.outcome === 'unchanged') unchanged++
      else kept.push({ at, username: user!.username, user_id: outcome.id, differs: outcome.differs })
    },

    counts: () => ({ refused: refused.length, total: imported + unchanged + kept.length + refused.length }),

    sentence(): string {
      const made = roles.filter(one => one.outcome === 'made').length
      return [
        `${dryRun ? 'would import' : 'imported'} ${imported} users`,
        ...(unchanged > 0 ? [`${unchanged} are here already, unchanged`] : []),
        ...(kept.length > 0 ? [`${kept.length} are here already and differ, and stay as they are`] : []),
        ...(made > 0 ? [`${dryRun ? 'would make' : 'made'} ${made} roles`] : []),
      ].join('; ')
    },

    remarks: () => [
      ...roles.flatMap(roleRemarks),
      ...kept.map(
        ({ at, username, differs }) =>
          `${at}: ${username}: is here already and stays as it is; differs in ${differs.join(', ')}`,
      ),
      ...refused.map(one => [one.at, one.username, one.problem].filter(part => part !== null).join(': ')),
    ],

    printed: (): Printed => ({
      imported,
      unchanged,
      kept,
      refused,
      ...(roles.length > 0 && { roles: roles.map(printedRole) }),
      ...(dryRun && { dry_run: true }),
    }),
  }
}

function roleRemarks({ group, role, outcome, beyond, leftOut }: GroupRole): string[] {
  const name = JSON.stringify(group)
  return [
    ...(outcome === 'too_many_permissions'
      ? [`the group ${name} has too many permissions for a role, and becomes none`]
      : []),
    ...(outcome !== 'too_many_permissions' && group !== role ? [`the group ${name} is the role ${role}`] : []),
    ...(beyond.length > 0 ? [`the role ${role} is here already and also allows ${beyond.join(', ')}`] : []),
    ...(leftOut.length > 0
      ? [`permissions of the group ${name} that cannot be written here were left out: ${leftOut.join(', ')}`]
      : []),
  ]
}

function printedRole({ group, role, outcome, permissions, beyond, leftOut }: GroupRole): Printed {
  return {
    group,
    role: outcome === 'too_many_permissions' ? null : role,
    outcome,
    permissions,
    beyond,
    left_out: leftOut,
  }
}

async function* batched<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let some: T[] = []
  for await (const item of items) {
    some.push(item)
    if (some.length < batch) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/**
 * Throttles the import on SQLite: a server on the same file sleeps between its attempts to get the write lock, and
 * may find it taken each time, so after some users the import pauses for as long as they took. A dry run takes no
 * lock.
 */
async function* takingTurns<T>(items: AsyncIterable<T>, dryRun: boolean): AsyncGenerator<T> {
  for await (const item of items) {
    const since = performance.now()
    yield item
    if (!dryRun) await pause(Math.max(shortestPause, performance.now() - since))
  }
}
