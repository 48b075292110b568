// Who may hash when: hashing is the dearest thing the server does, so it has few slots and a short queue, and half of the
// slots are for those alone who prove a device that they already use.
import { createSlots } from './slots.js'
import { isOutdatedHash, isUnusableHash, missingCosts, standInHash } from './stored-passwords.js'

/** Does the work, wherever it is done. */
export type HashingWork = {
  hash(password: string, cost: number): Promise<string>
  matches(password: string, encoded: string): Promise<boolean>
}

export type HashingDeps = {
  work: HashingWork
  /** How many hashes run at once. */
  slots: number
  /** From 0 up to 1. */
  chance: () => number
  /** Cost of bcrypt for new hashes. */
  cost: () => number
}

/** Compares a password, as it was received, with a stored hash; nobody's (`null`), and none, take the same time. */
export type Verify = (password: string, encoded: string | null) => Promise<boolean>

export function createHashing({ work, slots, chance, cost }: HashingDeps) {
  /** How long a hash takes of late, in ms; the later the more it counts. */
  let typical = 0
  const share = { typical: () => typical, chance }
  const open = createSlots({ count: Math.max(1, Math.ceil(slots / 2)), ...share })
  const proven = createSlots({ count: Math.max(1, Math.floor(slots / 2)), ...share })

  async function timed<T>(hash: Promise<T>): Promise<T> {
    const begun = performance.now()
    const result = await hash
    typical += (performance.now() - begun - typical) / 4
    return result
  }

  /** A hash from before the cost was raised would tell by its time that the name is somebody's. */
  async function compare(password: string, encoded: string, present: number): Promise<boolean> {
    const right = await work.matches(password, encoded)
    for (const missing of missingCosts(encoded, present)) await work.matches(password, standInHash(missing))
    return right
  }

  const verify: Verify = async (password, stored) => {
    const encoded = stored !== null && isUnusableHash(stored) ? null : stored
    const present = cost()
    const right = await timed(compare(password, encoded ?? standInHash(present), present))
    return right && encoded !== null
  }

  return {
    /**
     * @param userId whose password it is; null for a new user's
     * @throws overloaded
     */
    hash(password: string, userId: number | null): Promise<string> {
      return proven.run(userId, () => timed(work.hash(password, cost())))
    },

    /**
     * Waits for a slot and verifies in it. What is looked up for that is looked up then: who waits in vain costs nothing.
     * @param provenUser who proves a device, and so takes the slots that strangers cannot fill; null for strangers
     * @throws overloaded, and what `check` throws
     */
    inSlot<T>(provenUser: number | null, check: (verify: Verify) => Promise<T>): Promise<T> {
      return (provenUser === null ? open : proven).run(provenUser, () => check(verify))
    },

    /** Is a stored hash older than the policy, or foreign? */
    isOutdated: (encoded: string): boolean => isOutdatedHash(encoded, cost()),
  }
}

export type Hashing = ReturnType<typeof createHashing>
