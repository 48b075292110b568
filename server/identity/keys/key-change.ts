import type { Actor } from '../../policy/actor.js'
import type { OwnPermission, Rights } from '../../policy/permissions.js'
import type { Tail } from '../../revocation/tail.js'
import type { AuditStore } from '../../storage/audit.js'
import type { Queries } from '../../storage/database.js'
import type { RevocationStore } from '../../storage/revocations.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'

export type KeyChangeDeps = {
  auditStore: AuditStore
  revocationStore: RevocationStore
  rights: ActorRights
  changes: Changes
  tail: Tail
}

const toChangeKeys: Rights = new Set<OwnPermission>(['darvoza:keys:write'])

/** Changes of keys and secrets follow each other, whichever servers make them, and every server follows them. */
export function createKeyChange({ auditStore, revocationStore, rights, changes, tail }: KeyChangeDeps) {
  /**
   * Runs `work` as one change; what it notes is what was changed. Once it is done this process holds the keys of then.
   * @param needed what the actor must be able to do at this moment
   * @throws permission_denied
   */
  return async function change<T>(
    actor: Actor,
    work: (tx: Queries, change: Change) => Promise<T>,
    needed: Rights = toChangeKeys,
  ): Promise<T> {
    const result = await changes.run(actor, async (tx, changing) => {
      await rights.require(tx, actor, needed)
      // Both heads in their order before anything else: whoever changes keys takes turns here.
      await auditStore.lockHead(tx)
      await revocationStore.lockHead(tx)
      let changed = false
      const result = await work(tx, {
        ...changing,
        note(what) {
          changed = true
          changing.note(what)
        },
      })
      if (changed) await revocationStore.raiseVersion(tx, 'key')
      return result
    })
    // Committed all the same; while the database is silent nothing is signed.
    await tail.readNow().catch(() => {})
    return result
  }
}

export type KeyChange = ReturnType<typeof createKeyChange>
