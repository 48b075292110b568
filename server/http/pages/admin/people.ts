// Who and what the logs name, as pages show it: a name with a way to its page, for whoever may see that page.
import type { Names } from '../../../identity/names.js'
import type { Users } from '../../../identity/users.js'
import { isUserId } from '../../../protocol/claims.js'
import type { Frame } from '../frame.js'

/** An input of `ui('value').of`. */
export type Shown =
  | string
  | null
  | { is: 'link'; href: string; text: string }
  | { is: 'code'; text: string; short?: number }

export type Named = { actor: (name: string) => Shown; user: (id: string | number) => Shown }

export type People = ReturnType<typeof createPeople>

export function createPeople({ names }: { names: Names }) {
  /** Reads the names of these actors and users once, for a whole page. */
  return async function named(
    { t, may }: Frame,
    actors: readonly string[],
    users: readonly (string | number)[] = [],
  ): Promise<Named> {
    const ids = users.filter(id => isUserId(String(id))).map(id => `user:${id}`)
    const known = await names.ofActors([...actors, ...ids])
    const person = (name: string): Shown => {
      const id = name.slice('user:'.length)
      const text = known.get(name) || t('logs.userNumber', { id })
      return may('darvoza:users:read') && isUserId(id) ? { is: 'link', href: `/admin/users/${id}`, text } : text
    }
    return {
      actor(name) {
        if (name.startsWith('user:')) return person(name)
        if (name.startsWith('operator:')) return t('logs.operator', { name: name.slice('operator:'.length) })
        return name === 'system' ? t('logs.system') : name
      },
      user: id => person(`user:${id}`),
    }
  }
}

/** A session, with a way to its page. */
export function sessionShown(id: string, { may }: Frame): Shown {
  const text = `${id.slice(0, 8)}…`
  return may('darvoza:sessions:read')
    ? { is: 'link', href: `/admin/sessions/${id}`, text }
    : { is: 'code', text: id, short: 8 }
}

/** A user may be typed by name or by number. */
export async function userIdOf(typed: string, users: Users): Promise<string> {
  return String((await users.findByName(typed))?.id ?? typed)
}

/** Whom a filter means: `user:7`, `system` and `operator:NAME` as they are; anything else is a username. */
export async function readActor(typed: string, users: Users): Promise<string | undefined> {
  if (typed === '') return undefined
  if (/^(user|operator):|^system$/.test(typed)) return typed
  // Nobody of an unknown name did anything.
  return `user:${await userIdOf(typed, users)}`
}
