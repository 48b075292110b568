// Checks a user name and a password. The result contains everything that the check rested on, for the caller to compare
// again: the log's number is read with the user, before the password is checked, and both outside of every transaction.
import type { Origin } from '../../policy/actor.js'
import type { Guesser } from '../../policy/guesses.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Database } from '../../storage/database.js'
import type { UserRecord, UserStore } from '../../storage/users.js'
import type { FailedSignIns } from './failed-sign-ins.js'
import type { Hashing } from './hashing.js'
import type { DeviceProof, KnownDevices } from './known-devices.js'

export type Checked = { user: UserRecord; seq: number; at: number; newHash: string | null }

type Found = { user: UserRecord; seq: number }

/** The user name of a sign-in, its user, and the client that guesses. */
export type Named = {
  usernameKey: string
  guesser: Guesser
  /** null: no user has the name; undefined: not looked up yet. */
  found: Found | null | undefined
  origin: Origin
}

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

  /**
   * A new hash for an outdated one; null where it is not needed, or the server is overloaded: then the next sign-in
   * makes it.
   */
  async function newHash({ id, passwordHash }: UserRecord, password: string): Promise<string | null> {
    if (!hashing.isOutdated(passwordHash)) return null
    try {
      return await hashing.hash(password, id)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'overloaded') return null
      throw error
    }
  }

  const find = (usernameKey: string): Promise<Found | null> => userStore.findWithSeq(database, usernameKey)

  return {
    /**
     * Determines the guesser whose guesses are counted. The database is read only for a valid device token: a flood of
     * strangers costs no query. The result also serves the check.
     */
    async lookUp(usernameKey: string, deviceProof: DeviceProof | null, origin: Origin): Promise<Named> {
      const stranger = { kind: 'stranger', usernameKey, address: origin.address } as const
      if (!deviceProof) return { usernameKey, guesser: stranger, found: undefined, origin }
      const found = await find(usernameKey)
      const device = found && (await knownDevices.provenDevice(database, found.user.id, deviceProof))
      const guesser: Guesser = device ? { kind: 'device', userId: device.userId, deviceId: device.id } : stranger
      return { usernameKey, guesser, found, origin }
    },

    /**
     * Checks the password. Unknown, disabled and deleted users take the same time, and get the same response.
     * @throws no_active_account, overloaded
     */
    async check({ usernameKey, guesser, origin, ...named }: Named, password: string): Promise<Checked> {
      const provenUser = 'userId' in guesser ? guesser.userId : null
      const logged = { reason: 'unknown_user', user: null as number | null }
      const checked = await hashing.inSlot(provenUser, async verify => {
        const found = named.found === undefined ? await find(usernameKey) : named.found
        const at = now()
        // Another user may have taken the name since the device token was issued.
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
