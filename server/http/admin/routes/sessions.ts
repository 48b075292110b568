// Routes of the sessions and devices of all users.
import { may, mayIfRecent } from '../../kinds/permission.js'
import { deviceFilters, deviceRowSchema } from '../../lists/devices.js'
import { sessionFilters, sessionRowSchema } from '../../lists/sessions.js'
import { del, get } from '../../route.js'
import { pageOf } from '../../wire/answers.js'
import { asFile } from '../csv.js'
import { endedSessions } from '../filters.js'
import { paging } from '../paging.js'
import { sessionSchema } from '../present.js'

const done = { answers: { 204: null }, refuses: ['not_found'], waits: true } as const

export const sessionRoutes = {
  listSessions: get(
    '/api/admin/sessions',
    may('darvoza:sessions:read'),
    'List the live sessions of all users; with `state` or `all` also ended ones',
    {
      query: { ...sessionFilters, ...endedSessions, ...paging, ...asFile },
      answers: { 200: pageOf(sessionRowSchema) },
      file: true,
    },
  ),
  showSession: get('/api/admin/sessions/:id', may('darvoza:sessions:read'), 'Show a session', {
    answers: { 200: sessionSchema },
    refuses: ['not_found'],
  }),
  endSession: del('/api/admin/sessions/:id', mayIfRecent('darvoza:sessions:end'), 'End a session of any user', done),
  listDevices: get(
    '/api/admin/devices',
    may('darvoza:sessions:read'),
    'List the devices of all users, the most recently used first',
    { query: { ...deviceFilters, ...paging }, answers: { 200: pageOf(deviceRowSchema) } },
  ),
  endDevice: del('/api/admin/devices/:id', mayIfRecent('darvoza:sessions:end'), 'End a device of any user', done),
} as const
