// The lists of what happened: audit entries, revocations, incidents.
import type { AuditFilter, AuditRecord } from '../../identity/logs/audit-log.js'
import type { IncidentFilter, IncidentInList } from '../../identity/logs/incidents.js'
import type { RevocationFilter, RevocationRecord } from '../../identity/logs/revocation-log.js'
import { auditActions } from '../../policy/audit.js'
import { triggers } from '../../policy/revocation.js'
import { revocationKinds } from '../../protocol/log/revocation.js'
import { presentTime } from '../me/present.js'
import type { Columns } from './columns.js'
import type { Fields } from './filters.js'

/** What an entry is about is read by whoever shows the list: programs name a kind and an id, people what they know. */
export const auditFilters: Fields<AuditFilter> = {
  user: { as: 'userId', is: 'user', page: null },
  actor: { as: 'actor', is: 'actor' },
  action: { as: 'action', is: 'word', of: Object.keys(auditActions) },
  address: { as: 'address', is: 'text' },
  since: { as: 'since', is: 'from', page: 'from' },
  until: { as: 'until', is: 'until', page: 'to' },
}

export const auditColumns: Columns<AuditRecord> = {
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

export const revocationColumns: Columns<RevocationRecord> = {
  seq: entry => entry.seq,
  kind: entry => entry.kind,
  subject: entry => entry.subject,
  effect: entry => entry.effect,
  except_sid: entry => entry.exceptSid,
  reason: entry => entry.reason,
  actor: entry => entry.actor,
  created_at: { at: entry => entry.createdAt },
  expires_at: { at: entry => entry.expiresAt },
}

export const incidentFilters: Fields<IncidentFilter> = {
  user: { as: 'userId', is: 'user' },
  session: { as: 'sessionId', is: 'text' },
  since: { as: 'since', is: 'from', page: 'from' },
  until: { as: 'until', is: 'until', page: 'to' },
}

/** Both presenters side by side: who came with the spent token, and who had moved on. */
export const incidentColumns: Columns<IncidentInList> = {
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
