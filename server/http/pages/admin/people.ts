// Who and what the logs name, as pages show it: a name that links to its page, for whoever may see that page.
import type { Names, SessionName } from '../../../identity/people/names.js'
import type { PublicUser } from '../../../identity/people/public-user.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { isUserId } from '../../../protocol/claims.js'
import type { Frame } from '../frame.js'
import type { Translate } from '../texts.js'

/** An input of `ui('value').of`. */
export type Shown =
  | string
  | null
  | { is: 'link'; href: string; text: string }
  | { is: 'code'; text: string; short?: number }

/** What an entry is about: of the kinds of the logs, `user`, `session` and `device` have names. */
export type Subject = { kind: string; id: string | number }

export type Named = {
  actor: (name: string) => Shown
  user: (id: string | number) => Shown
  session: (id: string) => Shown
  device: (id: string) => Shown
}

export type People = ReturnType<typeof createPeople>

export function createPeople({ names }: { names: Names }) {
  /** Reads the names of these actors and subjects once, for a whole page. */
  return async function named(
    { t, may }: Frame,
    actors: readonly string[],
    subjects: readonly Subject[] = [],
  ): Promise<Named> {
    const idsOf = (wanted: string) => subjects.flatMap(({ kind, id }) => (kind === wanted ? [String(id)] : []))
    const users = idsOf('user').filter(isUserId)
    const seesSessions = may('darvoza:sessions:read')
    const [known, knownSessions, knownDevices] = await Promise.all([
      names.ofActors([...actors, ...users.map(id => `user:${id}`)]),
      names.ofSessions(seesSessions ? idsOf('session') : []),
      names.ofDevices(seesSessions ? idsOf('device') : []),
    ])
    const named = (id: string, path: string, name: SessionName | undefined): Shown => {
      if (!seesSessions) return { is: 'code', text: id, short: 8 }
      const text = name ? [name.username, name.device].filter(Boolean).join(' · ') : ''
      return { is: 'link', href: `${path}/${id}`, text: text || `${id.slice(0, 8)}…` }
    }
    const actor = (name: string): Shown => {
      const id = name.startsWith('user:') ? name.slice('user:'.length) : ''
      const text = actorText(name, known.get(name), t)
      return may('darvoza:users:read') && isUserId(id) ? { is: 'link', href: `/admin/users/${id}`, text } : text
    }
    return {
      actor,
      user: id => actor(`user:${id}`),
      session: id => named(id, '/admin/sessions', knownSessions.get(id)),
      device: id => named(id, '/admin/devices', knownDevices.get(id)),
    }
  }
}

/** Who did something: a person by name, or what acts without one. */
export function actorText(actor: string, name: string | null | undefined, t: Translate): string {
  const [kind, own = ''] = actor.split(/:(.*)/s)
  if (kind === 'user') return name || t('logs.userNumber', { id: own })
  if (kind === 'operator') return t('logs.operator', { name: own })
  return actor === 'system' ? t('logs.system') : actor
}

/** Who did what an entry of the audit log tells. A wrong password shows nobody who typed it; the server only wrote it down. */
export function doerText(
  { action, actor }: { action: string; actor: string },
  names: ReadonlyMap<string, string>,
  t: Translate,
): string {
  return isNobodys(action, actor) ? t('logs.unknown') : actorText(actor, names.get(actor), t)
}

/** Is the actor of this entry unauthenticated? */
export const isNobodys = (action: string, actor: string): boolean => action === 'sign_in_failed' && actor === 'system'

/** A user may be typed by name or by number. */
export async function userIdOf(typed: string, users: Users): Promise<string> {
  return String((await users.findByName(typed))?.id ?? typed)
}

/** Several people whom somebody may mean by what was typed into a field; `more`: there are others. */
export type Which = { field: string; typed: string; people: { username: string; name: string }[]; more: boolean }

/** How people are found, and where it is put down that several were. */
export type Finder = { users: Users; userList: UserList; frame: Frame; which: Which[] }

/** An id that no user has: the search finds nothing. */
const nobody = 0
const mostShown = 8

/** Whom a field means: by name or number, or the only one whom a search finds. Nobody where it finds several. */
export async function findPerson(field: string, typed: string, { users, userList, frame, which }: Finder) {
  const id = await userIdOf(typed, users)
  if (isUserId(id)) return Number(id)
  // Who may not look through people learns nothing of their names here.
  if (!frame.may('darvoza:users:read')) return nobody
  const { results, next } = await userList.page({ text: typed }, 'name', { limit: mostShown })
  const [only] = results
  if (only && results.length === 1 && next === null) return only.user.id
  const people = results.map(({ user }) => ({
    username: user.username,
    name: [user.firstName, user.lastName].filter(Boolean).join(' '),
  }))
  if (people.length > 0) which.push({ field, typed, people, more: next !== null })
  return nobody
}

/** Whom a filter means: `user:7`, `system` and `operator:NAME` as they are; anything else is a person. */
export async function readActor(field: string, typed: string, finder: Finder): Promise<string | undefined> {
  if (typed === '') return undefined
  if (/^(user|operator):|^system$/.test(typed)) return typed
  // An unknown name gives the id 0, which is the actor of no entry.
  return `user:${await findPerson(field, typed, finder)}`
}

/** So many are named before the others are counted. */
const firstNamed = 3

/** Of many, the first by name and how many more: `Amina K. (amina.karimova), Bek T. (bek) and 12 more`. */
export async function firstPeople(ids: readonly number[], users: Users, frame: Frame): Promise<string> {
  // Where one more is all that is left, the name is as short as the number.
  const named = ids.length === firstNamed + 1 ? ids : ids.slice(0, firstNamed)
  const found = await Promise.all(named.map(id => users.require(id)))
  return firstOf(found.map(shortName), ids.length, frame)
}

/** The same of anything with a name. @param names the first of them, or all */
export function firstOf(names: readonly string[], count: number, { t, format }: Frame): string {
  const shown = names.length === count && count <= firstNamed + 1 ? names : names.slice(0, firstNamed)
  const more = count - shown.length
  return format.list(more > 0 ? [...shown, t('people.more', { count: more, number: format.number(more) })] : shown)
}

function shortName({ username, firstName, lastName }: PublicUser): string {
  const initial = [...lastName][0]
  const name = [firstName, firstName && initial ? `${initial}.` : lastName].filter(Boolean).join(' ')
  return name ? `${name} (${username})` : username
}
