// The revocation log, the audit log, and incidents.
import { z } from 'zod'
import { manualTriggers } from '../../../policy/manual-revocation.js'
import { may, mayIfRecent } from '../../kinds/permission.js'
import {
  auditEntrySchema,
  auditFilters,
  incidentFilters,
  incidentSchema,
  revocationFilters,
  revocationSchema,
} from '../../lists/logs.js'
import { get, post } from '../../route.js'
import { count, pageOf } from '../../wire/answers.js'
import { asFile } from '../csv.js'
import { auditSubject } from '../filters.js'
import { paging } from '../paging.js'

const chainSchema = z
  .object({
    checked: count.describe('The number of verified entries.'),
    head: z.object({ seq: z.int().min(0), hash: z.string() }).describe('The last entry of the chain.'),
    intact: z.boolean(),
    first_broken: z
      .object({ seq: z.int(), what: z.enum(['changed', 'removed', 'inserted']) })
      .nullable()
      .describe('The first entry whose hash does not match; null if the chain is intact.'),
  })
  .meta({ id: 'AuditChain' })

export const logRoutes = {
  listRevocations: get(
    '/api/admin/revocations',
    may('darvoza:revocations:read'),
    'List the entries of the revocation log, newest first',
    {
      query: { ...revocationFilters, ...paging },
      answers: { 200: pageOf(revocationSchema) },
    },
  ),
  addRevocation: post(
    '/api/admin/revocations',
    mayIfRecent('darvoza:revocations:write'),
    'Add an entry to the revocation log by hand',
    {
      body: {
        kind: { trim: true, of: Object.keys(manualTriggers) },
        subject: { required: false, blank: true, about: 'The id or name of the subject; empty for all users.' },
        effect: { required: false, trim: true, of: ['end', 'refresh'], about: 'Default: `end`.' },
        reason: { required: false, blank: true, maxLength: 255, about: 'A reason, which is written to the audit log.' },
      },
      answers: { 201: revocationSchema },
      waits: true,
    },
  ),
  listAudit: get('/api/admin/audit', may('darvoza:audit:read'), 'List the entries of the audit log, newest first', {
    query: { ...auditFilters, ...auditSubject, ...paging, ...asFile },
    answers: { 200: pageOf(auditEntrySchema) },
    file: true,
  }),
  verifyAudit: get('/api/admin/audit/verify', may('darvoza:audit:read'), 'Verify the hash chain of the audit log', {
    answers: { 200: chainSchema },
  }),
  listIncidents: get('/api/admin/incidents', may('darvoza:audit:read'), 'List reuses of refresh tokens, newest first', {
    query: { ...incidentFilters, ...paging },
    answers: { 200: pageOf(incidentSchema) },
  }),
} as const
