// Changes of applications are in force in this process once they are answered; others follow the head of the log.
import type { Tail } from '../../revocation/tail.js'
import type { Changes } from '../../tokens/changes.js'

export type ApplicationChangesDeps = { changes: Changes; tail: Pick<Tail, 'readNow'> }

export function createApplicationChanges({ changes, tail }: ApplicationChangesDeps): Changes {
  return {
    async run(actor, work, subjects) {
      const result = await changes.run(actor, work, subjects)
      // Committed all the same; a token for what the rows no longer say is made by nobody.
      await tail.readNow().catch(() => {})
      return result
    },
  }
}
