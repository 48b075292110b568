import { type Actor, userOf } from '../policy/actor.js'
import { mayAct, mayHold, maySetPassword, type OwnPermission, type Rights, rightsOf } from '../policy/permissions.js'
import { refuse } from '../protocol/errors.js'
import type { Queries } from '../storage/database.js'
import type { Users } from '../storage/users.js'

/** What the actor of a change may do at the moment of the change, whatever their token said when it was issued. */
export function createRights({ users }: { users: Users }) {
  async function rights(tx: Queries, actor: Actor): Promise<Rights> {
    const userId = userOf(actor)
    // The command line and the server itself act for whoever runs them.
    if (userId === null) return 'everything'
    const user = await users.find(tx, userId)
    return user?.active ? rightsOf(user) : new Set()
  }

  return {
    /** For judging many at once. */
    of: rights,

    may: async (tx: Queries, actor: Actor, permission: OwnPermission): Promise<boolean> =>
      mayAct(await rights(tx, actor), new Set([permission])),

    /**
     * May the actor turn somebody who may do `before` into somebody who may do `after`?
     * @throws permission_denied
     */
    async require(tx: Queries, actor: Actor, before: Rights, after: Rights = before): Promise<void> {
      if (!mayAct(await rights(tx, actor), before, after)) throw refuse('permission_denied')
    },

    /** May the actor change a role with these permissions, before or after? @throws permission_denied */
    async requireHeld(tx: Queries, actor: Actor, permissions: readonly string[]): Promise<void> {
      if (!mayHold(await rights(tx, actor), permissions)) throw refuse('permission_denied')
    },

    /** @throws permission_denied */
    async requirePassword(tx: Queries, actor: Actor, of: Rights): Promise<void> {
      if (!maySetPassword(await rights(tx, actor), of)) throw refuse('permission_denied')
    },

    /** The same question for many, of one instant; null where the answer is always yes. */
    async judge(tx: Queries, actor: Actor): Promise<((before: Rights, after?: Rights) => boolean) | null> {
      const own = await rights(tx, actor)
      return own === 'everything' ? null : (before, after = before) => mayAct(own, before, after)
    },
  }
}

export type ActorRights = ReturnType<typeof createRights>
