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
    about: 'The ids to act on. Without it: all that the filter in the query finds.',
  },
  at: { is: 'time', required: false, wrong: 'not_preview_time', about: '`at` of the preview; together with `count`.' },
  count: {
    is: 'number',
    required: false,
    digits: /^\d{1,9}$/,
    wrong: 'not_preview_count',
    about: '`count` of the preview; together with `at`.',
  },
} as const

const why = {
  required: false,
  blank: true,
  trim: true,
  maxLength: 255,
  about: 'A reason, which is written to the audit log.',
} as const

const leftOut = z
  .array(
    z.object({
      user_id: userId,
      username: z.string(),
      count: count.describe('The number of rows that are excluded for this reason.'),
      why: z
        .enum(['permission_denied', 'last_administrator', 'self'])
        .describe('`self`: the action excludes the actor.'),
    }),
  )
  .describe('The rows that the action excludes, by reason.')

const previewOf = <C extends z.ZodRawShape>(counts: C) =>
  z.object({
    preview: z.literal(true),
    at: time.describe('The value of `at` for the request that performs the action.'),
    count: count.describe(
      'How many rows the action would reach: the value of `count` for the request that performs it.',
    ),
    ...counts,
    left_out: leftOut,
  })

export const doneSchema = z
  .object({
    preview: z.literal(false),
    done: count,
    sessions: count.optional().describe('For devices: the number of sessions that ended with them.'),
    differ: z.int().describe('How many more rows (if negative: fewer) were reached than in the preview.'),
    left_out: leftOut,
  })
  .meta({ id: 'BulkResult' })

export const endsPreviewSchema = previewOf({ users: count, devices: count }).meta({ id: 'PreviewOfEnds' })
export const deviceEndsPreviewSchema = previewOf({ users: count, sessions: count }).meta({ id: 'PreviewOfDeviceEnds' })
export const usersPreviewSchema = previewOf({
  sessions: count.describe('The number of their live sessions, which end or whose tokens become stale.'),
  tokens: count.nullable().describe('The number of live access tokens that become stale; null if not counted.'),
  unchanged: count.describe('The number of users whom the action would not change.'),
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
    'End many sessions, by `ids` or by the filter of the list; without `at` and `count` the answer is a preview',
    { query: sessions, body: { ...selected, why }, answers: eitherOf(endsPreviewSchema), refuses, waits: true },
  ),
  endDevices: post(
    '/api/admin/bulk/end-devices',
    mayIfRecent('darvoza:sessions:end'),
    'End many devices, by `ids` or filter, with the same preview',
    {
      query: deviceFilters,
      body: { ...selected, why },
      answers: eitherOf(deviceEndsPreviewSchema),
      refuses,
      waits: true,
    },
  ),
  disableUsers: post(
    '/api/admin/bulk/disable-users',
    mayIfRecent('darvoza:users:write'),
    'Disable many users, by `ids` or filter, with the same preview',
    { ...onUsers, body: selected },
  ),
  signOutUsers: post(
    '/api/admin/bulk/sign-out-users',
    mayIfRecent('darvoza:sessions:end'),
    'End all sessions of many users, by `ids` or filter, with the same preview',
    { ...onUsers, body: selected },
  ),
  addRoleToUsers: post(
    '/api/admin/bulk/add-role',
    mayIfRecent('darvoza:roles:write'),
    'Add a role to many users, by `ids` or filter, with the same preview',
    { ...onUsers, body: { ...selected, role } },
  ),
  removeRoleFromUsers: post(
    '/api/admin/bulk/remove-role',
    mayIfRecent('darvoza:roles:write'),
    'Remove a role from many users, by `ids` or filter, with the same preview',
    { ...onUsers, body: { ...selected, role } },
  ),
} as const
