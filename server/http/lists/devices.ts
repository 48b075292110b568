// The list of devices. Filters: user, IP address, browser, platform, state, and when the device was last seen;
// columns: device, owner, IP address, times, state, and number of live sessions.
import { z } from 'zod'
import { type DeviceFilter, type DeviceInList, deviceStates } from '../../identity/devices/device-list.js'
import { count, time, userId } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
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

export const deviceRowSchema = z
  .object({
    id: z.string(),
    user_id: userId,
    username: z.string(),
    name: z.string(),
    browser: z.string(),
    platform: z.string(),
    address: z.string().describe('The IP address of the latest sign-in.'),
    first_seen_at: time,
    last_seen_at: time,
    state: z.enum(deviceStates),
    ended_at: time.nullable(),
    live_sessions: count,
  })
  .meta({ id: 'Device' })

export const deviceColumns: ColumnsBy<DeviceInList, typeof deviceRowSchema> = {
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
