// Records as the API presents them: snake_case, times as ISO 8601 in UTC, no internal members. Each is beside its
// schema.
import { z } from 'zod'
import type { AuthorizedApplication } from '../../identity/authorizations/consents.js'
import type { LiveDevice, LiveSession } from '../../identity/devices/where-signed-in.js'
import type { PublicUser } from '../../identity/people/public-user.js'
import { type Answer, count, time, userId } from '../wire/answers.js'

export const userSchema = z
  .object({
    user_id: userId,
    username: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    email: z.string(),
    email_verified: z.boolean().describe('Whether an administrator set the email address.'),
    roles: z.array(z.string()),
    permissions: z.array(z.string()).describe('The permissions of the user and of all roles of the user.'),
    last_login: time.nullable(),
    created_at: time,
  })
  .meta({ id: 'User' })

export function presentUser(user: PublicUser): Answer<typeof userSchema> {
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

export const liveSessionSchema = z
  .object({
    id: z.string(),
    application: z.string().describe('The `client_id` of the application.'),
    device: z.object({ id: z.string(), name: z.string() }).nullable().describe('The device; null if it was deleted.'),
    address: z.string(),
    signed_in_at: time,
    last_seen_at: time,
    ends_at: time.describe('When the session ends unless it is refreshed.'),
    current: z.boolean().describe('Whether it is the session of this request.'),
  })
  .meta({ id: 'LiveSession' })

/** Presents a session. @param sid the session of the request; null with an API key */
export function presentSession(
  { session, device, endsAt }: LiveSession,
  sid: string | null,
): Answer<typeof liveSessionSchema> {
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

export const liveDeviceSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    browser: z.string(),
    platform: z.string(),
    address: z.string().describe('The IP address of the latest sign-in.'),
    first_seen_at: time,
    last_seen_at: time,
    sessions: z
      .array(z.object({ id: z.string(), application: z.string() }))
      .describe('The live sessions; only some of them if there are very many.'),
    current: z.boolean().describe('Whether it is the device of this request.'),
  })
  .meta({ id: 'LiveDevice' })

/** Presents a device. @param sid the session of the request; null with an API key */
export function presentDevice(
  { device, sessions, lastSeenAt }: LiveDevice,
  sid: string | null,
): Answer<typeof liveDeviceSchema> {
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

export const authorizedApplicationSchema = z
  .object({
    client_id: z.string(),
    client_name: z.string(),
    client_uri: z.string().nullable(),
    first_party: z.boolean().describe('Whether the application needs no consent.'),
    since: time.nullable().describe('When the user first consented; null if no consent was needed.'),
    scopes: z.array(z.object({ name: z.string(), resource: z.string().nullable() })),
    sessions: count.describe('The number of its live sessions.'),
    last_used_at: time.nullable().describe('When a live session was last used; null if none is live.'),
  })
  .meta({ id: 'AuthorizedApplication' })

export function presentAuthorizedApplication({
  application,
  since,
  rights,
  sessions,
  lastUsedAt,
}: AuthorizedApplication): Answer<typeof authorizedApplicationSchema> {
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
