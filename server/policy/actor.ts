// Types for the actor of a change: its name in the logs, the address and User-Agent that the request came from, and
// the credential that is checked again in the transaction of the change.
import type { OwnPermission } from './permissions.js'

/**
 * The name of an actor in the revocation log, lists, audit log and incidents: `operator:root` is the command line,
 * `application:shop` an application that revokes a token of its own.
 */
export type ActorName = `user:${string}` | `operator:${string}` | `application:${string}` | 'system'

/** The client that a request comes from. */
export type Origin = { address: string; userAgent: string; requestId: string }

/**
 * The credential of a request. It is checked when the request arrives, and again inside the transaction of every
 * change (tokens/credential.ts), because a client can delay a request for as long as it likes.
 */
export type Credential = SessionCredential | ApiKeyCredential

type Asked = {
  /** The permission that the route requires; null where every signed-in user may call it. */
  permission: OwnPermission | null
  /** Permissions that the credential is limited to: of another application's token, and of an API key. */
  ceiling?: readonly string[]
}

export type SessionCredential = Asked & {
  /** The session of the token, or of the browser's cookie. */
  sid: string
  /** Whether the route also serves users who must first choose a password that no one else knows. */
  beforeNewPassword: boolean
}

export type ApiKeyCredential = Asked & {
  apiKeyId: string
  /** Whether the route requires a recent sign-in. */
  recent: boolean
  ceiling: readonly string[]
}

/**
 * The actor of a change, and where it acts from; without a request only a name. `credential` is null where the
 * request itself contains what is checked: a password, a refresh token, or a session that signs itself out.
 */
export type Actor = ActorName | { name: ActorName; origin: Origin; credential: Credential | null }

export function nameOf(actor: Actor): ActorName {
  return typeof actor === 'string' ? actor : actor.name
}

/** null for the command line and for what the server does by itself. */
export function originOf(actor: Actor): Origin | null {
  return typeof actor === 'string' ? null : actor.origin
}

/** null for the command line, for what the server does by itself, and where the operation checks by itself. */
export function credentialOf(actor: Actor): Credential | null {
  return typeof actor === 'string' ? null : actor.credential
}

/** The user who acts, or null: the command line and the system have no rights to compare. */
export function userOf(actor: Actor): number | null {
  const name = nameOf(actor)
  return name.startsWith('user:') ? Number(name.slice('user:'.length)) : null
}

/** The id of the API key that an actor uses; null where the actor uses none. */
export function apiKeyOf(actor: Actor): string | null {
  const credential = credentialOf(actor)
  return credential !== null && 'apiKeyId' in credential ? credential.apiKeyId : null
}
