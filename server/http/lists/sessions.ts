// The list of sessions. Filters: user, IP address, device, application, state, and time of the sign-in; columns:
// owner, application, device, times, state, and the reason and actor of its end.
import { z } from 'zod'
import type { SessionFilter, SessionInList } from '../../identity/devices/session-list.js'
import { sessionStates } from '../../policy/session.js'
import { time, userId } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
import type { Fields } from './filters.js'

export const sessionFilters: Fields<SessionFilter> = {
  user: { as: 'userId', is: 'user' },
  address: { as: 'address', is: 'text' },
  device: { as: 'deviceId', is: 'text', about: 'The id of a device.' },
  application: { as: 'applicationId', is: 'text', about: 'The `client_id` of an application.' },
  state: { as: 'state', is: 'choice', of: sessionStates },
  since: { as: 'since', is: 'from' },
  until: { as: 'until', is: 'until' },
}

export const sessionRowSchema = z
  .object({
    id: z.string(),
    user_id: userId,
    username: z.string(),
    application: z.string().describe('The `client_id` of the application.'),
    device_id: z.string(),
    device: z
      .object({ id: z.string(), name: z.string(), browser: z.string(), platform: z.string() })
      .nullable()
      .describe('The device; null if it was deleted.'),
    address: z.string(),
    signed_in_at: time,
    last_seen_at: time,
    ends_at: time.describe('When the session ends unless it is refreshed.'),
    state: z
      .enum(sessionStates)
      .describe(
        '`superseded`: all sessions of its user or application were ended later; `idle`, `absolute`: it expired.',
      ),
    ended_at: time.nullable(),
    ended_reason: z.string().nullable().describe('A reason of the revocation log, or `expired`.'),
    ended_by: z.string().nullable().describe('The actor who ended it, such as `user:7`.'),
    ended_by_username: z.string().nullable(),
  })
  .meta({ id: 'Session' })

/** Columns of the list of sessions; in a CSV file the members of the device are columns of their own. */
export const sessionColumns: ColumnsBy<SessionInList, typeof sessionRowSchema, 'browser' | 'platform'> = {
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
