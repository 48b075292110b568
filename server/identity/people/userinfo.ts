// Claims of the userinfo endpoint (OIDC Core §5.3): by the scopes of the token, with the user's present data.
import { scopeWords } from '../../policy/application-metadata.js'
import { claimsOf } from '../../policy/scope-claims.js'
import type { AccessClaims } from '../../protocol/claims.js'
import { refuse } from '../../protocol/errors.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Database } from '../../storage/database.js'
import type { UserStore } from '../../storage/users.js'

export type UserinfoDeps = { database: Database; userStore: UserStore; applications: ApplicationsInForce }

export function createUserinfo({ database, userStore, applications }: UserinfoDeps) {
  /**
   * @param claims of a live access token that was issued for a user
   * @throws user_unknown, application_disabled
   */
  return async ({ sub, client_id, scope = '' }: AccessClaims): Promise<Record<string, unknown>> => {
    const [user, application] = await Promise.all([userStore.find(database, Number(sub)), applications.meet(client_id)])
    // The user was deleted after the token was checked.
    if (!user || user.deletedAt !== null) throw refuse('user_unknown')
    if (!application) throw refuse('application_disabled')
    // Core §5.3.2: `sub` is always included, and a claim name that is configured for roles cannot override it.
    return { ...claimsOf(user, scopeWords(scope), application.metadata.roles_claim, 'userinfo'), sub }
  }
}

export type Userinfo = ReturnType<typeof createUserinfo>
