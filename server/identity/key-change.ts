import type { Actor } from '../policy/actor.js'
import type { Tail } from '../revocation/tail.js'
import type { Audit } from '../storage/audit.js'
import type { Queries } from '../storage/database.js'
import type { Revocations } from '../storage/revocations.js'
import type { Change, Revoke } from '../tokens/revoke.js'

export type KeyChangeDeps = { audit: Audit; revocations: Revocations; revoke: Revoke; tail: Tail }

/** Changes of keys and secrets follow each other, whichever servers make them, and every server follows them. */
export function createKeyChange({ audit, revocations, revoke, tail }: KeyChangeDeps) {
  /** Runs `work` as one change; what it notes is what was changed. Once it is done this process holds the keys of then. */
  return async function change<T>(actor: Actor, work: (tx: Queries, change: Change) => Promise<T>): Promise<T> {
    const result = await revoke.transaction(actor, async (tx, { record, note }) => {
      // First, and both heads in their order: whoever changes keys takes turns here.
      await audit.lockHead(tx)
      await revocations.lockHead(tx)
      let changed = false
      const result = await work(tx, {
        record,
        note(what) {
          changed = true
          note(what)
        },
      })
      if (changed) await revocations.raiseVersion(tx, 'key')
      return result
    })
    // Committed all the same; while the database is silent nothing is signed.
    await tail.readNow().catch(() => {})
    return result
  }
}

export type KeyChange = ReturnType<typeof createKeyChange>
