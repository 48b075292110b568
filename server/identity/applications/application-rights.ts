// Authorization of changes to an application. Its redirect URIs or credentials give access to everything its users let
// it have (privilege escalation). So an actor may change only applications that may do no more than the actor may,
// before or after.
import type { Actor } from '../../policy/actor.js'
import {
  type ApplicationMetadata,
  type ApplicationOrigin,
  ownApplicationId,
  scopeWords,
} from '../../policy/application-metadata.js'
import type { Rights } from '../../policy/permissions.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { ApplicationRecord, ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { ActorRights } from '../rights.js'
import { unknownApplication } from './application-writing.js'

type Subject = { origin: ApplicationOrigin; metadata: ApplicationMetadata }

export type ApplicationRightsDeps = { applicationStore: ApplicationStore; rights: ActorRights }

export function createApplicationRights({ applicationStore, rights }: ApplicationRightsDeps) {
  /** @param each the application before and after the change @throws permission_denied */
  async function require(tx: Queries, actor: Actor, ...each: readonly Subject[]): Promise<void> {
    const own = await rights.of(tx, actor)
    if (own === 'everything') return
    for (const needed of each.map(rightsThrough))
      if (needed === 'everything' || [...needed].some(permission => !own.has(permission)))
        throw refuse('permission_denied')
  }

  /** Locks an application that the actor may change. @throws not_found, permission_denied */
  async function lock(tx: Queries, id: string, actor: Actor): Promise<ApplicationRecord> {
    await applicationStore.lock(tx, id)
    const found = await applicationStore.find(tx, id)
    if (!found || found.deletedAt !== null) throw unknownApplication(id)
    await require(tx, actor, found)
    return found
  }

  return {
    require,
    lock,

    /**
     * Locks an application that the actor may change and that is not the built-in one.
     * @throws not_found, permission_denied, invalid_fields
     */
    async lockOther(tx: Queries, id: string, actor: Actor): Promise<ApplicationRecord> {
      const found = await lock(tx, id, actor)
      if (id === ownApplicationId) throw refuseField('client_id', 'application_built_in')
      return found
    },
  }
}

export type ApplicationRights = ReturnType<typeof createApplicationRights>

/**
 * What a holder of the application's tokens could do. With a scope of this server it acts here as any user who signs
 * in, administrators included; through the built-in application every user does. A first-party application gets tokens
 * without consent of any user who only visits a page that leads there, with roles that other services rely on.
 */
export function rightsThrough({ origin, metadata }: Subject): Rights {
  const scopes = scopeWords(metadata.scope ?? '')
  if (origin === 'built_in' || metadata.first_party || scopes.some(scope => scope.startsWith('darvoza:')))
    return 'everything'
  const followsLog = scopes.includes('revocations:read') ? ['darvoza:revocations:read'] : []
  return new Set([...(metadata.permissions ?? []), ...followsLog])
}
