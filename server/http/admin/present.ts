// Records as administrators see them, on top of what everybody sees of their own (me/present.ts).

import type { AuditRecord } from '../../identity/audit-log.js'
import type { IncidentRecord } from '../../identity/incidents.js'
import type { RevocationRecord } from '../../identity/revocation-log.js'
import type { ListedRole } from '../../identity/roles.js'
import type { ListedSession } from '../../identity/sessions.js'
import type { UserRecord } from '../../identity/users.js'
import { presentTime, presentUser } from '../me/present.js'

export function presentAnyUser(user: UserRecord) {
  return { ...presentUser(user), is_active: user.active, own_permissions: user.permissions }
}

export function presentAnySession({ session, username, end, endsAt }: ListedSession) {
  return {
    id: session.id,
    user_id: session.userId,
    username,
    application: session.applicationId,
    device_id: session.deviceId,
    address: session.address,
    signed_in_at: presentTime(session.createdAt),
    last_seen_at: presentTime(session.lastSeenAt),
    ends_at: presentTime(endsAt),
    state: end ?? 'live',
    ended_at: presentTime(session.endedAt),
    ended_reason: session.endedReason,
    ended_by: session.endedBy,
  }
}

export function presentRole({ name, permissions, builtIn, holders }: ListedRole) {
  return { name, permissions, built_in: builtIn, holders }
}

export function presentRevocation(entry: RevocationRecord) {
  return {
    seq: entry.seq,
    kind: entry.kind,
    subject: entry.subject,
    effect: entry.effect,
    except_sid: entry.exceptSid,
    reason: entry.reason,
    actor: entry.actor,
    created_at: presentTime(entry.createdAt),
    expires_at: presentTime(entry.expiresAt),
  }
}

export function presentAuditEntry(entry: AuditRecord) {
  return {
    seq: entry.seq,
    at: presentTime(entry.createdAt),
    actor: entry.actor,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject: entry.subject,
    address: entry.address,
    user_agent: entry.userAgent,
    request_id: entry.requestId,
    before: entry.beforeJson === null ? null : JSON.parse(entry.beforeJson),
    after: entry.afterJson === null ? null : JSON.parse(entry.afterJson),
    hash: entry.hash,
  }
}

export function presentIncident(incident: IncidentRecord) {
  return {
    id: incident.id,
    session_id: incident.sessionId,
    user_id: incident.userId,
    presented_generation: incident.presentedGeneration,
    present_generation: incident.presentGeneration,
    address: incident.address,
    user_agent: incident.userAgent,
    request_id: incident.requestId,
    at: presentTime(incident.createdAt),
  }
}
