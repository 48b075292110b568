// Audit entries of wrong passwords for existing users. A job writes them later: a response that waited for it would
// reveal by its time which usernames exist.
import type { Origin } from '../../policy/actor.js'
import type { Changes } from '../../tokens/changes.js'

export function createFailedSignIns({ changes }: { changes: Changes }) {
  let pending: { userId: number; origin: Origin }[] = []

  return {
    remember(userId: number, origin: Origin): void {
      pending.push({ userId, origin })
    },

    /**
     * Password hashing limits them to a few a second, so one transaction each is cheap; after a failure the rest is
     * retried in the next run.
     */
    async write(): Promise<void> {
      const writing = pending
      pending = []
      try {
        for (let one = writing[0]; one; writing.shift(), one = writing[0]) {
          const { userId, origin } = one
          await changes.run({ name: 'system', origin, credential: null }, async (_, { note }) =>
            note({ action: 'sign_in_failed', subject: String(userId) }),
          )
        }
      } finally {
        pending.unshift(...writing)
      }
    },
  }
}

export type FailedSignIns = ReturnType<typeof createFailedSignIns>
