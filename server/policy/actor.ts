import type { OwnPermission } from './permissions.js'

/**
 * Who does something, as the log, lists, audit and incidents write it: `operator:root` is the command line, `application:shop`
 * an application that gives a token back.
 */
export type ActorName = `user:${string}` | `operator:${string}` | `application:${string}` | 'system'

/** Where a request comes from. */
export type Origin = { address: string; userAgent: string; requestId: string }

/**
 * What a person acts by. It was judged when the request came; it is judged again inside the transaction of every change
 * (tokens/credential.ts), because a request can be held back for as long as its sender likes.
 */
export type Credential = SessionCredential | ApiKeyCredential

type Asked = {
  /** What the route asks for; null where everybody may who is signed in. */
  permission: OwnPermission | null
  /** Its user acts by it with these permissions and no others: of another application's token, and of a key. */
  ceiling?: readonly string[]
}

export type SessionCredential = Asked & {
  /** The session behind the token, or behind the browser's cookie. */
  sid: string
  /** Whether it serves those who must first choose a password that nobody else knows. */
  beforeNewPassword: boolean
}

export type ApiKeyCredential = Asked & {
  apiKeyId: string
  /** Whether the route asks for a recent sign-in. */
  recent: boolean
  ceiling: readonly string[]
}

/**
 * Who does something, and from where; whoever comes by no request is a name alone. `credential` is null where the request
 * itself holds what is judged: a password, a refresh token, or a session that signs itself out.
 */
export type Actor = ActorName | { name: ActorName; origin: Origin; credential: Credential | null }

export function nameOf(actor: Actor): ActorName {
  return typeof actor === 'string' ? actor : actor.name
}

/** null for the command line and for what the server does by itself. */
export function originOf(actor: Actor): Origin | null {
  return typeof actor === 'string' ? null : actor.origin
}

/** null for the command line, for what the server does by itself, and where the work judges for itself. */
export function credentialOf(actor: Actor): Credential | null {
  return typeof actor === 'string' ? null : actor.credential
}

/** The user who acts, or null: the command line and the system have no rights to compare. */
export function userOf(actor: Actor): number | null {
  const name = nameOf(actor)
  return name.startsWith('user:') ? Number(name.slice('user:'.length)) : null
}

/** The id of the API key that somebody acts by; null where they do so themselves. */
export function apiKeyOf(actor: Actor): string | null {
  const credential = credentialOf(actor)
  return credential !== null && 'apiKeyId' in credential ? credential.apiKeyId : null
}
