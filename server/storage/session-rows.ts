// A session as code has it, and as rows hold it.
import type { RotationSpans } from '../policy/rotation.js'
import type { SessionLife } from '../policy/session.js'
import type { Value } from './database.js'

export type GrantType = 'password' | 'authorization_code' | 'device_code'

/** What a session was opened by, and what its application may have. */
export type SessionGrant = {
  grantType: GrantType
  /** What was granted, words with a space between; empty for our own application. */
  scope: string
  /** The identifiers of the resource servers that were named. */
  resources: readonly string[]
  /** The browser session that a code was given through. */
  browserSid: string | null
  /** It outlives its browser session. */
  offline: boolean
  /** The thumbprint of the key that its tokens are bound to. */
  dpopJkt: string | null
  /** Whether it has a refresh token: a browser holds its session by a cookie. */
  refreshable: boolean
}

/** What a password opens for our own application. */
export const passwordGrant: SessionGrant = {
  grantType: 'password',
  scope: '',
  resources: [],
  browserSid: null,
  offline: false,
  dpopJkt: null,
  refreshable: true,
}

/** What a password opens for a browser, which holds the session by a cookie. */
export const browserGrant: SessionGrant = { ...passwordGrant, refreshable: false }

/** A session's row. Times are epoch ms. */
export type SessionRecord = SessionLife &
  RotationSpans &
  SessionGrant & {
    id: string
    userId: number
    deviceId: string
    applicationId: string
    /** The latest version of the policy when it was opened. */
    policyVersion: number
    refreshKeyVersion: number
    rotation: string
    authenticatedAt: number
    lastSeenAt: number
    address: string
    endedReason: string | null
    endedBy: string | null
  }

export const sessionColumns = [
  'id',
  'userId',
  'deviceId',
  'applicationId',
  'seq',
  'policyVersion',
  'generation',
  'rotatedAt',
  'expiresAt',
  'refreshKeyVersion',
  'rotation',
  'windowFrom',
  'windowStartedAt',
  'olderFrom',
  'olderStartedAt',
  'authenticatedAt',
  'createdAt',
  'lastSeenAt',
  'address',
  'endedAt',
  'endedReason',
  'endedBy',
  'grantType',
  'scope',
  'resources',
  'browserSid',
  'offline',
  'dpopJkt',
  'refreshable',
] as const satisfies (keyof SessionRecord)[]

export type SessionRow = Omit<SessionRecord, 'resources' | 'offline' | 'refreshable'> & {
  resources: string | null
  offline: number
  refreshable: number
}

export function readSession(row: SessionRow): SessionRecord {
  const resources = row.resources === null ? [] : (JSON.parse(row.resources) as string[])
  return { ...row, resources, offline: row.offline === 1, refreshable: row.refreshable === 1 }
}

/** A session's columns in a row that has others beside. */
export type PrefixedSessionRow = { [C in (typeof sessionColumns)[number] as `s_${C}`]: SessionRow[C] }

/** Member by member: each refresh reads one, and to copy by names that are put together costs ten times as much. */
export function readPrefixedSession(row: PrefixedSessionRow): SessionRecord {
  return {
    id: row.s_id,
    userId: row.s_userId,
    deviceId: row.s_deviceId,
    applicationId: row.s_applicationId,
    seq: row.s_seq,
    policyVersion: row.s_policyVersion,
    generation: row.s_generation,
    rotatedAt: row.s_rotatedAt,
    expiresAt: row.s_expiresAt,
    refreshKeyVersion: row.s_refreshKeyVersion,
    rotation: row.s_rotation,
    windowFrom: row.s_windowFrom,
    windowStartedAt: row.s_windowStartedAt,
    olderFrom: row.s_olderFrom,
    olderStartedAt: row.s_olderStartedAt,
    authenticatedAt: row.s_authenticatedAt,
    createdAt: row.s_createdAt,
    lastSeenAt: row.s_lastSeenAt,
    address: row.s_address,
    endedAt: row.s_endedAt,
    endedReason: row.s_endedReason,
    endedBy: row.s_endedBy,
    grantType: row.s_grantType,
    scope: row.s_scope,
    browserSid: row.s_browserSid,
    dpopJkt: row.s_dpopJkt,
    resources: row.s_resources === null ? [] : (JSON.parse(row.s_resources) as string[]),
    offline: row.s_offline === 1,
    refreshable: row.s_refreshable === 1,
  }
}

/** As the columns hold it. */
export function writtenSession(session: SessionRecord): Record<string, Value> {
  const { resources } = session
  return { ...session, resources: resources.length === 0 ? null : JSON.stringify(resources) }
}
