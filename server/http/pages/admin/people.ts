// Names of the users, sessions and devices in log entries, as links for readers who may see their pages.
import type { Names, SessionName } from '../../../identity/people/names.js'
import type { PublicUser } from '../../../identity/people/public-user.js'
import type { UserList } from '../../../identity/people/user-list.js'
import type { Users } from '../../../identity/people/users.js'
import { isUserId } from '../../../protocol/claims.js'
import type { Frame } from '../frame.js'
import type { Translate } from '../texts.js'

/** Inputs of `ui('value').of`. */
export type Shown =
  | string
  | null
  | { is: 'link'; href: string; text: string }
  | { is: 'code'; text: string; short?: number }

/** The subject of a log entry; of the kinds in the logs, `user`, `session` and `device` have names. */
export type Subject = { kind: string; id: string | number }

export type Named = {
  actor: (name: string) => Shown
  user: (id: string | number) => Shown
  session: (id: string) => Shown
  device: (id: string) => Shown
}

export type People = ReturnType<typeof createPeople>

export function createPeople({ names }: { names: Names }) {
  /** Reads the names of these actors and subjects at once, for a whole page. */
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

/** The text for an actor: a user's name, or the system or an operator. */
export function actorText(actor: string, name: string | null | undefined, t: Translate): string {
  const [kind, own = ''] = actor.split(/:(.*)/s)
  if (kind === 'user') return name || t('logs.userNumber', { id: own })
  if (kind === 'operator') return t('logs.operator', { name: own })
  return actor === 'system' ? t('logs.system') : actor
}

/** The actor of an audit entry as text. A wrong password has an unknown actor: `system` only wrote the entry. */
export function eventActorText(
  { action, actor }: { action: string; actor: string },
  names: ReadonlyMap<string, string>,
  t: Translate,
): string {
  return isActorUnknown(action, actor) ? t('logs.unknown') : actorText(actor, names.get(actor), t)
}

/** Whether the actor of an entry is unauthenticated. */
export const isActorUnknown = (action: string, actor: string): boolean =>
  action === 'sign_in_failed' && actor === 'system'

/** The id of a user typed as name or number. */
export async function userIdOf(typed: string, users: Users): Promise<string> {
  return String((await users.findByName(typed))?.id ?? typed)
}

/** Several users who match the text typed into a field; `more`: there are others. */
export type Which = { field: string; typed: string; people: { username: string; name: string }[]; more: boolean }

/** Finds users by typed text, and collects in `which` the texts that match several. */
export type Finder = { users: Users; userList: UserList; frame: Frame; which: Which[] }

/** An id that no user has: a search for it finds nothing. */
const nobody = 0
const mostShown = 8

/** The id of the user that a field names: by name or number, or the only result of a search. 0 if there are several. */
export async function findPerson(field: string, typed: string, { users, userList, frame, which }: Finder) {
  const id = await userIdOf(typed, users)
  if (isUserId(id)) return Number(id)
  // A reader who may not list users must not learn names here.
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

/** The actor that a filter names: `user:7`, `system` and `operator:NAME` as they are; other text is a user. */
export async function readActor(field: string, typed: string, finder: Finder): Promise<string | undefined> {
  if (typed === '') return undefined
  if (/^(user|operator):|^system$/.test(typed)) return typed
  // An unknown name gives the id 0, which is the actor of no entry.
  return `user:${await findPerson(field, typed, finder)}`
}

/** Number of names that are shown before the others are only counted. */
const firstNamed = 3

/** The first of several users by name, and how many more: `Amina K. (amina.karimova), Bek T. (bek) and 12 more`. */
export async function firstPeople(ids: readonly number[], users: Users, frame: Frame): Promise<string> {
  // If only one more is left, its name is as short as "and 1 more".
  const named = ids.length === firstNamed + 1 ? ids : ids.slice(0, firstNamed)
  const found = await Promise.all(named.map(id => users.require(id)))
  return firstOf(found.map(shortName), ids.length, frame)
}

/** The first of several names, and how many more. @param names the first of them, or all */
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
