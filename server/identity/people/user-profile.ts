// A user's name and profile: forms about them are checked, and they are changed.
import { type Actor, apiKeyOf, nameOf, userOf } from '../../policy/actor.js'
import { usernameKey } from '../../policy/username.js'
import { checkAll } from '../../protocol/check-all.js'
import { refuse } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import { isDuplicate, type Queries } from '../../storage/database.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import type { Change } from '../../tokens/changes.js'
import { requireUsername } from './new-user.js'
import { usernameTaken } from './new-users.js'
import { requireGoodPassword } from './password-rules.js'
import { type Profile, requireProfile } from './profile.js'
import type { PublicUser } from './public-user.js'
import type { ChangeUser } from './user-access.js'

export type UserProfileDeps = {
  userStore: UserStore
  policy: PolicyInForce
  change: ChangeUser
  findByName: (username: string) => Promise<PublicUser | null>
  /** @throws not_found */
  require: (id: number) => Promise<PublicUser>
}

export function createUserProfile({ userStore, policy, change, findByName, require }: UserProfileDeps) {
  /**
   * Changes the user name, the profile, or both.
   * @throws invalid_fields, not_found, permission_denied, not_by_api_key
   */
  async function update(
    id: number,
    { username, ...profile }: Partial<Profile> & { username?: string | undefined },
    actor: Actor,
  ): Promise<PublicUser> {
    // The user name is one half of the user's own credentials.
    if (username !== undefined && apiKeyOf(actor) !== null && userOf(actor) === id) throw refuse('not_by_api_key')
    const [changes] = await checkAll(
      () => requireProfile(profile),
      () => username !== undefined && requireUsername(username, policy().username_max_length),
    )
    async function write(tx: Queries, user: UserRecord, changing: Change): Promise<void> {
      if (username !== undefined && username !== user.username) {
        await rename(tx, user, username, changing)
      }
      if (Object.keys(changes).length === 0) return
      await userStore.update(tx, id, { ...changes, ...emailVerification(user, changes.email, actor) })
      // Only the names of the changed fields: the audit log outlives personal data.
      changing.note({ action: 'profile_changed', subject: String(id), after: { changed: Object.keys(changes) } })
    }
    try {
      await change(id, actor, write)
    } catch (error) {
      throw isDuplicate(error) ? usernameTaken() : error
    }
    return require(id)
  }

  async function rename(tx: Queries, user: UserRecord, username: string, { record, note }: Change): Promise<void> {
    const subject = String(user.id)
    await userStore.update(tx, user.id, { username, usernameKey: usernameKey(username) })
    await record('user_renamed', { subject })
    note({ action: 'user_renamed', subject, before: { username: user.username }, after: { username } })
  }

  /**
   * Validates a form about a user before it is carried out.
   * @param of the user of the form; null for a new one
   * @throws invalid_fields with all problems
   */
  async function check(
    { username, password, ...profile }: Partial<Profile> & { username: string; password?: string | undefined },
    of: number | null,
  ): Promise<void> {
    const { username_max_length, password_min_length } = policy()
    await checkAll(
      () => requireUsername(username, username_max_length),
      async () => {
        const other = await findByName(username)
        if (other && other.id !== of) throw usernameTaken()
      },
      () => {
        if (password !== undefined)
          requireGoodPassword(password, username ? [username] : [], password_min_length, 'password')
      },
      () => requireProfile(profile),
    )
  }

  return { update, check }
}

/**
 * An administrator verifies an address by writing it; a user cannot verify their own. An unchanged address keeps its
 * state.
 */
function emailVerification({ id, email: before }: UserRecord, email: string | undefined, actor: Actor) {
  if (email === undefined || email === before) return {}
  return { emailVerified: email !== '' && nameOf(actor) !== `user:${id}` }
}
