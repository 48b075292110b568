import { setTimeout as pause } from 'node:timers/promises'
import type { UserToImport } from '../identity/people/new-users.js'
import type { Users } from '../identity/people/users.js'
import type { Actor } from '../policy/actor.js'
import { Refusal } from '../protocol/errors.js'
import type { CommandLine } from './command-line.js'
import { Failure, tellRefusal, WrongUse } from './failures.js'
import type { Format } from './output.js'
import { type FoundUser, readUser, usersIn } from './user-file.js'

/** How many users are written before a pause. */
const batch = 10
/** Shortest pause, in ms. */
const shortestPause = 5

type RefusedUser = { at: string; username: string | null; problem: string }

/** Each user by itself: what is wrong with one keeps no other out. */
export async function importUsers(
  { open, actor, input, output }: Pick<CommandLine, 'open' | 'actor' | 'input' | 'output'>,
  file: string,
  format: Format,
): Promise<void> {
  const refused: RefusedUser[] = []
  let imported = 0
  // Opened with the first user in hand: a file of something else changes nothing.
  let users: Users | null = null
  try {
    for await (const found of takingTurns(usersIn(input.lines(file)))) {
      users ??= (await open()).people.users
      const problem = await whyNotImported(users, found, actor)
      if (problem === null) imported++
      else {
        const one = { at: found.at, username: usernameOf(found), problem }
        refused.push(one)
        if (!format.json) output.remark([one.at, one.username, one.problem].filter(part => part !== null).join(': '))
      }
    }
  } catch (error) {
    if (users === null) throw error
    await output.done(`imported ${imported} users, then had to stop`, { imported, refused, complete: false }, format)
    throw error instanceof WrongUse ? new Failure(error.message) : error
  }
  await output.done(`imported ${imported} users`, { imported, refused, complete: true }, format)
  if (refused.length > 0) throw new Failure(`${refused.length} of ${imported + refused.length} users were refused`)
}

async function whyNotImported(users: Users, { value }: FoundUser, actor: Actor): Promise<string | null> {
  try {
    const user: UserToImport = readUser(value)
    await users.importOne(user, actor)
    return null
  } catch (error) {
    if (error instanceof Refusal && error.code === 'invalid_fields') return tellRefusal(error)
    throw error
  }
}

/**
 * A server on the same SQLite file sleeps while it waits for the lock, and may find it taken each time it wakes: after a
 * few users it gets as long as they took.
 */
async function* takingTurns<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0
  let since = performance.now()
  for await (const item of items) {
    yield item
    if (++count % batch > 0) continue
    await pause(Math.max(shortestPause, performance.now() - since))
    since = performance.now()
  }
}

function usernameOf({ value }: FoundUser): string | null {
  const { username } = (value ?? {}) as { username?: unknown }
  return typeof username === 'string' ? username : null
}
