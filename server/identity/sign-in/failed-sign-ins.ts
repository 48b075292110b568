// Wrong passwords of users that there are, for the audit log. Written a moment later, by a job: an answer that had to wait
// for it would tell by its time which usernames exist.
import type { Origin } from '../../policy/actor.js'
import type { Changes } from '../../tokens/changes.js'

export function createFailedSignIns({ changes }: { changes: Changes }) {
  let pending: { userId: number; origin: Origin }[] = []

  return {
    remember(userId: number, origin: Origin): void {
      pending.push({ userId, origin })
    },

    /** Who was hashed for is few a second, so one transaction each is cheap; what fails is tried again the next time. */
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
