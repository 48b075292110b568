// The first administrator's account, from the settings ADMIN_USERNAME and ADMIN_PASSWORD: validation of the settings,
// and creation of the account at start if no active user has the role `admin`.
import { administratorRole } from '../../policy/permissions.js'
import type { Policy } from '../../policy/policies.js'
import { usernameKey } from '../../policy/username.js'
import { Refusal } from '../../protocol/errors.js'
import { wireText } from '../../protocol/problems.js'
import type { Database } from '../../storage/database.js'
import type { UserStore } from '../../storage/users.js'
import { requireUsername } from './new-user.js'
import { requireGoodPassword } from './password-rules.js'
import type { Users } from './users.js'

export type FirstAdministratorDeps = {
  database: Database
  userStore: UserStore
  users: Users
  random: (size: number) => Buffer
}

/** The first administrator's user name and password, from the settings. */
export type Wanted = { username: string; password: string | null }

/**
 * Problems of these settings, one line each, with the name of the setting and the rule but no value; empty when there
 * are none.
 */
export function whyNotAdministrator({ username, password }: Wanted, rules: Rules): string[] {
  const checks = [
    () => requireUsername(username, rules.username_max_length),
    () => password === null || requireGoodPassword(password, [username], rules.password_min_length, 'password'),
  ]
  return checks.flatMap(check => {
    try {
      check()
      return []
    } catch (error) {
      return problemsOf(error)
    }
  })
}

type Rules = Pick<Policy, 'username_max_length' | 'password_min_length'>

const settingOf: Record<string, string> = { username: 'ADMIN_USERNAME', password: 'ADMIN_PASSWORD' }

/** The field problems of a refusal as lines. @throws any other error unchanged */
function problemsOf(error: unknown): string[] {
  if (!(error instanceof Refusal) || !error.details.fields) throw error
  return Object.entries(error.details.fields).flatMap(([field, problems]) =>
    problems.map(problem => `${settingOf[field] ?? field}: ${wireText(problem)}`),
  )
}

/**
 * Creates the first administrator when no administrator can sign in.
 * Their id lies outside of the sequence: users of other systems may be imported later, with ids that begin with 1.
 * @returns the password to print once when a random one was generated; otherwise null
 * @throws Error when the name belongs to a user who is no administrator
 */
export async function ensureAdministrator(
  { database, userStore, users, random }: FirstAdministratorDeps,
  wanted: Wanted & { id?: number | undefined },
): Promise<{ username: string; password: string } | null> {
  const holders = await database.transaction(tx => userStore.lockHolders(tx, administratorRole))
  if (holders.length > 0) return null
  if (await userStore.findByKey(database, usernameKey(wanted.username))) {
    throw new Error(
      `there is no administrator, and ADMIN_USERNAME names ${wanted.username}, who is somebody else: name another, or run darvoza user set-roles ${wanted.username} ${administratorRole}`,
    )
  }
  const password = wanted.password ?? random(15).toString('base64url')
  try {
    // A printed password may be in a log.
    const mustChangePassword = wanted.password === null
    const reservedId = wanted.id ?? (await userStore.nextReservedId(database))
    await users.create(
      { username: wanted.username, password, roles: [administratorRole], mustChangePassword, reservedId },
      'system',
    )
  } catch (error) {
    // Another server that started at the same time has created the administrator, and prints its own password.
    if (await userStore.findByKey(database, usernameKey(wanted.username))) return null
    throw new Error(problemsOf(error).join('; '))
  }
  return wanted.password === null ? { username: wanted.username, password } : null
}
