// The revocation log, the audit log, and incidents.
import type { AuditLog } from '../../identity/audit-log.js'
import type { Incidents } from '../../identity/incidents.js'
import type { RevocationLog } from '../../identity/revocation-log.js'
import { type Context, personOf } from '../handler.js'
import { readFields } from '../wire/fields.js'
import { readLimit, readNumber, readQuery, readTime } from './paging.js'
import { presentAuditEntry, presentIncident, presentRevocation } from './present.js'

export type AdminLogsDeps = { revocationLog: RevocationLog; auditLog: AuditLog; incidents: Incidents }

/** Lists with the newest first go on before the last one's number. */
const nextOf = <R extends { seq: number }>(found: R[], limit: number) =>
  found.length < limit ? null : found.at(-1)!.seq

export function createAdminLogHandlers({ revocationLog, auditLog, incidents }: AdminLogsDeps) {
  return {
    async listRevocations(ctx: Context): Promise<void> {
      const page = { limit: readLimit(ctx), before: readNumber(ctx, 'before', Number.MAX_SAFE_INTEGER) }
      const found = await revocationLog.list(page)
      ctx.body = { results: found.map(presentRevocation), next: nextOf(found, page.limit) }
    },

    async addRevocation(ctx: Context): Promise<void> {
      const { kind, subject, effect, reason } = readFields(ctx, {
        kind: { trim: true },
        subject: { required: false, blank: true },
        effect: { required: false, trim: true },
        reason: { required: false, blank: true, maxLength: 255 },
      })
      const wanted = { kind, subject: subject ?? '', effect: effect ?? 'end', why: reason ?? '' }
      ctx.body = presentRevocation(await revocationLog.add(wanted, personOf(ctx).actor))
      ctx.status = 201
    },

    async listAudit(ctx: Context): Promise<void> {
      const [actor, action, kind, subject] = ['actor', 'action', 'subject_kind', 'subject'].map(name =>
        readQuery(ctx, name),
      )
      const [since, until] = [readTime(ctx, 'since'), readTime(ctx, 'until')]
      const page = { limit: readLimit(ctx), before: readNumber(ctx, 'before', Number.MAX_SAFE_INTEGER) }
      const found = await auditLog.search({
        ...page,
        ...(actor && { actor }),
        ...(action && { action }),
        ...(kind && subject && { subject: { kind, id: subject } }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
      })
      ctx.body = { results: found.map(presentAuditEntry), next: nextOf(found, page.limit) }
    },

    async verifyAudit(ctx: Context): Promise<void> {
      const { checked, head, broken } = await auditLog.verify()
      ctx.body = { checked, head, intact: broken === null, first_broken: broken }
    },

    async listIncidents(ctx: Context): Promise<void> {
      const limit = readLimit(ctx)
      const found = await incidents.list({ limit, before: readNumber(ctx, 'before', Number.MAX_SAFE_INTEGER) })
      ctx.body = {
        results: found.map(presentIncident),
        next: found.length < limit ? null : found.at(-1)!.createdAt,
      }
    },
  }
}
