// The user's own security events at `/account/events`, from the audit log, the newest first. Of another actor only
// its kind is shown, without name, IP address and device.
import { nameDevice } from '../../../identity/devices/device-name.js'
import type { AuditLog, AuditRecord } from '../../../identity/logs/audit-log.js'
import { browserUserOf, type Context } from '../../handler.js'
import type { Pages } from '../page.js'
import { readSize, readWhole } from '../query.js'

/** The page of events of one's own account in the audit log: one's own actions, and those of others on the account. */
export function createEventPages({ pages, auditLog }: { pages: Pages; auditLog: AuditLog }) {
  return {
    async eventsPage(ctx: Context): Promise<void> {
      const t = pages.translate(ctx)
      const { userId } = browserUserOf(ctx)
      const before = readWhole(ctx, 'before', Number.MAX_SAFE_INTEGER)
      const { results, next } = await auditLog.ofPerson(userId, before, readSize(ctx))
      const events = results.map(entry => presentEvent(entry, userId))
      const data = { title: t('events.title'), lead: t('events.lead'), events, next }
      await pages.show(ctx, 'account/events', data)
    },
  }
}

function presentEvent({ seq, createdAt, action, actor, address, userAgent }: AuditRecord, userId: number) {
  // A wrong password may have been typed by anybody; the user is shown from which address.
  const showsDetails = actor === `user:${userId}` || action === 'sign_in_failed'
  return {
    seq,
    at: createdAt,
    action,
    /** The kind of another actor, not its name; '' for the user's own action. */
    by: showsDetails ? '' : kindOf(actor),
    address: showsDetails ? address : '',
    device: showsDetails && userAgent !== '' ? nameDevice(userAgent).name : '',
  }
}

function kindOf(actor: string): 'administrator' | 'operator' | 'system' {
  if (actor.startsWith('user:')) return 'administrator'
  return actor.startsWith('operator:') ? 'operator' : 'system'
}
