// Users: created, changed, disabled, deleted. A change of anything that a token carries records its revocation trigger
// in the same transaction (policy/revocation.ts).
import { type Actor, apiKeyOf, credentialOf, userOf } from '../../policy/actor.js'
import { administratorRole, rightsOf } from '../../policy/permissions.js'
import { usernameKey } from '../../policy/username.js'
import { refuse } from '../../protocol/errors.js'
import { problem } from '../../protocol/problems.js'
import type { ApiKeyStore } from '../../storage/api-keys.js'
import type { Queries } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { UserRecord } from '../../storage/users.js'
import { createNewUsers, type NewUsersDeps } from './new-users.js'
import { requireGoodPassword } from './password-rules.js'
import { type PublicUser, publicUser } from './public-user.js'
import { createUserAccess, type UserChange } from './user-access.js'
import { createUserProfile } from './user-profile.js'

export type { PublicUser }

export type UsersDeps = NewUsersDeps & { deviceStore: DeviceStore; apiKeyStore: ApiKeyStore }

export function createUsers(deps: UsersDeps) {
  const { database, userStore, deviceStore, apiKeyStore, hashing, rights, changes, policy, now } = deps

  const newUsers = createNewUsers(deps)
  const access = createUserAccess({ ...deps, newUsers, change, requireOtherAdministrator })
  const profile = createUserProfile({ ...deps, change, findByName, require: require_ })

  /**
   * Disables a user and ends all of their sessions for good: enabling the user revives none.
   * @throws not_found, last_administrator, permission_denied
   */
  function disable(id: number, actor: Actor): Promise<void> {
    return change(id, actor, async (tx, user, { record, note }) => {
      if (!user.active) return
      await requireOtherAdministrator(tx, user)
      await userStore.update(tx, id, { active: false })
      await record('user_disabled', { subject: String(id) })
      note({ action: 'user_disabled', subject: String(id) })
    })
  }

  /** @throws not_found, permission_denied */
  function enable(id: number, actor: Actor): Promise<void> {
    return change(id, actor, async (tx, user, { record, note }) => {
      if (user.active) return
      await userStore.update(tx, id, { active: true })
      // The user was disabled before the import: nothing of theirs has been revoked yet, such as tokens of the former
      // service.
      if (user.endedSeq === 0) await record('all_ended', { subject: String(id) })
      note({ action: 'user_enabled', subject: String(id) })
    })
  }

  /**
   * Deletes a user: keeps the id, blanks personal data, frees the name.
   * @throws not_found, last_administrator, permission_denied
   */
  function remove(id: number, actor: Actor): Promise<void> {
    return change(id, actor, async (tx, user, { record, note }) => {
      await requireOtherAdministrator(tx, user)
      await userStore.update(tx, id, {
        username: '',
        usernameKey: null,
        passwordHash: '',
        firstName: '',
        lastName: '',
        email: '',
        emailVerified: false,
        active: false,
        permissions: [],
        deletedAt: now(),
      })
      await userStore.setRoles(tx, id, [])
      await deviceStore.blank(tx, id, now())
      await apiKeyStore.blank(tx, id)
      await record('user_deleted', { subject: String(id) })
      note({ action: 'user_deleted', subject: String(id), before: { roles: user.roles } })
    })
  }

  /**
   * Resets a password as an administrator: all of the user's sessions end.
   * @param mustChange the pages then ask the user for a new one
   * @throws invalid_fields, not_found, permission_denied, not_by_api_key
   */
  async function setPassword(id: number, password: string, actor: Actor, mustChange = false): Promise<void> {
    if (apiKeyOf(actor) !== null) throw refuse('not_by_api_key')
    const user = await require_(id)
    // Checked before the costly hash, and once more in the transaction.
    await rights.requirePassword(database, actor, rightsOf(user))
    requireGoodPassword(password, [user.username], policy().password_min_length, 'password')
    const passwordHash = await hashing.hash(password, id)
    await change(id, actor, async (tx, user, { record, note }) => {
      const beyond = await rights.requirePassword(tx, actor, rightsOf(user))
      await userStore.update(tx, id, { passwordHash, passwordChangedAt: now(), mustChangePassword: mustChange })
      await record('password_reset', { subject: String(id) })
      // Rights that the actor could use with this password, and does not have: the audit log names whom to ask about
      // their use.
      note({
        action: 'password_reset',
        subject: String(id),
        ...(beyond.length > 0 && { after: { usable_rights: beyond } }),
      })
    })
  }

  /**
   * Changes one user under the user's row lock, by an actor who may act on them.
   * @param roles that the change may give
   */
  function change(
    id: number,
    actor: Actor,
    work: UserChange,
    { roles }: { roles?: readonly string[] } = {},
  ): Promise<void> {
    return changes.run(
      actor,
      async (tx, changing) => {
        await userStore.lock(tx, id)
        const user = await userStore.find(tx, id)
        if (!user || user.deletedAt !== null) throw refuse('not_found')
        // A user may always change their own account, also with a credential of fewer rights: an API key, another
        // application's token.
        if (!isOwnAccount(actor, id)) await rights.require(tx, actor, rightsOf(user))
        await work(tx, user, changing)
      },
      { users: [id], ...(roles && { roles }) },
    )
  }

  /**
   * Requires another administrator who can sign in. Their rows stay locked, so that two concurrent changes cannot
   * remove both.
   */
  async function requireOtherAdministrator(tx: Queries, { id, roles }: UserRecord): Promise<void> {
    if (!roles.includes(administratorRole)) return
    const holders = await userStore.lockHolders(tx, administratorRole)
    if (holders.length === 1 && holders[0] === id) throw refuse('last_administrator')
  }

  async function findByName(username: string): Promise<PublicUser | null> {
    const user = await userStore.findByKey(database, usernameKey(username))
    return user && publicUser(user)
  }

  /** @throws not_found */
  async function require_(id: number): Promise<PublicUser> {
    const user = await userStore.find(database, id)
    if (!user || user.deletedAt !== null) throw refuse('not_found')
    return publicUser(user)
  }

  return {
    create: newUsers.create,
    importOne: newUsers.importOne,
    ...profile,
    /** @throws invalid_fields, not_found, permission_denied */
    rename: (id: number, username: string, actor: Actor) => profile.update(id, { username }, actor),
    disable,
    enable,
    remove,
    setPassword,
    ...access,
    require: require_,

    /**
     * Rights that the actor would gain by setting this user's password.
     * @throws not_found, permission_denied where they may not set it
     */
    usableByPassword: async (id: number, actor: Actor): Promise<string[]> =>
      rights.requirePassword(database, actor, rightsOf(await require_(id))),

    findByName,

    /** @throws not_found */
    async requireByName(username: string): Promise<PublicUser> {
      const user = await findByName(username)
      if (!user) throw refuse('not_found', { problem: problem('unknown_user', { name: username }) })
      return user
    },
  }
}

export type Users = ReturnType<typeof createUsers>

/** Whether the actor acts on their own account, by a route that requires no permission. */
const isOwnAccount = (actor: Actor, id: number) => userOf(actor) === id && credentialOf(actor)?.permission === null
