// The concurrency limit of password hashing, the most expensive work of the server: few slots and a short queue, and slots that
// are reserved for requests which prove a device that the user already uses.
import { createEqualWork } from './equal-work.js'
import { createSlots } from './slots.js'
import { isOutdatedHash } from './stored-passwords.js'

/** Does the work, wherever it is done. */
export type HashingWork = {
  hash(password: string, cost: number): Promise<string>
  matches(password: string, encoded: string): Promise<boolean>
}

/** `deviceProofs`: for those alone who prove a device that they already use; no flood of strangers fills them. */
export type HashingSlots = { strangers: number; deviceProofs: number }

/**
 * A half each. Strangers have two at the least: below the server's priority one thread gets a fifth of a core that refreshes
 * alone would fill, and two get a third.
 */
export const hashingSlots = (cores: number): HashingSlots => ({
  strangers: Math.max(2, Math.ceil(cores / 2)),
  deviceProofs: Math.max(1, Math.floor(cores / 2)),
})

export type HashingDeps = {
  work: HashingWork
  /** How many hashes run at once. */
  slots: HashingSlots
  /** From 0 up to 1. */
  chance: () => number
  /** Cost of bcrypt for new hashes. */
  cost: () => number
  /** A stand-in (`workOf`) for every kind of hash that is stored. */
  storedKinds: () => Promise<readonly string[]>
  /** ms */
  monotonic: () => number
}

/** Compares a password, as it was received, with a stored hash; an unknown user's (`null`) and an unusable one take the same time. */
export type Verify = (password: string, encoded: string | null) => Promise<boolean>

export function createHashing({ work, slots, chance, cost, storedKinds, monotonic }: HashingDeps) {
  /** How long a hash takes of late, in ms; the later the more it counts. */
  let typical = 0
  const share = { typical: () => typical, chance }
  const forStrangers = createSlots({ count: slots.strangers, ...share })
  const forDeviceProofs = createSlots({ count: slots.deviceProofs, ...share })

  async function timed<T>(hash: Promise<T>): Promise<T> {
    const begun = monotonic()
    const result = await hash
    typical += (monotonic() - begun - typical) / 4
    return result
  }

  const equalWork = createEqualWork({ work, cost, storedKinds, monotonic })
  const verify: Verify = (password, encoded) => timed(equalWork.compare(password, encoded))

  return {
    /**
     * @param userId whose password it is; null for a new user's
     * @throws overloaded
     */
    hash(password: string, userId: number | null): Promise<string> {
      return forDeviceProofs.run(userId, () => timed(work.hash(password, cost())))
    },

    /**
     * Waits for a slot and runs `check` in it, lookups included: a request that times out in the queue costs no query.
     * @param provenUser who proves a device, and so takes the slots that strangers cannot fill; null for strangers
     * @throws overloaded, and what `check` throws
     */
    inSlot<T>(provenUser: number | null, check: (verify: Verify) => Promise<T>): Promise<T> {
      return (provenUser === null ? forStrangers : forDeviceProofs).run(provenUser, () => check(verify))
    },

    /** Looks which kinds of hash are stored, so that none of them is told by its time. */
    prepare: equalWork.prepare,

    /** Is a stored hash older than the policy, or foreign? */
    isOutdated: (encoded: string): boolean => isOutdatedHash(encoded, cost()),
  }
}

export type Hashing = ReturnType<typeof createHashing>
