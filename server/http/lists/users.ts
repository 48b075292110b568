// The list of users. Filters: search text, username, email, IP address, role, id, state, and live sessions; columns:
// names, email, state, roles, permissions, last sign-in, and number of live sessions.
import { z } from 'zod'
import { type UserFilter, type UserInList, userStates } from '../../identity/people/user-list.js'
import { count, time, userId } from '../wire/answers.js'
import type { ColumnsBy } from './columns.js'
import type { Fields } from './filters.js'

export const userFilters: Fields<UserFilter> = {
  text: { as: 'text', is: 'text', about: 'The beginning of a name, username, email address or IP address, or an id.' },
  username: { as: 'username', is: 'text', page: null },
  email: { as: 'email', is: 'text', page: null },
  address: { as: 'address', is: 'text', page: null, about: 'An IP address that one of their devices used.' },
  role: { as: 'role', is: 'text' },
  id: { as: 'id', is: 'user', page: null },
  state: { as: 'state', is: 'choice', of: userStates },
  live: { as: 'live', is: 'flag', about: 'Whether they have a live session.' },
}

export const userRowSchema = z
  .object({
    user_id: userId,
    username: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    email: z.string(),
    state: z.enum(userStates),
    is_active: z.boolean(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()).describe('The permissions of the user and of all roles of the user.'),
    own_permissions: z.array(z.string()),
    last_login: time.nullable(),
    live_sessions: count,
    created_at: time,
  })
  .meta({ id: 'UserInList' })

export const userColumns: ColumnsBy<UserInList, typeof userRowSchema> = {
  user_id: ({ user }) => user.id,
  username: ({ user }) => user.username,
  first_name: ({ user }) => user.firstName,
  last_name: ({ user }) => user.lastName,
  email: ({ user }) => user.email,
  state: ({ state }) => state,
  is_active: { alias: ({ user }) => user.active },
  roles: ({ user }) => user.roles,
  permissions: ({ user }) => user.allPermissions,
  own_permissions: ({ user }) => user.permissions,
  last_login: { at: ({ user }) => user.lastLoginAt },
  live_sessions: ({ liveSessions }) => liveSessions,
  created_at: { at: ({ user }) => user.createdAt },
}
