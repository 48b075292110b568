// The rows of a demo, as the server would have written them.

import type { DeviceName } from '../identity/devices/device-name.js'
import { ownApplicationId } from '../policy/application-metadata.js'
import { advanceSpans } from '../policy/rotation.js'
import { usernameKey } from '../policy/username.js'
import type { DeviceRecord } from '../storage/devices.js'
import type { IncidentRecord } from '../storage/incidents.js'
import { passwordGrant, type SessionGrant } from '../storage/session-rows.js'
import type { SessionRecord } from '../storage/sessions.js'
import type { NewUser } from '../storage/users.js'
import { anAttackersAgent, carrier, isApp } from './agents-and-addresses.js'
import { endedBy } from './history.js'
import type { DemoDevice, DemoSession } from './lives.js'
import type { DemoUser } from './plan.js'
import { seededRandom, uuidOf } from './seeded-random.js'

/** Data from the database that the rows depend on. */
export type RowContext = {
  /** The number of the revocation log just before an instant. */
  seqAt: (at: number) => number
  /** The number of the entry that ended all of a user's sessions; 0 where there is none. */
  accountEventSeq: (user: DemoUser) => number
  helper: DemoUser | null
  adminActor: string
  passwordHash: string
  refreshKeyVersion: number
  policyVersion: number
  grace: number
  nameDevice: (userAgent: string) => DeviceName
}

export function userRow(user: DemoUser, { accountEventSeq, passwordHash }: RowContext): NewUser {
  const { accountEvent, sessions, createdAt } = user
  const isDeleted = accountEvent?.what === 'user_deleted'
  const row = {
    id: user.id,
    username: user.username,
    usernameKey: usernameKey(user.username),
    passwordHash,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    active: !isDeleted && accountEvent?.what !== 'user_disabled',
    permissions: [],
    endedSeq: accountEventSeq(user),
    lastLoginAt: sessions.at(-1)?.createdAt ?? null,
    passwordChangedAt: accountEvent?.what === 'password_changed' ? accountEvent.at : createdAt,
    createdAt,
    deletedAt: isDeleted ? accountEvent.at : null,
  }
  const blank = { username: '', usernameKey: null, passwordHash: '', firstName: '', lastName: '', email: '' }
  return isDeleted ? { ...row, ...blank } : row
}

export function deviceRow(user: DemoUser, device: DemoDevice, { nameDevice }: RowContext): DeviceRecord {
  const { id, userAgent, sessions, endedAt } = device
  const isBlank = user.accountEvent?.what === 'user_deleted'
  const named = nameDevice(userAgent)
  const over = endedAt ?? (isBlank ? user.accountEvent!.at : null)
  return {
    id,
    userId: user.id,
    clientDevice: isApp(userAgent) && over === null ? `app-${id.slice(0, 8)}` : null,
    ...named,
    address: sessions.at(-1)!.address,
    firstSeenAt: sessions[0]!.createdAt,
    lastSeenAt: Math.max(...sessions.map(session => session.seenAt)),
    endedAt: over,
    ...(isBlank && { name: '', userAgent: '', address: '' }),
  }
}

export function sessionRow(user: DemoUser, session: DemoSession, context: RowContext): SessionRecord {
  const { id, createdAt, seenAt, refreshes, end } = session
  const generation = 1 + refreshes
  const isKept = user.accountEvent?.keptBy === session
  const atFirst = { generation, rotatedAt: seenAt, windowFrom: 1, windowStartedAt: 0, olderFrom: 1, olderStartedAt: 0 }
  // Rotation state after the last refresh, long after the one before.
  const spans =
    refreshes === 0 ? atFirst : advanceSpans({ ...atFirst, generation: generation - 1 }, seenAt, context.grace)
  const by = end && (end.why === 'user_disabled' || end.why === 'user_deleted' || end.why === 'all_ended')
  return {
    id,
    userId: user.id,
    deviceId: session.device.id,
    applicationId: session.applicationId,
    // A session that an "end all" spares is raised to the number of that entry.
    seq: isKept ? context.accountEventSeq(user) : context.seqAt(createdAt),
    policyVersion: context.policyVersion,
    expiresAt: session.expiresAt,
    refreshKeyVersion: context.refreshKeyVersion,
    rotation: refreshes === 0 ? '' : uuidOf('rotation', id).replaceAll('-', '').slice(0, 24),
    ...spans,
    authenticatedAt: createdAt - 180,
    createdAt,
    lastSeenAt: seenAt,
    address: session.address,
    endedAt: end?.at ?? null,
    endedReason: end?.why ?? null,
    endedBy: end && (by ? context.adminActor : sessionEnder(user, session, context)),
    ...(session.applicationId === ownApplicationId ? passwordGrant : codeGrant),
  }
}

/** The grant of sessions that are opened by codes, and outlive the browser session. */
const codeGrant: SessionGrant = {
  ...passwordGrant,
  grantType: 'authorization_code',
  scope: 'openid profile offline_access',
  offline: true,
}

function sessionEnder(user: DemoUser, session: DemoSession, { helper }: RowContext): string {
  const { why } = session.end!
  return why === 'expired' || why === 'refresh_token_reused' ? 'system' : `user:${endedBy(session, user, helper).id}`
}

/** The reuse of a refresh token that was spent long ago, by an attacker with a copy. */
export function incidentRow(user: DemoUser, session: DemoSession): IncidentRecord {
  const random = seededRandom('incident', session.id)
  return {
    id: uuidOf('incident', session.id),
    sessionId: session.id,
    userId: user.id,
    presentedGeneration: Math.max(1, session.refreshes - 1 - random.below(3)),
    presentGeneration: 1 + session.refreshes,
    address: carrier(random),
    userAgent: random.chance(0.4) ? anAttackersAgent : session.device.userAgent,
    requestId: uuidOf('incident request', session.id),
    createdAt: session.end!.at,
  }
}
