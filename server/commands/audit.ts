// `darvoza audit`: list, and verify, which checks the hash chain and fails if an entry was changed, removed or
// inserted.
import { type Command, InvalidArgumentError } from 'commander'
import type { AuditRecord } from '../identity/logs/audit-log.js'
import { auditSubjects } from '../policy/audit.js'
import { addCommand, type CommandLine } from './command-line.js'
import { Failure } from './failures.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'

type Search = { actor?: string; action?: string; subject?: { kind: string; id: string } }

export function addAuditCommands(program: Command, { open, output }: CommandLine): void {
  const audit = program.command('audit').description('the audit log: who changed what')

  withLimit(addCommand(audit, 'list', 'list the entries of the audit log, newest first'))
    .option('--actor <actor>', 'only changes by this actor: user:7, operator:NAME or system')
    .option('--action <action>', 'only this action, such as user_disabled')
    .option('--subject <kind:id>', 'only changes to this subject, such as user:7', readSubject)
    .action(async ({ limit, json, ...search }: Search & Limited & Format) => {
      const { auditLog } = (await open()).logs
      const found = await firstOf(auditLog.every(search), limit, output)
      const columns = ['seq', 'at', 'actor', 'action', 'subject', 'address', 'before', 'after']
      await output.table(found.map(json ? printedEntry : shownEntry), columns, { json: json === true })
    })

  addCommand(
    audit,
    'verify',
    'verify the hash chain; shows the first entry that was changed, removed or inserted',
  ).action(async (format: Format) => {
    const { auditLog } = (await open()).logs
    const { checked, head, broken } = await auditLog.verify()
    const sentence = broken
      ? `the chain is broken at entry ${broken.seq}: ${broken.what} (${checked} entries before it are as they were)`
      : `the chain holds: ${checked} entries, up to ${head.seq} with the hash ${head.hash || '-'}`
    const record = { checked, head, intact: broken === null, first_broken: broken }
    if (broken && !format.json) throw new Failure(sentence)
    await output.done(sentence, record, format)
    if (broken) throw new Failure(sentence)
  })
}

function readSubject(text: string): { kind: string; id: string } {
  const [kind, ...id] = text.split(':')
  if (!(auditSubjects as readonly string[]).includes(kind!) || id.length === 0)
    throw new InvalidArgumentError(`It must be KIND:ID, the kind one of ${auditSubjects.join(', ')}.`)
  return { kind: kind!, id: id.join(':') }
}

function printedEntry(entry: AuditRecord): Printed {
  return {
    seq: entry.seq,
    at: printedTime(entry.createdAt),
    actor: entry.actor,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject: entry.subject,
    address: entry.address,
    user_agent: entry.userAgent,
    request_id: entry.requestId,
    before: entry.beforeJson === null ? null : JSON.parse(entry.beforeJson),
    after: entry.afterJson === null ? null : JSON.parse(entry.afterJson),
    hash: entry.hash,
  }
}

/** An audit entry in a table, with the values before and after as they are stored. */
function shownEntry(entry: AuditRecord): Printed {
  const subject = `${entry.subjectKind}:${entry.subject}`
  return { ...printedEntry(entry), subject, before: entry.beforeJson, after: entry.afterJson }
}
