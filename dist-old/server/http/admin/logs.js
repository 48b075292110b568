import { personOf } from '../handler.js';
import { jsonBy } from '../lists/columns.js';
import { readAsked } from '../lists/filters.js';
import { auditColumns, incidentColumns, incidentFilters, revocationColumns, revocationSchema } from '../lists/logs.js';
import { answer } from '../wire/answers.js';
import { readBody } from '../wire/fields.js';
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js';
import { readAuditFilter, readRevocationFilter } from './filters.js';
import { answerRows, readPage } from './paging.js';
import { logRoutes as routes } from './routes/logs.js';
export function createAdminLogHandlers({ revocationLog, auditLog, incidents }) {
    return {
        async listRevocations(ctx) {
            const filter = readRevocationFilter(ctx);
            const found = await revocationLog.page(filter, readPage(ctx));
            await answerRows(ctx, found, revocationColumns, () => revocationLog.count(filter));
        },
        async addRevocation(ctx) {
            const { kind, subject, effect, reason } = readBody(ctx, routes.addRevocation);
            const wanted = { kind, subject: subject ?? '', effect: effect ?? 'end', why: reason ?? '' };
            const added = await revocationLog.add(wanted, personOf(ctx).actor);
            answer(ctx, routes.addRevocation, jsonBy(revocationSchema, revocationColumns, added));
        },
        async listAudit(ctx) {
            const filter = readAuditFilter(ctx);
            if (wantsCsv(ctx))
                return answerCsv(ctx, 'audit', auditColumns, auditLog.every(filter), readCsvChoice(ctx));
            await answerRows(ctx, await auditLog.page(filter, readPage(ctx)), auditColumns, () => auditLog.count(filter));
        },
        async verifyAudit(ctx) {
            const { checked, head, broken } = await auditLog.verify();
            answer(ctx, routes.verifyAudit, { checked, head, intact: broken === null, first_broken: broken });
        },
        async listIncidents(ctx) {
            const filter = readAsked(ctx, incidentFilters);
            await answerRows(ctx, await incidents.page(filter, readPage(ctx)), incidentColumns, () => incidents.count(filter));
        },
    };
}
//# sourceMappingURL=logs.js.map