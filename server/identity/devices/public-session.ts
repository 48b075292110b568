// Sessions and devices as the HTTP and command layers see them (a view: columns picked one by one). Secrets of refresh
// tokens, and the client's own name of its device, are left out.
import type { DeviceRecord } from '../../storage/devices.js'
import type { SessionRecord } from '../../storage/sessions.js'

/** Times are epoch ms. */
export type PublicSession = {
  id: string
  userId: number
  deviceId: string
  applicationId: string
  /** How many refreshes there were, and when the last was. */
  generation: number
  rotatedAt: number
  createdAt: number
  lastSeenAt: number
  address: string
  /** The JWK thumbprint of the key that its refresh tokens are bound to (RFC 9449); null: they are not bound. */
  boundKey: string | null
  endedAt: number | null
  endedReason: string | null
  endedBy: string | null
}

export function publicSession(session: SessionRecord): PublicSession {
  return {
    id: session.id,
    userId: session.userId,
    deviceId: session.deviceId,
    applicationId: session.applicationId,
    generation: session.generation,
    rotatedAt: session.rotatedAt,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    address: session.address,
    boundKey: session.dpopJkt,
    endedAt: session.endedAt,
    endedReason: session.endedReason,
    endedBy: session.endedBy,
  }
}

/** Times are epoch ms. */
export type PublicDevice = {
  id: string
  userId: number
  name: string
  browser: string
  platform: string
  userAgent: string
  /** IP address of the latest sign-in. */
  address: string
  firstSeenAt: number
  lastSeenAt: number
  endedAt: number | null
}

export function publicDevice(device: DeviceRecord): PublicDevice {
  return {
    id: device.id,
    userId: device.userId,
    name: device.name,
    browser: device.browser,
    platform: device.platform,
    userAgent: device.userAgent,
    address: device.address,
    firstSeenAt: device.firstSeenAt,
    lastSeenAt: device.lastSeenAt,
    endedAt: device.endedAt,
  }
}
