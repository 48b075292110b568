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

/** What the settings say of the first administrator. */
export type Wanted = { username: string; password: string | null }

/** Why it cannot be made so, one line for each problem, with the setting and the rule and no value; empty when it can. */
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

/** @throws whatever it is, where it is about no field */
function problemsOf(error: unknown): string[] {
  if (!(error instanceof Refusal) || !error.details.fields) throw error
  return Object.entries(error.details.fields).flatMap(([field, problems]) =>
    problems.map(problem => `${settingOf[field] ?? field}: ${wireText(problem)}`),
  )
}

/**
 * Makes the first administrator when nobody can sign in as one.
 * The id lies outside of the sequence: users of other systems may be imported later, with ids that begin with 1.
 * @returns the password to print once when a random one was made; null when there is nothing to print
 * @throws Error when the name belongs to somebody who is no administrator
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
    // A password that was printed may stand in a log.
    const mustChangePassword = wanted.password === null
    const apartId = wanted.id ?? (await userStore.nextApartId(database))
    await users.create(
      { username: wanted.username, password, roles: [administratorRole], mustChangePassword, apartId },
      'system',
    )
  } catch (error) {
    // Another server that started at the same time was faster, and prints its own.
    if (await userStore.findByKey(database, usernameKey(wanted.username))) return null
    throw new Error(problemsOf(error).join('; '))
  }
  return wanted.password === null ? { username: wanted.username, password } : null
}
