// Routes of bulk actions: by `ids` in the body, or by the filter of the list in the address.
import { z } from 'zod'
import { mayIfRecent } from '../../kinds/permission.js'
import { deviceFilters } from '../../lists/devices.js'
import { sessionFilters } from '../../lists/sessions.js'
import { userFilters } from '../../lists/users.js'
import { post } from '../../route.js'
import { count, time, userId } from '../../wire/answers.js'
import { endedSessions } from '../filters.js'

const sessions = { ...sessionFilters, ...endedSessions }

const selected = {
  ids: {
    is: 'texts',
    required: false,
    about: 'Those that are meant; without it those that the filter in the address finds.',
  },
  at: { is: 'time', required: false, wrong: 'not_preview_time', about: 'Of the preview; together with `count`.' },
  count: { is: 'number', required: false, digits: /^\d{1,9}$/, wrong: 'not_preview_count', about: 'Of the preview.' },
} as const

const why = { required: false, blank: true, trim: true, maxLength: 255, about: 'For the audit log.' } as const

const leftOut = z
  .array(
    z.object({
      user_id: userId,
      username: z.string(),
      count: count.describe('How many of theirs.'),
      why: z.enum(['permission_denied', 'last_administrator', 'self']).describe('`self`: whoever does it is spared.'),
    }),
  )
  .describe('Whom it does not reach.')

const previewOf = <C extends z.ZodRawShape>(counts: C) =>
  z.object({
    preview: z.literal(true),
    at: time.describe('For the call that does it.'),
    count: count.describe('How many it would reach; for the call that does it.'),
    ...counts,
    left_out: leftOut,
  })

export const doneSchema = z
  .object({
    preview: z.literal(false),
    done: count,
    sessions: count.optional().describe('Of devices: the sessions that ended with them.'),
    differ: z.int().describe('How many more, or (below 0) fewer, were reached than the preview said.'),
    left_out: leftOut,
  })
  .meta({ id: 'ActOnManyDone' })

export const endsPreviewSchema = previewOf({ users: count, devices: count }).meta({ id: 'PreviewOfEnds' })
export const deviceEndsPreviewSchema = previewOf({ users: count, sessions: count }).meta({ id: 'PreviewOfDeviceEnds' })
export const usersPreviewSchema = previewOf({
  sessions: count.describe('Their live sessions: they end, or their tokens become stale.'),
  tokens: count.nullable().describe('Live access tokens that become stale; null where they are not counted.'),
  unchanged: count.describe('Those who are as they would be already.'),
}).meta({ id: 'PreviewOfUsers' })

/** The two answers of a bulk action: its preview or, for a request with `at` and `count`, what was done. */
const eitherOf = <S extends z.ZodType>(preview: S) => ({ 200: z.union([preview, doneSchema]) }) as const

const refuses = ['preview_outdated'] as const
const onUsers = { query: userFilters, answers: eitherOf(usersPreviewSchema), refuses, waits: true } as const
const role = { about: 'The name of a role.' } as const

export const bulkRoutes = {
  endSessions: post(
    '/api/admin/bulk/end-sessions',
    mayIfRecent('darvoza:sessions:end'),
    'End many sessions: `ids`, or the filter of the list; without `at` and `count` a preview',
    { query: sessions, body: { ...selected, why }, answers: eitherOf(endsPreviewSchema), refuses, waits: true },
  ),
  endDevices: post('/api/admin/bulk/end-devices', mayIfRecent('darvoza:sessions:end'), 'End many devices, likewise', {
    query: deviceFilters,
    body: { ...selected, why },
    answers: eitherOf(deviceEndsPreviewSchema),
    refuses,
    waits: true,
  }),
  disableUsers: post(
    '/api/admin/bulk/disable-users',
    mayIfRecent('darvoza:users:write'),
    'Disable many users, likewise',
    { ...onUsers, body: selected },
  ),
  signOutUsers: post(
    '/api/admin/bulk/sign-out-users',
    mayIfRecent('darvoza:sessions:end'),
    'End all sessions of many users, likewise',
    { ...onUsers, body: selected },
  ),
  addRoleToUsers: post(
    '/api/admin/bulk/add-role',
    mayIfRecent('darvoza:roles:write'),
    'Give many users one more role, likewise',
    { ...onUsers, body: { ...selected, role } },
  ),
  removeRoleFromUsers: post(
    '/api/admin/bulk/remove-role',
    mayIfRecent('darvoza:roles:write'),
    'Take a role from many users, likewise',
    { ...onUsers, body: { ...selected, role } },
  ),
} as const
