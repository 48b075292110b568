// Records as the API presents them to administrators, each beside its schema. Records of lists: http/lists/.
import { z } from 'zod'
import type { ListedSession } from '../../identity/devices/sessions.js'
import type { PublicUser } from '../../identity/people/public-user.js'
import type { ListedRole } from '../../identity/people/roles.js'
import { jsonBy } from '../lists/columns.js'
import { sessionColumns, sessionRowSchema } from '../lists/sessions.js'
import { presentUser, userSchema } from '../me/present.js'
import { type Answer, count } from '../wire/answers.js'

export const anyUserSchema = userSchema
  .extend({ is_active: z.boolean(), own_permissions: z.array(z.string()) })
  .meta({ id: 'AnyUser' })

export function presentAnyUser(user: PublicUser): Answer<typeof anyUserSchema> {
  return { ...presentUser(user), is_active: user.active, own_permissions: user.permissions }
}

/** One session by itself. Its device, and the name of the user who ended it, are only in the list. */
export const sessionSchema = sessionRowSchema
  .omit({ device: true, ended_by_username: true })
  .meta({ id: 'SessionByItself' })

/** Presents one session outside a list. */
export function presentSessionOf({ session, username, end, endsAt }: ListedSession): Answer<typeof sessionSchema> {
  const row = { session, username, state: end ?? 'live', endsAt, device: null, endedByUsername: null } as const
  return jsonBy(sessionSchema, sessionColumns, row)
}

export const roleSchema = z
  .object({
    name: z.string(),
    permissions: z.array(z.string()),
    built_in: z.boolean().describe('Whether the role is predefined, so that it cannot be changed.'),
    holders: count.describe('The number of users that have the role.'),
    more_holders: z.boolean().describe('Whether there are more than `holders`, which stops at a limit.'),
  })
  .meta({ id: 'Role' })

export function presentRole({ name, permissions, builtIn, holders }: ListedRole): Answer<typeof roleSchema> {
  return { name, permissions, built_in: builtIn, holders: holders.count, more_holders: holders.more }
}
