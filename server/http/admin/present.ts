// Records as administrators see them, on top of what everybody sees of their own (me/present.ts).

import type { DeviceInList } from '../../identity/devices/device-list.js'
import type { PublicSession } from '../../identity/devices/public-session.js'
import type { SessionInList } from '../../identity/devices/session-list.js'
import type { ListedSession } from '../../identity/devices/sessions.js'
import type { AuditRecord } from '../../identity/logs/audit-log.js'
import type { IncidentInList } from '../../identity/logs/incidents.js'
import type { RevocationRecord } from '../../identity/logs/revocation-log.js'
import type { PublicUser } from '../../identity/people/public-user.js'
import type { ListedRole } from '../../identity/people/roles.js'
import type { UserInList } from '../../identity/people/user-list.js'
import { presentTime, presentUser } from '../me/present.js'

export function presentAnyUser(user: PublicUser) {
  return { ...presentUser(user), is_active: user.active, own_permissions: user.permissions }
}

export function presentListedUser({ user, state, liveSessions }: UserInList) {
  return { ...presentAnyUser(user), state, live_sessions: liveSessions }
}

export function presentAnyDevice({ device, username, state, liveSessions }: DeviceInList) {
  return {
    id: device.id,
    user_id: device.userId,
    username,
    name: device.name,
    browser: device.browser,
    platform: device.platform,
    address: device.address,
    first_seen_at: presentTime(device.firstSeenAt),
    last_seen_at: presentTime(device.lastSeenAt),
    state,
    ended_at: presentTime(device.endedAt),
    live_sessions: liveSessions,
  }
}

export function presentListedSession({ session, username, device, state, endsAt, endedByUsername }: SessionInList) {
  return {
    ...presentAnySession(session, username, state, endsAt),
    ...{ device: device && { id: device.id, name: device.name }, ended_by_username: endedByUsername },
  }
}

export function presentSessionOf({ session, username, end, endsAt }: ListedSession) {
  return presentAnySession(session, username, end ?? 'live', endsAt)
}

function presentAnySession(session: PublicSession, username: string, state: string, endsAt: number) {
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
    state,
    ended_at: presentTime(session.endedAt),
    ended_reason: session.endedReason,
    ended_by: session.endedBy,
  }
}

export function presentRole({ name, permissions, builtIn, holders }: ListedRole) {
  return { name, permissions, built_in: builtIn, holders: holders.count, more_holders: holders.more }
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

/** Both presenters side by side: who came with the spent token, and who had moved on. */
export function presentIncident({ incident, username, session, device }: IncidentInList) {
  return {
    id: incident.id,
    session_id: incident.sessionId,
    user_id: incident.userId,
    username,
    presented_generation: incident.presentedGeneration,
    present_generation: incident.presentGeneration,
    address: incident.address,
    user_agent: incident.userAgent,
    request_id: incident.requestId,
    at: presentTime(incident.createdAt),
    session: session && {
      address: session.address,
      signed_in_at: presentTime(session.createdAt),
      last_seen_at: presentTime(session.lastSeenAt),
      device: device && { id: device.id, name: device.name, user_agent: device.userAgent },
    },
  }
}
