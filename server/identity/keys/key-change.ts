// The transaction for changes of signing keys and server secrets: it checks the permission, locks the heads of both
// logs, and raises the key version in the log's head if anything was changed.
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

/** Serializes changes of keys and secrets across servers, and makes every server follow them. */
export function createKeyChange({ auditStore, revocationStore, rights, changes, tail }: KeyChangeDeps) {
  /**
   * Runs `work` as one change; its audit notes tell what was changed. Afterwards this process holds the new keys.
   * @param needed rights that the actor must have at this moment
   * @throws permission_denied
   */
  return async function change<T>(
    actor: Actor,
    work: (tx: Queries, change: Change) => Promise<T>,
    needed: Rights = toChangeKeys,
  ): Promise<T> {
    const result = await changes.run(actor, async (tx, changing) => {
      await rights.require(tx, actor, needed)
      // Both heads of the logs in their order before anything else: this lock serializes changes of keys.
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
    // The change is committed even if this read fails; without a database nothing is signed.
    await tail.readNow().catch(() => {})
    return result
  }
}

export type KeyChange = ReturnType<typeof createKeyChange>
