import type { SessionFilter, SessionInList } from '../../identity/devices/session-list.js'
import { sessionStates } from '../../policy/session.js'
import type { Columns } from './columns.js'
import type { Fields } from './filters.js'

export const sessionFilters: Fields<SessionFilter> = {
  user: { as: 'userId', is: 'user' },
  address: { as: 'address', is: 'text' },
  device: { as: 'deviceId', is: 'text' },
  application: { as: 'applicationId', is: 'text' },
  state: { as: 'state', is: 'choice', of: sessionStates },
  since: { as: 'since', is: 'from' },
  until: { as: 'until', is: 'until' },
}

export const sessionColumns: Columns<SessionInList> = {
  id: ({ session }) => session.id,
  user_id: ({ session }) => session.userId,
  username: ({ username }) => username,
  application: ({ session }) => session.applicationId,
  device_id: ({ session }) => session.deviceId,
  device: {
    members: ({ device }) =>
      device && { id: device.id, name: device.name, browser: device.browser, platform: device.platform },
    cell: ({ device }) => device?.name ?? null,
  },
  browser: { cell: ({ device }) => device?.browser ?? null },
  platform: { cell: ({ device }) => device?.platform ?? null },
  address: ({ session }) => session.address,
  signed_in_at: { at: ({ session }) => session.createdAt },
  last_seen_at: { at: ({ session }) => session.lastSeenAt },
  ends_at: { at: ({ endsAt }) => endsAt },
  state: ({ state }) => state,
  ended_at: { at: ({ session }) => session.endedAt },
  ended_reason: ({ session }) => session.endedReason,
  ended_by: ({ session }) => session.endedBy,
  ended_by_username: ({ endedByUsername }) => endedByUsername,
}
