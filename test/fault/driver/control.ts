// The operator's process: a third process on the database, like the command line. It makes users and carries out what
// has no HTTP route.
import bcrypt from 'bcrypt'
import { readSettings } from '../../../config/settings.js'
import { type Composed, compose } from '../../../server/compose.js'
import { Refusal } from '../../../server/protocol/errors.js'
import { aClient, type Pair } from '../../support/client.js'
import { password } from '../../support/server.js'

export type Person = { id: number; username: string; password: string }

export type Control = {
  /** Makes a new user with a unique username. */
  aPerson(): Promise<Person>
  parts: Composed['parts']
  close(): Promise<void>
}

/** The actor in the audit log. */
export const actor = 'operator:fault'

/** The administrator that the first server makes when it starts. */
export const administrator = { username: 'admin', password }

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
/** bcrypt's real cost is for production: the hash itself is not under test. */
const cost = 4
const passwordHash = bcrypt.hashSync(password, cost)
let count = 0

/** @param env the environment that a server is started with */
export async function aControl(env: Record<string, string>): Promise<Control> {
  const composed = await compose(readSettings(env), { log: silent })
  await composed.migrate()
  // All sign in from one address; and a correct password whose server is killed before it answers stays counted as a
  // guess.
  const policy = { password_cost: cost, sign_in_guesses_per_hour: 10_000 }
  await composed.parts.policies.policies.set(policy, 'system', 'fault driver')
  // Hashing in this process follows the policy from here on.
  await composed.parts.revocation.tail.readNow()
  return {
    parts: composed.parts,
    close: composed.close,
    async aPerson() {
      return insist(async () => {
        // A new username each time: the previous insert may have been committed and not answered.
        const username = `person${++count}`
        const { id } = await composed.parts.people.users.importOne({ username, passwordHash }, actor)
        return { id, username, password }
      })
    },
  }
}

/** Retries while the database answers 503, without a limit. */
export async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isTransient(error)) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}

export function isTransient(error: unknown): boolean {
  return error instanceof Refusal && error.status === 503
}

/** Signs in, and retries while a busy server answers 503. */
export async function signIn(
  server: { url: string },
  person: Person | typeof administrator,
  more: object = {},
): Promise<Pair> {
  for (;;) {
    const { username, password } = person
    const answer = await aClient(server).post('/api/token/', { username, password, ...more })
    if (answer.status === 200) return answer.body
    if (answer.status !== 503) throw new Error(`a sign-in was answered ${answer.status} ${answer.text}`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
