// Whose password is this? What is found is what the check rested on, and is compared again by whoever acts on it: the log's
// number is read with the user, before the password is checked, and both outside of every transaction.
import type { Origin } from '../policy/actor.js'
import type { Guesser } from '../policy/guesses.js'
import { refuse } from '../protocol/errors.js'
import type { Database } from '../storage/database.js'
import type { UserRecord, Users } from '../storage/users.js'
import type { Hashing } from './hashing.js'
import type { KnownDevices } from './known-devices.js'

export type Checked = { user: UserRecord; seq: number; at: number; newHash: string | null }

export type PasswordCheckDeps = {
  database: Database
  users: Users
  knownDevices: KnownDevices
  hashing: Hashing
  now: () => number
}

export function createPasswordCheck({ database, users, knownDevices, hashing, now }: PasswordCheckDeps) {
  return {
    /** Who guesses. The database is asked only for a device token that is ours: a flood of strangers costs no query. */
    async guesserOf(usernameKey: string, deviceToken: string | undefined, { address }: Origin): Promise<Guesser> {
      const userId = knownDevices.claimedUser(deviceToken)
      const user = userId === null ? null : await users.find(database, userId)
      const device =
        user?.usernameKey === usernameKey ? await knownDevices.proven(database, user.id, deviceToken) : null
      return device
        ? { kind: 'device', userId: device.userId, deviceId: device.id }
        : { kind: 'stranger', usernameKey, address }
    },

    /** Unknown, disabled and deleted users take the same time, and the same answer. @throws no_active_account, overloaded */
    async check(usernameKey: string, password: string, guesser: Guesser): Promise<Checked> {
      const found = await users.findWithSeq(database, { usernameKey })
      // The name may have gone to somebody else since the device was proven.
      const mine = guesser.kind === 'stranger' || guesser.userId === found?.user.id
      const at = now()
      const encoded = found && mine ? found.user.passwordHash : null
      const right = await hashing.verify(password, encoded, guesser.kind !== 'stranger')
      if (!found || !right || !found.user.active) throw refuse('no_active_account')
      const { user, seq } = found
      const newHash = hashing.isOutdated(user.passwordHash) ? await hashing.hash(password) : null
      return { user, seq, at, newHash }
    },
  }
}

export type PasswordCheck = ReturnType<typeof createPasswordCheck>
