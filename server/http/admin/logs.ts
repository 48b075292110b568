// The revocation log, the audit log, and incidents.
import type { AuditLog } from '../../identity/logs/audit-log.js'
import type { Incidents } from '../../identity/logs/incidents.js'
import type { RevocationLog } from '../../identity/logs/revocation-log.js'
import { type Context, personOf } from '../handler.js'
import { jsonOf } from '../lists/columns.js'
import { readAsked } from '../lists/filters.js'
import { auditColumns, incidentColumns, incidentFilters, revocationColumns } from '../lists/logs.js'
import { readFields } from '../wire/fields.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { readAuditFilter, readRevocationFilter } from './filters.js'
import { answerRows, readPage } from './paging.js'

export type AdminLogsDeps = { revocationLog: RevocationLog; auditLog: AuditLog; incidents: Incidents }

export function createAdminLogHandlers({ revocationLog, auditLog, incidents }: AdminLogsDeps) {
  return {
    async listRevocations(ctx: Context): Promise<void> {
      const filter = readRevocationFilter(ctx)
      const found = await revocationLog.page(filter, readPage(ctx))
      await answerRows(ctx, found, revocationColumns, () => revocationLog.count(filter))
    },

    async addRevocation(ctx: Context): Promise<void> {
      const { kind, subject, effect, reason } = readFields(ctx, {
        kind: { trim: true },
        subject: { required: false, blank: true },
        effect: { required: false, trim: true },
        reason: { required: false, blank: true, maxLength: 255 },
      })
      const wanted = { kind, subject: subject ?? '', effect: effect ?? 'end', why: reason ?? '' }
      ctx.body = jsonOf(revocationColumns, await revocationLog.add(wanted, personOf(ctx).actor))
      ctx.status = 201
    },

    async listAudit(ctx: Context): Promise<void> {
      const filter = readAuditFilter(ctx)
      if (wantsCsv(ctx)) return answerCsv(ctx, 'audit', auditColumns, auditLog.every(filter), readCsvChoice(ctx))
      await answerRows(ctx, await auditLog.page(filter, readPage(ctx)), auditColumns, () => auditLog.count(filter))
    },

    async verifyAudit(ctx: Context): Promise<void> {
      const { checked, head, broken } = await auditLog.verify()
      ctx.body = { checked, head, intact: broken === null, first_broken: broken }
    },

    async listIncidents(ctx: Context): Promise<void> {
      const filter = readAsked(ctx, incidentFilters)
      await answerRows(ctx, await incidents.page(filter, readPage(ctx)), incidentColumns, () => incidents.count(filter))
    },
  }
}
