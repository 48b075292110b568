// Users: made, changed, disabled, deleted. Whatever changes something that a token says records its trigger in the same
// transaction (policy/revocation.ts).
import { administratorRole } from '../policy/permissions.js'
import { usernameKey } from '../policy/username.js'
import { refuse } from '../protocol/errors.js'
import { isDuplicate, type Queries } from '../storage/database.js'
import type { Devices } from '../storage/devices.js'
import type { UserRecord, Users as UserStore } from '../storage/users.js'
import type { RecordTrigger, Revoke } from '../tokens/revoke.js'
import type { Actor } from './actor.js'
import { createNewUsers, type NewUsersDeps, requireRoles, requireUsername, usernameTaken } from './new-users.js'
import { requireGoodPassword } from './password-rules.js'
import { type Profile, requireProfile } from './profile.js'

export type { UserRecord }

export type UsersDeps = NewUsersDeps & { devices: Devices; revoke: Revoke }

export function createUsers(deps: UsersDeps) {
  const { database, users, devices, roles, hashing, revoke, policy, now } = deps

  /** @throws invalid_fields, not_found */
  async function rename(id: number, username: string, actor: Actor): Promise<void> {
    requireUsername(username, policy().username_max_length)
    try {
      await change(id, async (tx, user, record) => {
        if (user.username === username) return
        await users.update(tx, id, { username, usernameKey: usernameKey(username) })
        await record('user_renamed', { subject: String(id), actor })
      })
    } catch (error) {
      throw isDuplicate(error) ? usernameTaken() : error
    }
  }

  /** Signs the user out everywhere, for good: enabling again revives nothing. @throws not_found, last_administrator */
  function disable(id: number, actor: Actor): Promise<void> {
    return change(id, async (tx, user, record) => {
      if (!user.active) return
      await requireAdministratorBeside(tx, id)
      await users.update(tx, id, { active: false })
      await record('user_disabled', { subject: String(id), actor })
    })
  }

  /** @throws not_found */
  function enable(id: number): Promise<void> {
    return change(id, async tx => users.update(tx, id, { active: true }))
  }

  /** Keeps the id, blanks the person, frees the name. @throws not_found, last_administrator */
  function remove(id: number, actor: Actor): Promise<void> {
    return change(id, async (tx, _, record) => {
      await requireAdministratorBeside(tx, id)
      await users.update(tx, id, {
        username: '',
        usernameKey: null,
        passwordHash: '',
        firstName: '',
        lastName: '',
        email: '',
        active: false,
        permissions: [],
        deletedAt: now(),
      })
      await users.setRoles(tx, id, [])
      await devices.blank(tx, id, now())
      await record('user_deleted', { subject: String(id), actor })
    })
  }

  /** A reset by an administrator: every session ends. @throws invalid_fields, not_found */
  async function setPassword(id: number, password: string, actor: Actor): Promise<void> {
    const user = await require_(id)
    requireGoodPassword(password, [user.username], policy().password_min_length, 'password')
    const passwordHash = await hashing.hash(password)
    await change(id, async (tx, _, record) => {
      await users.update(tx, id, { passwordHash, passwordChangedAt: now() })
      await record('password_reset', { subject: String(id), actor })
    })
  }

  /** @throws invalid_fields, not_found, last_administrator */
  function setRoles(id: number, names: string[], actor: Actor): Promise<void> {
    const wanted = [...new Set(names)].sort()
    return change(id, async (tx, user, record) => {
      await requireRoles(roles, tx, wanted)
      if (wanted.join() === user.roles.join()) return
      if (!wanted.includes(administratorRole)) await requireAdministratorBeside(tx, id)
      await users.setRoles(tx, id, wanted)
      await record('roles_changed', { subject: String(id), actor })
    })
  }

  /** @throws invalid_fields, not_found */
  async function updateProfile(id: number, profile: Partial<Profile>): Promise<UserRecord> {
    const changes = requireProfile(profile)
    if (Object.keys(changes).length > 0) await change(id, tx => users.update(tx, id, changes))
    return require_(id)
  }

  /** One change of one user under the user's lock. */
  function change(
    id: number,
    work: (tx: Queries, user: UserRecord, record: RecordTrigger) => Promise<void>,
  ): Promise<void> {
    return revoke.transaction(async (tx, record) => {
      await users.lock(tx, id)
      const user = await users.find(tx, id)
      if (!user || user.deletedAt !== null) throw refuse('not_found')
      await work(tx, user, record)
    })
  }

  /** There must be another administrator who can sign in. Their rows stay locked, so two at once cannot both be last. */
  async function requireAdministratorBeside(tx: Queries, id: number): Promise<void> {
    const holders = await users.lockHolders(tx, administratorRole)
    if (holders.length === 1 && holders[0] === id) throw refuse('last_administrator')
  }

  /** @throws not_found */
  async function require_(id: number): Promise<UserRecord> {
    const user = await users.find(database, id)
    if (!user || user.deletedAt !== null) throw refuse('not_found')
    return user
  }

  return {
    ...createNewUsers(deps),
    rename,
    disable,
    enable,
    remove,
    setPassword,
    setRoles,
    updateProfile,
    require: require_,

    /** @throws not_found */
    async requireByName(username: string): Promise<UserRecord> {
      const user = await users.findByKey(database, usernameKey(username))
      if (!user) throw refuse('not_found', { detail: `There is no user ${username}.` })
      return user
    },

    list: (page: Parameters<UserStore['list']>[1]) => users.list(database, page),
  }
}

export type Users = ReturnType<typeof createUsers>
