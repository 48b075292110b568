// Whose password is this? What is found is what the check rested on, and is compared again by whoever acts on it: the log's
// number is read with the user, before the password is checked, and both outside of every transaction.
import type { Origin } from '../../policy/actor.js'
import type { Guesser } from '../../policy/guesses.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import type { FailedSignIns } from './failed-sign-ins.js'
import type { Hashing } from './hashing.js'
import type { KnownDevices } from './known-devices.js'

export type Checked = { user: UserRecord; seq: number; at: number; newHash: string | null }

export type PasswordCheckDeps = {
  database: Database
  userStore: UserStore
  knownDevices: KnownDevices
  hashing: Hashing
  failedSignIns: FailedSignIns
  now: () => number
}

export function createPasswordCheck(deps: PasswordCheckDeps) {
  const { database, userStore, knownDevices, hashing, failedSignIns, now } = deps

  /** What cannot be hashed now is hashed at the next sign-in; this one is right all the same. */
  async function newHash({ id, passwordHash }: UserRecord, password: string): Promise<string | null> {
    if (!hashing.isOutdated(passwordHash)) return null
    try {
      return await hashing.hash(password, id)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'overloaded') return null
      throw error
    }
  }

  return {
    /** Who guesses. The database is asked only for a device token that is ours: a flood of strangers costs no query. */
    async guesserOf(usernameKey: string, deviceToken: string | undefined, { address }: Origin): Promise<Guesser> {
      const userId = knownDevices.claimedUser(deviceToken)
      const user = userId === null ? null : await userStore.find(database, userId)
      const device =
        user?.usernameKey === usernameKey ? await knownDevices.proven(database, user.id, deviceToken) : null
      return device
        ? { kind: 'device', userId: device.userId, deviceId: device.id }
        : { kind: 'stranger', usernameKey, address }
    },

    /** Unknown, disabled and deleted users take the same time, and the same answer. @throws no_active_account, overloaded */
    async check(usernameKey: string, password: string, guesser: Guesser, origin: Origin): Promise<Checked> {
      const provenUser = guesser.kind === 'stranger' ? null : guesser.userId
      const logged = { reason: 'unknown_user', user: null as number | null }
      const checked = await hashing.inSlot(provenUser, async verify => {
        const found = await userStore.findWithSeq(database, { usernameKey })
        const at = now()
        // The name may have gone to somebody else since the device was proven.
        const isTheirs = provenUser === null || provenUser === found?.user.id
        const right = await verify(password, found && isTheirs ? found.user.passwordHash : null)
        if (found) Object.assign(logged, { reason: right ? 'user_inactive' : 'wrong_password', user: found.user.id })
        if (found && !(right && found.user.active)) failedSignIns.remember(found.user.id, origin)
        return found && right ? { user: found.user, seq: found.seq, at } : null
      })
      if (!checked?.user.active) throw refuse('no_active_account', { logged })
      return { ...checked, newHash: await newHash(checked.user, password) }
    },
  }
}

export type PasswordCheck = ReturnType<typeof createPasswordCheck>
