import type { SessionRecord } from '../../server/storage/sessions.js'

export const hour = 3_600_000
/** When sessions of tests are opened. */
export const start = 1_000 * hour

/** A session's row: user 1's, just signed in. */
export function aSession(id: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id,
    userId: 1,
    deviceId: 'device',
    applicationId: 'darvoza',
    seq: 0,
    policyVersion: 1,
    generation: 1,
    rotatedAt: start,
    expiresAt: start + 24 * hour,
    refreshKeyVersion: 1,
    rotation: '',
    windowFrom: 1,
    windowStartedAt: 0,
    olderFrom: 1,
    olderStartedAt: 0,
    authenticatedAt: start,
    createdAt: start,
    lastSeenAt: start,
    address: '',
    endedAt: null,
    endedReason: null,
    endedBy: null,
    ...changes,
  }
}
