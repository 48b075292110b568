// `darvoza revocation`: list the entries of the revocation log, and add an entry manually.
import type { Command } from 'commander'
import type { RevocationRecord } from '../identity/logs/revocation-log.js'
import { manualTriggers } from '../policy/manual-revocation.js'
import { addCommand, type CommandLine } from './command-line.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addRevocationCommands(program: Command, { open, actor, output }: CommandLine): void {
  const revocation = program.command('revocation').description('the revocation log')

  withLimit(addCommand(revocation, 'list', 'list the entries of the revocation log, newest first')).action(
    async (options: Limited & Format) => {
      const { revocationLog } = (await open()).logs
      const found = await firstOf(revocationLog.every({}), options.limit, output)
      const columns = ['seq', 'kind', 'subject', 'effect', 'reason', 'actor', 'created_at', 'expires_at']
      await output.table(found.map(printedRevocation), columns, options)
    },
  )

  addCommand(
    revocation,
    'add <kind> [subject]',
    `refuse by hand: ${Object.keys(manualTriggers).join(', ')} (no subject)`,
  )
    .option(
      '--effect <effect>',
      'end: tokens end; refresh: access tokens become stale, and a refresh issues new ones',
      'end',
    )
    .option('--reason <text>', 'reason, for the audit log', '')
    .action(async (kind: string, subject: string | undefined, { effect, reason, ...format }: Manual & Format) => {
      const { revocationLog } = (await open()).logs
      const entry = await revocationLog.add({ kind, subject: subject ?? '', effect, why: reason }, actor)
      const sentence = `wrote entry ${entry.seq}: ${kind} ${subject ?? ''} ${effect}`
      await output.done(sentence, printedRevocation(entry), format)
    })
}

type Manual = { effect: string; reason: string }

function printedRevocation(entry: RevocationRecord): Printed {
  return {
    seq: entry.seq,
    kind: entry.kind,
    subject: entry.subject,
    effect: entry.effect,
    except_sid: entry.exceptSid,
    reason: entry.reason,
    actor: entry.actor,
    created_at: printedTime(entry.createdAt),
    expires_at: printedTime(entry.expiresAt),
  }
}
