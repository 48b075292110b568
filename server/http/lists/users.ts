import { type UserFilter, type UserInList, userStates } from '../../identity/people/user-list.js'
import type { Columns } from './columns.js'
import type { Fields } from './filters.js'

export const userFilters: Fields<UserFilter> = {
  text: { as: 'text', is: 'text' },
  username: { as: 'username', is: 'text', page: null },
  email: { as: 'email', is: 'text', page: null },
  address: { as: 'address', is: 'text', page: null },
  role: { as: 'role', is: 'text' },
  id: { as: 'id', is: 'user', page: null },
  state: { as: 'state', is: 'choice', of: userStates },
  live: { as: 'live', is: 'flag' },
}

export const userColumns: Columns<UserInList> = {
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
