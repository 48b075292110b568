// Changes a user's own password. Attempts at the old password are counted, and the hash that it was compared with is
// read again under the lock of the user's row.
import type { Actor } from '../../policy/actor.js'
import { refuse, refuseField } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Database } from '../../storage/database.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'
import type { Guesses } from '../sign-in/guesses.js'
import type { Hashing } from '../sign-in/hashing.js'
import { requireGoodPassword } from './password-rules.js'

export type OwnPasswordDeps = {
  database: Database
  userStore: UserStore
  sessionStore: SessionStore
  guesses: Guesses
  hashing: Hashing
  changes: Changes
  policy: PolicyInForce
  now: () => number
}

export type PasswordChange = { oldPassword: string; newPassword: string }

/** Change of a password by its owner: all other sessions end, and this one too unless the policy keeps it. */
export function createOwnPassword(deps: OwnPasswordDeps) {
  const { database, userStore, sessionStore, guesses, hashing, changes, policy, now } = deps

  return {
    /**
     * Changes the user's own password.
     * @param sid the session of the request
     * @throws invalid_fields, too_many_guesses, overloaded, user_unknown, session_ended
     */
    async change(
      userId: number,
      sid: string,
      { oldPassword, newPassword }: PasswordChange,
      actor: Actor,
    ): Promise<void> {
      const user = await userStore.find(database, userId)
      if (!user || user.deletedAt !== null) throw refuse('user_unknown')
      requireGoodPassword(newPassword, [user.username], policy().password_min_length, 'new_password')
      // Another person knows the old password, so it is not accepted as the new one.
      if (user.mustChangePassword && newPassword === oldPassword)
        throw refuseField('new_password', 'password_unchanged')
      const session = await sessionStore.find(database, sid)
      if (session?.userId !== userId) throw refuse('session_ended')
      await guesses.count({ kind: 'owner', userId, deviceId: session.deviceId }, async () => {
        const right = await hashing.inSlot(userId, verify => verify(oldPassword, user.passwordHash))
        if (!right) throw wrongPassword()
      })
      const passwordHash = await hashing.hash(newPassword, userId)
      const exceptSid = policy().keep_session_on_password_change ? sid : undefined
      await changes.run(actor, async (tx, { record, note }) => {
        await userStore.lock(tx, userId)
        const present = await userStore.find(tx, userId)
        // The password was changed concurrently: the one that was checked is no longer valid.
        if (present?.passwordHash !== user.passwordHash || !present.active) throw wrongPassword()
        await userStore.update(tx, userId, { passwordHash, passwordChangedAt: now(), mustChangePassword: false })
        await record('password_changed', { subject: String(userId), exceptSid })
        // A token issued while a new password was due has no permissions (tokens/issue.ts): it becomes stale, and a
        // refresh adds them.
        if (present.mustChangePassword && exceptSid) await record('roles_changed', { subject: String(userId) })
        note({ action: 'password_changed', subject: String(userId) })
      })
    },
  }
}

export type OwnPassword = ReturnType<typeof createOwnPassword>

function wrongPassword() {
  return refuseField('old_password', 'old_password_wrong')
}
