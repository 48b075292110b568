// Changes of applications are in force in this process once the response is sent; other processes follow the head of
// the log.
import type { Tail } from '../../revocation/tail.js'
import type { Changes } from '../../tokens/changes.js'

export type ApplicationChangesDeps = { changes: Changes; tail: Pick<Tail, 'readNow'> }

export function createApplicationChanges({ changes, tail }: ApplicationChangesDeps): Changes {
  return {
    async run(actor, work, subjects) {
      const result = await changes.run(actor, work, subjects)
      // The change is committed even if this read fails; no token is issued from outdated rows.
      await tail.readNow().catch(() => {})
      return result
    },
  }
}
