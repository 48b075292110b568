import { type DeviceFilter, type DeviceInList, deviceStates } from '../../identity/devices/device-list.js'
import type { Columns } from './columns.js'
import type { Fields } from './filters.js'

export const deviceFilters: Fields<DeviceFilter> = {
  user: { as: 'userId', is: 'user' },
  address: { as: 'address', is: 'text' },
  browser: { as: 'browser', is: 'text' },
  platform: { as: 'platform', is: 'text' },
  state: { as: 'state', is: 'choice', of: deviceStates },
  since: { as: 'since', is: 'from' },
  until: { as: 'until', is: 'until' },
}

export const deviceColumns: Columns<DeviceInList> = {
  id: ({ device }) => device.id,
  user_id: ({ device }) => device.userId,
  username: ({ username }) => username,
  name: ({ device }) => device.name,
  browser: ({ device }) => device.browser,
  platform: ({ device }) => device.platform,
  address: ({ device }) => device.address,
  first_seen_at: { at: ({ device }) => device.firstSeenAt },
  last_seen_at: { at: ({ device }) => device.lastSeenAt },
  state: ({ state }) => state,
  ended_at: { at: ({ device }) => device.endedAt },
  live_sessions: ({ liveSessions }) => liveSessions,
}
