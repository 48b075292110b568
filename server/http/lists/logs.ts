// The lists of the audit log, of revocations, and of incidents.
import { z } from 'zod'
import type { AuditFilter, AuditRecord } from '../../identity/logs/audit-log.js'
import type { IncidentFilter, IncidentInList } from '../../identity/logs/incidents.js'
import type { RevocationFilter, RevocationRecord } from '../../identity/logs/revocation-log.js'
import { auditActions } from '../../policy/audit.js'
import { triggers } from '../../policy/revocation.js'
import { revocationKinds } from '../../protocol/log/revocation.js'
import { presentTime } from '../me/present.js'
import { time, userId } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
import type { Fields } from './filters.js'

/** Filters of the audit log. Callers read the subject themselves: the API by kind and id, pages also by name. */
export const auditFilters: Fields<AuditFilter> = {
  user: { as: 'userId', is: 'user', page: null },
  actor: { as: 'actor', is: 'actor' },
  action: { as: 'action', is: 'word', of: Object.keys(auditActions) },
  address: { as: 'address', is: 'text' },
  since: { as: 'since', is: 'from', page: 'from' },
  until: { as: 'until', is: 'until', page: 'to' },
}

const seq = z.int().min(0)

export const auditEntrySchema = z
  .object({
    seq: seq.describe('The number of the entry in the chain.'),
    at: time,
    actor: z.string().describe('The actor, such as `user:7`, `system` or `command-line`.'),
    action: z.string(),
    subject_kind: z.string(),
    subject: z.string().describe('The id or name of the subject.'),
    address: z.string(),
    user_agent: z.string(),
    request_id: z.string(),
    before: z.unknown().describe('The former values of what was changed.'),
    after: z.unknown().describe('The new values of what was changed.'),
    hash: z.string().describe('The hash of this entry and of the previous hash; a changed entry breaks the chain.'),
  })
  .meta({ id: 'AuditEntry' })

export const auditColumns: ColumnsBy<AuditRecord, typeof auditEntrySchema> = {
  seq: entry => entry.seq,
  at: { at: entry => entry.createdAt },
  actor: entry => entry.actor,
  action: entry => entry.action,
  subject_kind: entry => entry.subjectKind,
  subject: entry => entry.subject,
  address: entry => entry.address,
  user_agent: entry => entry.userAgent,
  request_id: entry => entry.requestId,
  before: { text: entry => entry.beforeJson },
  after: { text: entry => entry.afterJson },
  hash: entry => entry.hash,
}

export const revocationFilters: Fields<RevocationFilter> = {
  kind: { as: 'kind', is: 'choice', of: revocationKinds },
  subject: { as: 'subject', is: 'text' },
  actor: { as: 'actor', is: 'actor' },
  reason: { as: 'reason', is: 'word', of: Object.keys(triggers), page: 'cause' },
}

export const revocationSchema = z
  .object({
    seq: seq.describe('The number of the entry in the log.'),
    kind: z.enum(revocationKinds),
    subject: z.string().describe('The id or name of the subject; empty for all users.'),
    effect: z
      .enum(['end', 'refresh'])
      .describe(
        '`end`: the session or token ends; `refresh`: access tokens become stale, and a refresh issues a new one.',
      ),
    except_sid: z.string().nullable().describe('The session that the entry excludes.'),
    reason: z.string().describe('The event that caused the revocation.'),
    actor: z.string(),
    created_at: time,
    expires_at: time.describe('When every token that the entry refuses has expired.'),
    enforced_at: time
      .nullable()
      .describe('When all connected resource servers had applied the entry; null if unknown.'),
    enforced_verifiers: z.int().min(0).nullable().describe('The number of those resource servers.'),
  })
  .meta({ id: 'Revocation' })

export const revocationColumns: ColumnsBy<RevocationRecord, typeof revocationSchema> = {
  seq: entry => entry.seq,
  kind: entry => entry.kind,
  subject: entry => entry.subject,
  effect: entry => entry.effect,
  except_sid: entry => entry.exceptSid,
  reason: entry => entry.reason,
  actor: entry => entry.actor,
  created_at: { at: entry => entry.createdAt },
  expires_at: { at: entry => entry.expiresAt },
  enforced_at: { at: entry => entry.enforcedAt ?? null },
  enforced_verifiers: entry => entry.enforcedVerifiers ?? null,
}

export const incidentFilters: Fields<IncidentFilter> = {
  user: { as: 'userId', is: 'user' },
  session: { as: 'sessionId', is: 'text' },
  since: { as: 'since', is: 'from', page: 'from' },
  until: { as: 'until', is: 'until', page: 'to' },
}

/** A reused refresh token: the client that sent it, beside the one that had rotated it. */
export const incidentSchema = z
  .object({
    id: z.string(),
    session_id: z.string(),
    user_id: userId,
    username: z.string(),
    presented_generation: z.int().describe('The generation of the refresh token that was reused.'),
    present_generation: z.int().describe('The generation that the session had at that time.'),
    address: z.string(),
    user_agent: z.string(),
    request_id: z.string(),
    at: time,
    session: z
      .object({
        address: z.string(),
        signed_in_at: time,
        last_seen_at: time,
        device: z.object({ id: z.string(), name: z.string(), user_agent: z.string() }).nullable(),
      })
      .nullable()
      .describe('The session and the device of the client that had rotated the token; null if they were deleted.'),
  })
  .meta({ id: 'Incident' })

export const incidentColumns: ColumnsBy<IncidentInList, typeof incidentSchema> = {
  id: ({ incident }) => incident.id,
  session_id: ({ incident }) => incident.sessionId,
  user_id: ({ incident }) => incident.userId,
  username: ({ username }) => username,
  presented_generation: ({ incident }) => incident.presentedGeneration,
  present_generation: ({ incident }) => incident.presentGeneration,
  address: ({ incident }) => incident.address,
  user_agent: ({ incident }) => incident.userAgent,
  request_id: ({ incident }) => incident.requestId,
  at: { at: ({ incident }) => incident.createdAt },
  session: {
    members: ({ session, device }) =>
      session && {
        address: session.address,
        signed_in_at: presentTime(session.createdAt),
        last_seen_at: presentTime(session.lastSeenAt),
        device: device && { id: device.id, name: device.name, user_agent: device.userAgent },
      },
  },
}
