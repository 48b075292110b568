// Authorization of changes to an application. With its redirect URIs or its credentials one can use whatever its users let it
// have (privilege escalation). So an actor may change only applications that may do no more than the actor may, before or after.
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
  /** @param each as it was, and as it shall be @throws permission_denied */
  async function require(tx: Queries, actor: Actor, ...each: readonly Subject[]): Promise<void> {
    const own = await rights.of(tx, actor)
    if (own === 'everything') return
    for (const needed of each.map(rightsThrough))
      if (needed === 'everything' || [...needed].some(permission => !own.has(permission)))
        throw refuse('permission_denied')
  }

  /** Locks one that the actor may act on. @throws not_found, permission_denied */
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

    /** The same of one that is not our own. @throws not_found, permission_denied, invalid_fields */
    async lockOther(tx: Queries, id: string, actor: Actor): Promise<ApplicationRecord> {
      const found = await lock(tx, id, actor)
      if (id === ownApplicationId) throw refuseField('client_id', 'application_built_in')
      return found
    },
  }
}

export type ApplicationRights = ReturnType<typeof createApplicationRights>

/**
 * What somebody could do who holds its tokens. With a scope of ours they act here as whoever signs in, administrators
 * included; through our own application everybody does. A first-party application gets tokens of whoever only visits a page
 * that leads there, with roles that other services go by: nobody is asked.
 */
export function rightsThrough({ origin, metadata }: Subject): Rights {
  const scopes = scopeWords(metadata.scope ?? '')
  if (origin === 'built_in' || metadata.first_party || scopes.some(scope => scope.startsWith('darvoza:')))
    return 'everything'
  const followsLog = scopes.includes('revocations:read') ? ['darvoza:revocations:read'] : []
  return new Set([...(metadata.permissions ?? []), ...followsLog])
}
