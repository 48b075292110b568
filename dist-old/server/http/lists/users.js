import { z } from 'zod';
import { userStates } from '../../identity/people/user-list.js';
import { count, time, userId } from '../wire/answers.js';
export const userFilters = {
    text: { as: 'text', is: 'text', about: 'What a name, username or email address begins with.' },
    username: { as: 'username', is: 'text', page: null },
    email: { as: 'email', is: 'text', page: null },
    address: { as: 'address', is: 'text', page: null, about: 'Where they were seen.' },
    role: { as: 'role', is: 'text' },
    id: { as: 'id', is: 'user', page: null },
    state: { as: 'state', is: 'choice', of: userStates },
    live: { as: 'live', is: 'flag', about: 'Whether they have a session that lives.' },
};
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
    permissions: z.array(z.string()).describe("The user's own and those of all roles."),
    own_permissions: z.array(z.string()),
    last_login: time.nullable(),
    live_sessions: count,
    created_at: time,
})
    .meta({ id: 'UserInList' });
export const userColumns = {
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
};
//# sourceMappingURL=users.js.map