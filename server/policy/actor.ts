/** Who does something, as the log, lists, audit and incidents write it: `operator:root` is the command line. */
export type ActorName = `user:${string}` | `operator:${string}` | 'system'

/** Where a request comes from. */
export type Origin = { address: string; userAgent: string; requestId: string }

/** Who does something, and from where; whoever comes by no request is a name alone. */
export type Actor = ActorName | { name: ActorName; origin: Origin }

export function nameOf(actor: Actor): ActorName {
  return typeof actor === 'string' ? actor : actor.name
}

/** null for the command line and for what the server does by itself. */
export function originOf(actor: Actor): Origin | null {
  return typeof actor === 'string' ? null : actor.origin
}

/** The user who acts, or null: the command line and the system have no rights to compare. */
export function userOf(actor: Actor): number | null {
  const name = nameOf(actor)
  return name.startsWith('user:') ? Number(name.slice('user:'.length)) : null
}
