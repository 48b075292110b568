// Records as administrators see them, beside those of lists (http/lists/).
import type { ListedSession } from '../../identity/devices/sessions.js'
import type { PublicUser } from '../../identity/people/public-user.js'
import type { ListedRole } from '../../identity/people/roles.js'
import { jsonOf } from '../lists/columns.js'
import { sessionColumns } from '../lists/sessions.js'
import { presentUser } from '../me/present.js'

export function presentAnyUser(user: PublicUser) {
  return { ...presentUser(user), is_active: user.active, own_permissions: user.permissions }
}

/** One by itself; whose device it is on and who ended it is told by the list. */
export function presentSessionOf({ session, username, end, endsAt }: ListedSession) {
  const row = { session, username, state: end ?? 'live', endsAt, device: null, endedByUsername: null } as const
  return jsonOf(sessionColumns, row, ['device', 'ended_by_username'])
}

export function presentRole({ name, permissions, builtIn, holders }: ListedRole) {
  return { name, permissions, built_in: builtIn, holders: holders.count, more_holders: holders.more }
}
