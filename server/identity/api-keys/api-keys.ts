// API keys: created, listed and ended. A key is created by a user in person, never by another key and never through an
// application: it outlives the session that created it.
import type { Actor } from '../../policy/actor.js'
import { apiKeyOf, credentialOf, userOf } from '../../policy/actor.js'
import { accountScope, apiKeyPrefix, mostLiveApiKeys } from '../../policy/api-key.js'
import { rightsOf } from '../../policy/permissions.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import { problem } from '../../protocol/problems.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { ApiKeyStore } from '../../storage/api-keys.js'
import type { Database, Queries } from '../../storage/database.js'
import type { UserStore } from '../../storage/users.js'
import { apiKeyHash } from '../../tokens/api-key-lookup.js'
import type { Changes } from '../../tokens/changes.js'
import type { Quota } from '../quota.js'
import type { ActorRights } from '../rights.js'
import type { ApiKeyList } from './api-key-list.js'
import { type ApiKeyToCreate, checkedApiKey, requireHeldScopes } from './new-api-key.js'
import { type PublicApiKey, publicApiKey } from './public-api-key.js'

export type ApiKeysDeps = {
  issuer: string
  database: Database
  userStore: UserStore
  apiKeyStore: ApiKeyStore
  apiKeyList: ApiKeyList
  rights: ActorRights
  changes: Changes
  applications: ApplicationsInForce
  tail: Tail
  quota: Quota
  random: (size: number) => Buffer
  uuid: () => string
  now: () => number
}

/** How many keys of a user are listed, ended and expired ones included, which stay for a while. */
const mostShown = 200

export function createApiKeys(deps: ApiKeysDeps) {
  const { issuer, database, userStore, apiKeyStore, apiKeyList, rights, changes, applications, tail } = deps
  const { quota, random, uuid, now } = deps

  /**
   * Same rule as for setting the user's password, since the key's holder acts as the user. Its scopes are never more
   * than the actor holds.
   */
  async function requireMayMake(tx: Queries, actor: Actor, userId: number, scopes: readonly string[]): Promise<void> {
    const user = await userStore.find(tx, userId)
    if (!user || user.deletedAt !== null) throw refuse('not_found')
    if (!user.active) throw refuseField('non_field_errors', 'user_disabled')
    if (userOf(actor) !== userId) {
      await rights.requirePassword(tx, actor, rightsOf(user))
      await rights.requireGiving(tx, actor, new Set(scopes.filter(scope => scope !== accountScope)))
    }
    requireHeldScopes(scopes, user.allPermissions)
  }

  return {
    /**
     * @returns the key, and its text, which nobody can read again
     * @throws invalid_fields, not_found, permission_denied, not_by_api_key, insufficient_scope, too_many_requests
     */
    async create(userId: number, asked: ApiKeyToCreate, actor: Actor): Promise<{ key: PublicApiKey; text: string }> {
      if (apiKeyOf(actor) !== null) throw refuse('not_by_api_key')
      // Refused through another application: its access ends with its session, its consent or the application itself; a
      // key would not.
      if (credentialOf(actor)?.ceiling) throw refuse('insufficient_scope')
      if (!tail.isFresh()) await tail.readIfOld()
      const checked = checkedApiKey(asked, { issuer, applications, now: now() })
      const by = userOf(actor)
      if (by !== null) await quota(String(by))
      const text = apiKeyPrefix + random(32).toString('base64url')
      const key = await changes.run(
        actor,
        async (tx, { note }) => {
          await userStore.lock(tx, userId)
          await requireMayMake(tx, actor, userId, checked.scopes)
          const at = now()
          if ((await apiKeyStore.countLive(tx, userId, at)) >= mostLiveApiKeys)
            throw refuseField('non_field_errors', 'too_many_api_keys', { count: mostLiveApiKeys })
          const made = {
            ...{ id: uuid(), userId, ...checked, hint: text.slice(-4), createdAt: at },
            ...{ lastUsedAt: null, lastUsedAddress: null, endedAt: null, endedWhy: null },
          }
          await apiKeyStore.insert(tx, { ...made, hash: apiKeyHash(text) })
          const { name, hint, scopes, resource, elevated, expiresAt } = made
          const given = { ...(resource !== null && { resource }), elevated, expires_at: expiresAt }
          const after = { api_key: made.id, name, hint, scopes, ...given }
          note({ action: 'api_key_created', subject: String(userId), after })
          return made
        },
        { users: [userId] },
      )
      return { key: publicApiKey(key, now()), text }
    },

    /** API keys of one user: those not ended first, each part newest first. */
    listOf: async (userId: number): Promise<PublicApiKey[]> =>
      (await apiKeyStore.ofUser(database, userId, mostShown)).map(key => publicApiKey(key, now())),

    ...apiKeyList,

    /** An API key of any user, ended and expired ones included. @throws not_found */
    async require(id: string): Promise<PublicApiKey> {
      const found = await apiKeyStore.find(database, id)
      if (!found) throw unknownKey(id)
      return publicApiKey(found, now())
    },

    /**
     * Ends one API key at once.
     * @param ofUser refuses another user's key as if it did not exist; null where the actor may end keys of others
     * @throws not_found, also when it had already ended; permission_denied
     */
    async end(id: string, ofUser: number | null, actor: Actor): Promise<void> {
      const found = await apiKeyStore.find(database, id)
      if (!found || (ofUser !== null && found.userId !== ofUser)) throw unknownKey(id)
      const { userId, name, hint } = found
      const work: Parameters<typeof changes.run<boolean>>[1] = async (tx, { note }) => {
        await userStore.lock(tx, userId)
        if (ofUser === null && userOf(actor) !== userId) await rights.requireOver(tx, actor, userId)
        if (!(await apiKeyStore.end(tx, id, now(), 'key_ended'))) return false
        note({ action: 'api_key_ended', subject: String(userId), before: { api_key: id, name, hint } })
        return true
      }
      if (!(await changes.run(actor, work, { users: [userId] }))) throw unknownKey(id)
    },
  }
}

export type ApiKeys = ReturnType<typeof createApiKeys>

/** An error or a log must not repeat the text of a key that a client sent in place of its id. */
function unknownKey(id: string) {
  if (id.startsWith(apiKeyPrefix)) return refuse('not_found')
  return refuse('not_found', { problem: problem('unknown_api_key', { id: id.slice(0, 36) }) })
}
