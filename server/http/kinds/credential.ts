// Makes the credential of an authenticated request, of a session or of an API key, from what its route requires;
// tokens/credential.ts checks it again in the transaction of a change.
import type { ApiKeyCredential, SessionCredential } from '../../policy/actor.js'
import type { OwnPermission } from '../../policy/permissions.js'

/** What a route demands of a signed-in sender. */
export type Asked = {
  permission?: OwnPermission
  /** The user must have signed in within five minutes. */
  recentlyAuthenticated?: true
  beforeNewPassword?: true
  /** Only a signed-in user, never an API key. */
  inPerson?: true
}

/** The credential of a session that a route demands; a change judges it again in its transaction. */
export function credentialFor(access: Asked, sid: string, ceiling?: readonly string[]): SessionCredential {
  return {
    sid,
    permission: access.permission ?? null,
    beforeNewPassword: access.beforeNewPassword === true,
    ...(ceiling && { ceiling }),
  }
}

/** The credential of an API key: its user, even an administrator, may do no more with it than its scopes say. */
export function apiKeyCredential(
  access: Asked,
  { id, scopes }: { id: string; scopes: readonly string[] },
): ApiKeyCredential {
  return {
    apiKeyId: id,
    permission: access.permission ?? null,
    recent: access.recentlyAuthenticated === true,
    ceiling: scopes,
  }
}
