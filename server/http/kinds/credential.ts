import type { ApiKeyCredential, SessionCredential } from '../../policy/actor.js'
import type { OwnPermission } from '../../policy/permissions.js'

/** What a route demands of a signed-in sender. */
export type Asked = {
  permission?: OwnPermission
  /** A sign-in within five minutes. */
  recentlyAuthenticated?: true
  beforeNewPassword?: true
  /** By somebody who signed in, never by an API key. */
  inPerson?: true
}

/** The credential that a route demands of a signed-in sender; it is judged again where something changes. */
export function credentialFor(access: Asked, sid: string, ceiling?: readonly string[]): SessionCredential {
  return {
    sid,
    permission: access.permission ?? null,
    beforeNewPassword: access.beforeNewPassword === true,
    ...(ceiling && { ceiling }),
  }
}

/** The same of one that comes with an API key: its user, also an administrator, may do no more by it than its scopes say. */
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
