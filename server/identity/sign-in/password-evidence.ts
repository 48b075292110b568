// A checked password as evidence for a session.
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Queries } from '../../storage/database.js'
import type { UserStore } from '../../storage/users.js'
import type { Evidence } from './open-session.js'
import type { Checked } from './password-check.js'

export type PasswordEvidenceDeps = { userStore: UserStore; policy: PolicyInForce; now: () => number }

export function createPasswordEvidence({ userStore, policy, now }: PasswordEvidenceDeps) {
  async function updateUser(tx: Queries, { user, newHash }: Checked): Promise<void> {
    const changes = {
      ...(policy().update_last_login && { lastLoginAt: now() }),
      ...(newHash && { passwordHash: newHash }),
    }
    if (Object.keys(changes).length > 0) await userStore.update(tx, user.id, changes)
  }

  return (checked: Checked): Evidence => ({
    userId: checked.user.id,
    seq: checked.seq,
    authenticatedAt: checked.at,
    /** The user name is compared too: another user may have it by now. */
    async stillHolds(tx, { passwordHash, usernameKey }) {
      if (passwordHash !== checked.user.passwordHash || usernameKey !== checked.user.usernameKey) return false
      await updateUser(tx, checked)
      return true
    },
  })
}

export type PasswordEvidence = ReturnType<typeof createPasswordEvidence>
