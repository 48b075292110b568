// Who may hash when: hashing is the dearest thing the server does, so it has few slots and a short queue, and half of the
// slots are for those alone who prove a device that they already use.
import { createSlots } from './slots.js'
import { isOutdatedHash, standInHash } from './stored-passwords.js'

/** Does the work, wherever it is done. */
export type HashingWork = {
  hash(password: string, cost: number): Promise<string>
  matches(password: string, encoded: string): Promise<boolean>
}

export type HashingDeps = {
  work: HashingWork
  /** How many hashes run at once. */
  slots: number
  /** Cost of bcrypt for new hashes. */
  cost: () => number
}

export function createHashing({ work, slots, cost }: HashingDeps) {
  const open = createSlots(Math.max(1, Math.ceil(slots / 2)))
  const proven = createSlots(Math.max(1, Math.floor(slots / 2)))

  return {
    /** @throws overloaded */
    hash(password: string): Promise<string> {
      return proven.run(() => work.hash(password, cost()))
    },

    /**
     * Compares a password, as it was received, with a stored hash; an unknown user's (`null`) takes the same time.
     * @param provenDevice takes the slots that strangers cannot fill
     * @throws overloaded
     */
    async verify(password: string, encoded: string | null, provenDevice: boolean): Promise<boolean> {
      const slots = provenDevice ? proven : open
      const right = await slots.run(() => work.matches(password, encoded ?? standInHash(cost())))
      return right && encoded !== null
    },

    /** Is a stored hash older than the policy, or foreign? */
    isOutdated: (encoded: string): boolean => isOutdatedHash(encoded, cost()),
  }
}

export type Hashing = ReturnType<typeof createHashing>
