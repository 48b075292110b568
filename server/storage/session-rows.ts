// A session as an object, and as a row.
import type { RotationSpans } from '../policy/rotation.js'
import type { SessionLife } from '../policy/session.js'
import type { Cells, Value } from './database.js'
import { positions } from './statement.js'

export type GrantType = 'password' | 'authorization_code' | 'device_code'

/** How a session was opened, and what its application may have. */
export type SessionGrant = {
  grantType: GrantType
  /** The granted scope, words with a space between; empty for the built-in application. */
  scope: string
  /** Identifiers of the requested resource servers. */
  resources: readonly string[]
  /** The browser session that the session's code was issued through. */
  browserSid: string | null
  /** Whether the session outlives its browser session. */
  offline: boolean
  /** Thumbprint of the key that the session's tokens are bound to. */
  dpopJkt: string | null
  /** Whether the session has a refresh token: a browser holds its session by a cookie. */
  refreshable: boolean
}

/** The grant of a session of the built-in application that a password opens. */
export const passwordGrant: SessionGrant = {
  grantType: 'password',
  scope: '',
  resources: [],
  browserSid: null,
  offline: false,
  dpopJkt: null,
  refreshable: true,
}

/** The grant of a session that a password opens for a browser, which holds it by a cookie. */
export const browserGrant: SessionGrant = { ...passwordGrant, refreshable: false }

/** A session's row. Times are epoch ms. */
export type SessionRecord = SessionLife &
  RotationSpans &
  SessionGrant & {
    id: string
    userId: number
    deviceId: string
    applicationId: string
    /** The latest version of the policy when the session was opened. */
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

const at = positions(sessionColumns)

/** The session of a row of cells that begins with its columns. */
export function sessionOf(cells: Cells): SessionRecord {
  const resources = cells[at.resources] as string | null
  return {
    id: cells[at.id] as string,
    userId: cells[at.userId] as number,
    deviceId: cells[at.deviceId] as string,
    applicationId: cells[at.applicationId] as string,
    seq: cells[at.seq] as number,
    policyVersion: cells[at.policyVersion] as number,
    generation: cells[at.generation] as number,
    rotatedAt: cells[at.rotatedAt] as number,
    expiresAt: cells[at.expiresAt] as number,
    refreshKeyVersion: cells[at.refreshKeyVersion] as number,
    rotation: cells[at.rotation] as string,
    windowFrom: cells[at.windowFrom] as number,
    windowStartedAt: cells[at.windowStartedAt] as number,
    olderFrom: cells[at.olderFrom] as number,
    olderStartedAt: cells[at.olderStartedAt] as number,
    authenticatedAt: cells[at.authenticatedAt] as number,
    createdAt: cells[at.createdAt] as number,
    lastSeenAt: cells[at.lastSeenAt] as number,
    address: cells[at.address] as string,
    endedAt: cells[at.endedAt] as number | null,
    endedReason: cells[at.endedReason] as string | null,
    endedBy: cells[at.endedBy] as string | null,
    grantType: cells[at.grantType] as GrantType,
    scope: cells[at.scope] as string,
    browserSid: cells[at.browserSid] as string | null,
    dpopJkt: cells[at.dpopJkt] as string | null,
    resources: resources === null ? [] : (JSON.parse(resources) as string[]),
    offline: cells[at.offline] === 1,
    refreshable: cells[at.refreshable] === 1,
  }
}

/** The row of a session, as the columns store it. */
export function writtenSession(session: SessionRecord): Record<string, Value> {
  const { resources } = session
  return { ...session, resources: resources.length === 0 ? null : JSON.stringify(resources) }
}
