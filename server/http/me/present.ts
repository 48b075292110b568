// Records as the API shows them: snake_case, times as ISO 8601 in UTC, nothing internal.

import type { LetIn } from '../../identity/authorizations/consents.js'
import type { LiveDevice, LiveSession } from '../../identity/devices/where-signed-in.js'
import type { PublicUser } from '../../identity/people/public-user.js'

export function presentUser(user: PublicUser) {
  return {
    user_id: user.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    email_verified: user.emailVerified,
    roles: user.roles,
    permissions: user.allPermissions,
    last_login: presentTime(user.lastLoginAt),
    created_at: presentTime(user.createdAt),
  }
}

/** @param sid the session that asks; null where a key does */
export function presentSession({ session, device, endsAt }: LiveSession, sid: string | null) {
  return {
    id: session.id,
    application: session.applicationId,
    device: device && { id: device.id, name: device.name },
    address: session.address,
    signed_in_at: presentTime(session.createdAt),
    last_seen_at: presentTime(session.lastSeenAt),
    ends_at: presentTime(endsAt),
    current: session.id === sid,
  }
}

/** @param sid the session that asks; null where a key does */
export function presentDevice({ device, sessions, lastSeenAt }: LiveDevice, sid: string | null) {
  return {
    id: device.id,
    name: device.name,
    browser: device.browser,
    platform: device.platform,
    address: device.address,
    first_seen_at: presentTime(device.firstSeenAt),
    last_seen_at: presentTime(lastSeenAt),
    sessions: sessions.map(session => ({ id: session.id, application: session.applicationId })),
    current: sessions.some(session => session.id === sid),
  }
}

export function presentLetIn({ application, since, rights, sessions, lastUsedAt }: LetIn) {
  return {
    client_id: application.id,
    client_name: application.name,
    client_uri: application.metadata.client_uri ?? null,
    first_party: application.metadata.first_party === true,
    since: presentTime(since),
    scopes: rights.flatMap(({ resource, scopes }) =>
      scopes.map(({ name }) => ({ name, resource: resource === '' ? null : resource })),
    ),
    sessions,
    last_used_at: presentTime(lastUsedAt),
  }
}

export function presentTime(epochMs: number): string
export function presentTime(epochMs: number | null): string | null
export function presentTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString()
}
