// `darvoza log`: advance, the last step of a restore of the database (tokens/log-advance.ts); it also prints which
// changes are known to be lost.
import { type Command, InvalidArgumentError } from 'commander'
import type { Revocation } from '../protocol/log/revocation.js'
import { highestAccepted } from '../revocation/high-water.js'
import type { Advanced } from '../tokens/log-advance.js'
import { addCommand, type CommandLine } from './command-line.js'
import type { Output, Printed } from './output.js'

/** How many user ids are skipped by default. */
const spareUserIds = 1_000

type Options = { seen: number; userIds: number; json?: boolean }

export function addLogCommands(program: Command, { open, actor, output }: CommandLine): void {
  const log = program.command('log').description('the revocation log as a whole')

  addCommand(
    log,
    'advance',
    'end all sessions and give the log a new id: the last step of every restore of the database',
  )
    .option('--seen <n>', 'a log number that was seen before the restore', readSeen, 0)
    .option(
      '--user-ids <n>',
      'leave out so many user ids, which may have been given out since',
      readCount,
      spareUserIds,
    )
    .action(async ({ json, ...options }: Options) => {
      const { logAdvance } = (await open()).tokens
      const advanced = await logAdvance(options, actor)
      const { after, lastUserId } = advanced
      const sentence = `the log is ${after.logId}:${after.seq} now, everybody signs in again, and new users get ids above ${lastUserId}`
      await output.done(sentence, printed(advanced), { ...(json && { json }) })
      remark(advanced.lost, output)
    })
}

/** Lists changes that the backup lacks: administrators must repeat them. */
function remark(lost: Revocation[] | null, output: Output): void {
  output.remark(
    'What was changed since the backup was made is undone: look through users, roles, passwords, keys and policies.',
  )
  for (const { kind, subject, reason } of (lost ?? []).filter(isUndone))
    output.remark(`Undone: ${reason} of ${kind} ${subject}`.trimEnd())
}

/** Whether an entry must be repeated: sessions and tokens have ended in any case. */
function isUndone({ kind }: Revocation): boolean {
  return kind !== 'session' && kind !== 'token'
}

function printed({ before, after, seen, lost, lastUserId }: Advanced): Printed {
  return {
    log_id: after.logId,
    seq: after.seq,
    seen,
    before: { log_id: before.logId, seq: before.seq },
    last_user_id: lastUserId,
    lost: lost?.map(({ seq, kind, subject, effect, reason }) => ({ seq, kind, subject, effect, reason })) ?? null,
  }
}

function readSeen(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!(number <= highestAccepted)) throw new InvalidArgumentError(`It must be a number from 0 to ${highestAccepted}.`)
  return number
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a number from 0 to 999999999.')
  return Number(text)
}
