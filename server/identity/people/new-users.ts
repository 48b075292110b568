// Creates users, and imports users from other systems.
import { type Actor, apiKeyOf } from '../../policy/actor.js'
import { rightsOfRoles } from '../../policy/permissions.js'
import { usernameKey } from '../../policy/username.js'
import { checkAll } from '../../protocol/check-all.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import { type Database, isDuplicate, type Queries } from '../../storage/database.js'
import type { RoleRecord, RoleStore } from '../../storage/roles.js'
import type { UserStore } from '../../storage/users.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'
import type { Hashing } from '../sign-in/hashing.js'
import { unusableHash } from '../sign-in/stored-passwords.js'
import { newUser, noteOf, requireImportable, requireUsername, type UserToImport } from './new-user.js'
import { requireGoodPassword } from './password-rules.js'
import { type Profile, requireProfile } from './profile.js'
import { type PublicUser, publicUser } from './public-user.js'

export type UserToCreate = Partial<Profile> & {
  username: string
  /** null: the user cannot sign in with a password until an administrator sets it. */
  password: string | null
  roles?: string[]
  /** Another person knows the password: the pages ask for a new one. */
  mustChangePassword?: boolean
  /** An id outside of the sequence. */
  reservedId?: number
}

export type NewUsersDeps = {
  database: Database
  userStore: UserStore
  roleStore: RoleStore
  hashing: Hashing
  rights: ActorRights
  changes: Changes
  policy: PolicyInForce
  now: () => number
}

export function createNewUsers({ userStore, roleStore, hashing, rights, changes, policy, now }: NewUsersDeps) {
  /**
   * Creates a user. An API key creates users without a password only: with one its holder could sign in as them, which
   * no key allows.
   * @throws invalid_fields, permission_denied, not_by_api_key
   */
  async function create({ password, ...user }: UserToCreate, actor: Actor): Promise<PublicUser> {
    if (password !== null && apiKeyOf(actor) !== null) throw refuse('not_by_api_key')
    const { username_max_length, password_min_length } = policy()
    await checkAll(
      () => requireUsername(user.username, username_max_length),
      () => password !== null && requireGoodPassword(password, [user.username], password_min_length, 'password'),
      () => requireProfile(user),
    )
    const passwordHash = password === null ? unusableHash : await hashing.hash(password, null)
    // The actor who creates a user vouches for the address.
    return insert({ ...user, passwordHash, emailVerified: true }, actor, 'user_created')
  }

  /** @throws invalid_fields, permission_denied */
  async function importOne(user: UserToImport, actor: Actor): Promise<PublicUser> {
    requireImportable(user)
    return insert({ ...user, passwordHash: user.passwordHash || unusableHash }, actor, 'user_imported')
  }

  async function insert(
    user: UserToImport & { passwordHash: string; reservedId?: number },
    actor: Actor,
    action: 'user_created' | 'user_imported',
  ): Promise<PublicUser> {
    requireProfile(user)
    try {
      const work = async (tx: Queries, { note }: Change): Promise<PublicUser> => {
        const given = await requireRoles(tx, user.roles ?? [])
        await rights.requireGiving(tx, actor, rightsOfRoles(given, user.permissions))
        // Creating users does not include giving roles, not even the actor's own roles.
        if (given.length > 0) await rights.require(tx, actor, new Set(['darvoza:roles:write']))
        const key = usernameKey(user.username)
        if (await userStore.findByKey(tx, key)) throw usernameTaken()
        const id = user.reservedId ?? (await userStore.nextId(tx, user.id))
        await userStore.insert(tx, newUser(user, id, now()))
        await userStore.setRoles(tx, id, user.roles ?? [])
        note(noteOf(action, user, id))
        return publicUser((await userStore.find(tx, id))!)
      }
      return await changes.run(actor, work, { roles: user.roles ?? [] })
    } catch (error) {
      if (isDuplicate(error)) throw user.id === undefined ? usernameTaken() : refuseField('id', 'user_id_taken')
      throw error
    }
  }

  /**
   * Roles by their names, locked, so that their permissions cannot change before they are given.
   * @throws invalid_fields
   */
  async function requireRoles(tx: Queries, names: readonly string[]): Promise<RoleRecord[]> {
    const found: RoleRecord[] = []
    for (const name of [...new Set(names)].sort()) {
      const role = await roleStore.lock(tx, name)
      if (!role) throw refuseField('roles', 'unknown_role', { name })
      found.push(role)
    }
    return found
  }

  return { create, importOne, requireRoles }
}

export type NewUsers = ReturnType<typeof createNewUsers>

export function usernameTaken() {
  return refuseField('username', 'username_taken')
}
