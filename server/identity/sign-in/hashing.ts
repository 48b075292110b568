// The concurrency limit of password hashing, the most expensive work of the server: few slots and a short queue, and slots that
// are reserved for requests which prove a device that the user already uses.
import { createEqualWork } from './equal-work.js'
import { createSlots } from './slots.js'
import { isOutdatedHash } from './stored-passwords.js'

/** The hashing itself, in whatever process it runs. */
export type HashingWork = {
  hash(password: string, cost: number): Promise<string>
  matches(password: string, encoded: string): Promise<boolean>
}

/**
 * Concurrent hashes. `deviceProofs`: reserved for requests with a valid device token, so that a flood of others cannot
 * fill them.
 */
export type HashingSlots = { strangers: number; deviceProofs: number }

/**
 * Half of the cores each. Strangers (requests without a device token) have at least two slots: below the server's
 * priority one thread gets a fifth of a core that refreshes alone would fill, and two get a third.
 */
export const hashingSlots = (cores: number): HashingSlots => ({
  strangers: Math.max(2, Math.ceil(cores / 2)),
  deviceProofs: Math.max(1, Math.floor(cores / 2)),
})

export type HashingDeps = {
  work: HashingWork
  /** Concurrent hashes. */
  slots: HashingSlots
  /** A random number from 0 up to 1. */
  chance: () => number
  /** bcrypt cost of new hashes. */
  cost: () => number
  /** A stand-in (`workOf`) for every kind of stored hash. */
  storedKinds: () => Promise<readonly string[]>
  /** A monotonic clock, ms. */
  monotonic: () => number
}

/** Compares a password, as it was received, with a stored hash; an unknown user's (`null`) and an unusable one take the same time. */
export type Verify = (password: string, encoded: string | null) => Promise<boolean>

export function createHashing({ work, slots, chance, cost, storedKinds, monotonic }: HashingDeps) {
  /** Moving average of a hash's duration, in ms; recent ones count more. */
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
     * Hashes a password in a reserved slot.
     * @param userId the user whose password it is; null for a new user
     * @throws overloaded
     */
    hash(password: string, userId: number | null): Promise<string> {
      return forDeviceProofs.run(userId, () => timed(work.hash(password, cost())))
    },

    /**
     * Waits for a slot and runs `check` in it, lookups included: a request that times out in the queue costs no query.
     * @param provenUser the user of a valid device token, for a reserved slot; null for strangers
     * @throws overloaded, and what `check` throws
     */
    inSlot<T>(provenUser: number | null, check: (verify: Verify) => Promise<T>): Promise<T> {
      return (provenUser === null ? forStrangers : forDeviceProofs).run(provenUser, () => check(verify))
    },

    /** Reads which kinds of hash are stored, so that comparison time reveals none of them. */
    prepare: equalWork.prepare,

    /** Whether a stored hash has another cost than the policy's, or comes from another system. */
    isOutdated: (encoded: string): boolean => isOutdatedHash(encoded, cost()),
  }
}

export type Hashing = ReturnType<typeof createHashing>
