import type { AuditLog, AuditRecord } from '../../../identity/audit-log.js'
import { nameDevice } from '../../../identity/device-name.js'
import { type Context, visitorOf } from '../../handler.js'
import type { Pages } from '../page.js'
import { readSize, readWhole } from '../query.js'

/** How often a page reads on, where most of what is found does not belong on it. */
const mostReads = 5

/** What happened to my account, as the audit log has it: what I did, and what others did to me. */
export function createEventPages({ pages, auditLog }: { pages: Pages; auditLog: AuditLog }) {
  /** One page, newest first. What an administrator did to others lies in between, and is passed over. */
  async function read(userId: number, before: number, limit: number) {
    const shown: AuditRecord[] = []
    let next: number | null = before
    for (let reads = 0; reads < mostReads && next !== null && shown.length < limit; reads++) {
      const { found, last } = await readFrom(userId, next, limit)
      const own = found.filter(entry => concerns(entry, userId)).slice(0, limit - shown.length)
      shown.push(...own)
      next = shown.length === limit ? own.at(-1)!.seq : last
    }
    return { shown, next }
  }

  async function readFrom(userId: number, before: number, limit: number) {
    const [about, by] = await Promise.all([
      auditLog.search({ before, limit, subject: { kind: 'user', id: String(userId) } }),
      auditLog.search({ before, limit, actor: `user:${userId}` }),
    ])
    const entries = [...new Map([...about, ...by].map(entry => [entry.seq, entry])).values()]
    const found = entries.sort((a, b) => b.seq - a.seq).slice(0, limit)
    return { found, last: about.length === limit || by.length === limit ? (found.at(-1)?.seq ?? null) : null }
  }

  return {
    async eventsPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { userId } = visitorOf(ctx)
      const limit = readSize(ctx)
      const { shown, next } = await read(userId, readWhole(ctx, 'before', Number.MAX_SAFE_INTEGER), limit)
      const events = shown.map(entry => presentEvent(entry, userId))
      const data = { title: t('events.title'), lead: t('events.lead'), events, next }
      await pages.show(ctx, 'account/events', data)
    },
  }
}

/** What an administrator does to others stands in the audit log, not here. */
function concerns({ subjectKind, subject, beforeJson }: AuditRecord, userId: number): boolean {
  if (subjectKind === 'user') return subject === String(userId)
  if (subjectKind !== 'device' && subjectKind !== 'session') return false
  return (JSON.parse(beforeJson ?? '{}') as { user?: unknown }).user === userId
}

function presentEvent({ seq, createdAt, action, actor, address, userAgent }: AuditRecord, userId: number) {
  // Whoever tried a wrong password may have been anybody; from where is the person's to know.
  const told = actor === `user:${userId}` || action === 'sign_in_failed'
  return {
    seq,
    at: createdAt,
    action,
    /** Whoever else it was, '' for the person; nobody is named. */
    by: told ? '' : kindOf(actor),
    address: told ? address : '',
    device: told && userAgent !== '' ? nameDevice(userAgent).name : '',
  }
}

function kindOf(actor: string): 'administrator' | 'operator' | 'system' {
  if (actor.startsWith('user:')) return 'administrator'
  return actor.startsWith('operator:') ? 'operator' : 'system'
}
