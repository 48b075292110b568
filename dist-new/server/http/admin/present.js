// Records as administrators see them, beside those of lists (http/lists/). Each stands behind its schema.
import { z } from 'zod';
import { jsonBy } from '../lists/columns.js';
import { sessionColumns, sessionRowSchema } from '../lists/sessions.js';
import { presentUser, userSchema } from '../me/present.js';
import { count } from '../wire/answers.js';
export const anyUserSchema = userSchema
    .extend({ is_active: z.boolean(), own_permissions: z.array(z.string()) })
    .meta({ id: 'AnyUser' });
export function presentAnyUser(user) {
    return { ...presentUser(user), is_active: user.active, own_permissions: user.permissions };
}
/** Whose device it is on and who ended it is told by the list. */
export const sessionSchema = sessionRowSchema
    .omit({ device: true, ended_by_username: true })
    .meta({ id: 'SessionByItself' });
/** One by itself. */
export function presentSessionOf({ session, username, end, endsAt }) {
    const row = { session, username, state: end ?? 'live', endsAt, device: null, endedByUsername: null };
    return jsonBy(sessionSchema, sessionColumns, row);
}
export const roleSchema = z
    .object({
    name: z.string(),
    permissions: z.array(z.string()),
    built_in: z.boolean().describe('It cannot be changed.'),
    holders: count.describe('How many have it.'),
    more_holders: z.boolean().describe('There are more than were counted.'),
})
    .meta({ id: 'Role' });
export function presentRole({ name, permissions, builtIn, holders }) {
    return { name, permissions, built_in: builtIn, holders: holders.count, more_holders: holders.more };
}
//# sourceMappingURL=present.js.map