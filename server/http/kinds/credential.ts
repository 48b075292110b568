import type { Credential } from '../../policy/actor.js'
import type { OwnPermission } from '../../policy/permissions.js'

/** The credential that a route demands of a signed-in sender; it is judged again where something changes. */
export function credentialFor(
  access: { permission?: OwnPermission; beforeNewPassword?: true },
  sid: string,
  ceiling?: readonly string[],
): Credential {
  return {
    sid,
    permission: access.permission ?? null,
    beforeNewPassword: access.beforeNewPassword === true,
    ...(ceiling && { ceiling }),
  }
}
