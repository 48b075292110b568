import { administratorRole } from '../policy/permissions.js'
import { usernameKey } from '../policy/username.js'
import type { Database } from '../storage/database.js'
import type { Users as UserStore } from '../storage/users.js'
import type { Users } from './users.js'

export type FirstAdministratorDeps = {
  database: Database
  store: UserStore
  users: Users
  random: (size: number) => Buffer
}

/**
 * Makes the first administrator when nobody can sign in as one.
 * Their id is none of those in turn: users of elsewhere, the first of whom has the id 1, are imported whenever one likes.
 * @returns the password to print once when a random one was made; null when there is nothing to print
 * @throws Error when the name belongs to somebody who is no administrator
 */
export async function ensureAdministrator(
  { database, store, users, random }: FirstAdministratorDeps,
  wanted: { username: string; password: string | null; id?: number | undefined },
): Promise<{ username: string; password: string } | null> {
  const holders = await database.transaction(tx => store.lockHolders(tx, administratorRole))
  if (holders.length > 0) return null
  if (await store.findByKey(database, usernameKey(wanted.username))) {
    throw new Error(
      `there is no administrator, and ADMIN_USERNAME names ${wanted.username}, who is somebody else: name another, or run darvoza user set-roles ${wanted.username} ${administratorRole}`,
    )
  }
  const password = wanted.password ?? random(15).toString('base64url')
  try {
    // A password that was printed may stand in a log.
    const mustChangePassword = wanted.password === null
    const apartId = wanted.id ?? (await store.nextApartId(database))
    await users.create(
      { username: wanted.username, password, roles: [administratorRole], mustChangePassword, apartId },
      'system',
    )
  } catch (error) {
    // Another server that started at the same time was faster, and prints its own.
    if (await store.findByKey(database, usernameKey(wanted.username))) return null
    throw error
  }
  return wanted.password === null ? { username: wanted.username, password } : null
}
