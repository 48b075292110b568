// The audit log for administrators: list, one entry, CSV file, and a check of its hash chain.
import { Readable } from 'node:stream'
import type { AuditFilter, AuditLog, AuditRecord, ChainCheck } from '../../../identity/logs/audit-log.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { auditActions, auditSubjects } from '../../../policy/audit.js'
import { refuse } from '../../../protocol/errors.js'
import { answerCsv } from '../../admin/csv.js'
import type { Context } from '../../handler.js'
import { jsonOf, pageOf } from '../../lists/columns.js'
import { readTyped } from '../../lists/filters.js'
import { auditColumns, auditFilters } from '../../lists/logs.js'
import type { FileChoice } from '../files.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readChoice, readText } from '../query.js'
import type { Translate } from '../texts.js'
import { changesOf, namedIn, subjectText } from './audit-words.js'
import { isFiltered, readCounted } from './lists.js'
import { createPeople, findPerson, isActorUnknown, type Named, type Shown, type Which } from './people.js'

export type AuditPagesDeps = {
  pages: Pages
  files: FileChoice
  auditLog: AuditLog
  users: Users
  userList: UserList
} & Parameters<typeof createPeople>[0]

export function createAuditPages({ pages, files, auditLog, users, userList, names }: AuditPagesDeps) {
  const named = createPeople({ names })
  /** The check of the chain that is running: it reads the whole log, so all callers share it. */
  let checking: Promise<ChainCheck> | null = null

  async function readFilter(ctx: Context, which: Which[] = []): Promise<AuditFilter> {
    const finder = { users, userList, frame: pages.frameOf(ctx), which }
    const id = readText(ctx, 'subject')
    const chosen = readChoice(ctx, 'kind', ['', ...auditSubjects])
    const kind = chosen || (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? 'session' : 'user')
    return {
      ...(await readTyped(ctx, auditFilters, finder)),
      // For a user, entries about their sessions and devices are found, too.
      userId: id && kind === 'user' ? await findPerson('subject', id, finder) : undefined,
      subject: id && kind !== 'user' ? { kind, id } : undefined,
    }
  }

  async function present(ctx: Context, entries: readonly AuditRecord[]) {
    const frame = pages.frameOf(ctx)
    const people = await named(
      frame,
      entries.map(entry => entry.actor),
      entries.flatMap(entry => [{ kind: entry.subjectKind, id: entry.subject }, ...namedIn(entry)]),
    )
    return entries.map(entry => presentEntry(entry, people, frame))
  }

  return {
    async auditPage(ctx: Context): Promise<void> {
      const frame = pages.frameOf(ctx)
      const { t, url, query } = frame
      const file = (more: Record<string, string>) =>
        url('/admin/audit/export', { ...query, after: null, size: null, row: null, format: 'csv', ...more })
      const which: Which[] = []
      const filter = await readFilter(ctx, which)
      const { results, next, partial, counted } = await readCounted(
        ctx,
        page => auditLog.page(filter, page),
        () => auditLog.count(filter),
      )
      await pages.show(ctx, 'admin/audit', {
        title: t('nav.audit'),
        lead: t('auditLog.lead'),
        entries: await present(ctx, results),
        files: [...files.links(ctx, frame, file, t('auditLog.csv')), jsonLines(file({ format: 'jsonl' }), t)],
        next,
        partial,
        counted,
        which,
        actions_: Object.keys(auditActions),
        subjects: auditSubjects,
        filtered: isFiltered(filter),
      })
    },

    async auditEntryPage(ctx: Context): Promise<void> {
      const seq = /^[1-9]\d{0,14}$/.test(ctx.params.seq!) ? Number(ctx.params.seq) : 0
      const [entry] = await auditLog.search({ before: seq + 1, limit: 1 })
      if (!entry || entry.seq !== seq) throw refuse('not_found')
      const { t, format } = pages.frameOf(ctx)
      const [shown] = await present(ctx, [entry])
      await pages.show(ctx, 'admin/audit-entry', {
        title: t('auditLog.entry', { number: format.number(seq) }),
        crumbs: [{ label: t('nav.audit'), href: '/admin/audit' }],
        entry: shown,
      })
    },

    /** The CSV file of all entries that the filter finds, streamed, so that a log of any length takes little memory. */
    async auditFile(ctx: Context): Promise<void> {
      const format = readChoice(ctx, 'format', ['csv', 'jsonl'])
      const entries = auditLog.every(await readFilter(ctx))
      if (format === 'csv') return answerCsv(ctx, 'audit', auditColumns, entries, files.take(ctx, pages.frameOf(ctx)))
      ctx.attachment(`audit.${format}`)
      ctx.type = 'application/jsonl; charset=utf-8'
      ctx.body = Readable.from(asLines(entries), { objectMode: false })
    },

    async checkAudit(ctx: Context): Promise<void> {
      const { t, format } = pages.frameOf(ctx)
      checking ??= auditLog.verify().finally(() => {
        checking = null
      })
      const { checked, head, broken } = await checking
      const seq = format.number(broken?.seq ?? head.seq)
      const text = broken
        ? t(`chain.${broken.what}`, { seq, before: format.number(checked) })
        : t('chain.holds', { seq, count: checked, checked: format.number(checked) })
      await pages.flash(ctx, { tone: broken ? 'bad' : 'good', text })
      pages.go(ctx, '/admin/audit')
    },
  }
}

const jsonLines = (href: string, t: Translate) => ({ label: t('auditLog.lines'), icon: 'download', href })

async function* asLines(entries: AsyncIterable<AuditRecord>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(jsonOf(auditColumns, entry))}\n`
}

/** The text of an action; one that an older version wrote is shown as it is. */
export function actionOf(action: string, { t }: Frame): string {
  return Object.hasOwn(auditActions, action) ? t(`audit.${action}`) : action
}

function presentEntry(entry: AuditRecord, people: Named, frame: Frame) {
  const { action, actor } = entry
  return {
    ...pageOf(auditColumns, entry),
    action: actionOf(action, frame),
    actor: isActorUnknown(action, actor) ? frame.t('logs.unknown') : people.actor(actor),
    subject: subjectShown(entry, people, frame),
    changes: changesOf(entry, frame, people),
  }
}

function subjectShown(entry: AuditRecord, people: Named, frame: Frame): Shown {
  const { subjectKind, subject } = entry
  if (subjectKind === 'user') return people.user(subject)
  if (subjectKind === 'session') return people.session(subject)
  if (subjectKind === 'device') return people.device(subject)
  return subject.length > 24 ? { is: 'code', text: subject, short: 12 } : subjectText(entry, frame)
}
