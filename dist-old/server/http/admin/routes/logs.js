// The revocation log, the audit log, and incidents.
import { z } from 'zod';
import { manualTriggers } from '../../../policy/manual-revocation.js';
import { may, mayIfRecent } from '../../kinds/permission.js';
import { auditEntrySchema, auditFilters, incidentFilters, incidentSchema, revocationFilters, revocationSchema, } from '../../lists/logs.js';
import { get, post } from '../../route.js';
import { count, pageOf } from '../../wire/answers.js';
import { asFile } from '../csv.js';
import { auditSubject } from '../filters.js';
import { paging } from '../paging.js';
const chainSchema = z
    .object({
    checked: count.describe('How many entries.'),
    head: z.object({ seq: z.int().min(0), hash: z.string() }).describe('The last one.'),
    intact: z.boolean(),
    first_broken: z
        .object({ seq: z.int(), what: z.enum(['changed', 'removed', 'inserted']) })
        .nullable()
        .describe('The first entry that is not as it was written.'),
})
    .meta({ id: 'AuditChain' });
export const logRoutes = {
    listRevocations: get('/api/admin/revocations', may('darvoza:revocations:read'), 'The revocation log, newest first', {
        query: { ...revocationFilters, ...paging },
        answers: { 200: pageOf(revocationSchema) },
    }),
    addRevocation: post('/api/admin/revocations', mayIfRecent('darvoza:revocations:write'), 'Write a revocation by hand', {
        body: {
            kind: { trim: true, of: Object.keys(manualTriggers) },
            subject: { required: false, blank: true, about: 'An id or a name; empty where it is about everybody.' },
            effect: { required: false, trim: true, of: ['end', 'refresh'], about: '`end` where it is not said.' },
            reason: { required: false, blank: true, maxLength: 255, about: 'For the audit log.' },
        },
        answers: { 201: revocationSchema },
        waits: true,
    }),
    listAudit: get('/api/admin/audit', may('darvoza:audit:read'), 'The audit log, newest first', {
        query: { ...auditFilters, ...auditSubject, ...paging, ...asFile },
        answers: { 200: pageOf(auditEntrySchema) },
        file: true,
    }),
    verifyAudit: get('/api/admin/audit/verify', may('darvoza:audit:read'), 'Does the chain of the audit log hold?', {
        answers: { 200: chainSchema },
    }),
    listIncidents: get('/api/admin/incidents', may('darvoza:audit:read'), 'Refresh tokens that were used again, newest first', { query: { ...incidentFilters, ...paging }, answers: { 200: pageOf(incidentSchema) } }),
};
//# sourceMappingURL=logs.js.map