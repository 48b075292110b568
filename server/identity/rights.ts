// Authorization of an actor over other users and over rights that the actor gives (rules: policy/permissions.ts). It
// is checked inside the transaction of the change, by the rows of users at that moment.
import { type Actor, credentialOf, userOf } from '../policy/actor.js'
import {
  mayAct,
  mayGive,
  maySetPassword,
  type OwnPermission,
  type Rights,
  rightsBeyond,
  rightsOf,
} from '../policy/permissions.js'
import { refuse } from '../protocol/errors.js'
import type { Queries } from '../storage/database.js'
import type { UserRecord, UserStore } from '../storage/users.js'

/** The actor's rights at the moment of a change, whatever their token said when it was issued. */
export function createRights({ userStore }: { userStore: UserStore }) {
  async function rights(tx: Queries, actor: Actor): Promise<Rights> {
    const userId = userOf(actor)
    return rightsIn(userId === null ? [] : await userStore.some(tx, [userId]), actor)
  }

  function rightsIn(found: readonly UserRecord[], actor: Actor): Rights {
    const actorId = userOf(actor)
    // The command line and the server itself have all rights.
    if (actorId === null) return 'everything'
    const user = found.find(one => one.id === actorId)
    // An inactive user is refused: with an empty set of rights they could still act on users without rights.
    if (!user?.active) throw refuse('user_inactive', { ofSender: true })
    const ceiling = credentialOf(actor)?.ceiling
    // Through another application an actor, also an administrator, has no more rights than its token holds.
    return ceiling ? new Set(user.allPermissions.filter(one => ceiling.includes(one))) : rightsOf(user)
  }

  return {
    /** The actor's rights, to judge many users by. */
    of: rights,

    may: async (tx: Queries, actor: Actor, permission: OwnPermission): Promise<boolean> =>
      mayAct(await rights(tx, actor), new Set([permission])),

    /**
     * Requires that the actor may change a user's rights from `before` to `after`. Giving rights is checked by
     * `requireGiving`.
     * @throws permission_denied
     */
    async require(tx: Queries, actor: Actor, before: Rights, after: Rights = before): Promise<void> {
      if (!mayAct(await rights(tx, actor), before, after)) throw refuse('permission_denied')
    },

    /**
     * Requires that the actor may act on a user as they are now. Both are read together.
     * @throws not_found, permission_denied
     */
    async requireOver(tx: Queries, actor: Actor, userId: number): Promise<void> {
      const actorId = userOf(actor)
      const found = await userStore.some(tx, actorId === null ? [userId] : [actorId, userId])
      const user = found.find(one => one.id === userId)
      if (!user) throw refuse('not_found')
      if (!mayAct(rightsIn(found, actor), rightsOf(user))) throw refuse('permission_denied')
    },

    /**
     * Requires that the actor may give all of these rights. A change of a role is checked with the rights before and
     * after.
     * @throws permission_denied
     */
    async requireGiving(tx: Queries, actor: Actor, given: Rights): Promise<void> {
      if (!mayGive(await rights(tx, actor), given)) throw refuse('permission_denied')
    },

    /**
     * Requires that the actor may set the password of a user with these rights.
     * @returns the rights that the actor would gain by it
     * @throws permission_denied
     */
    async requirePassword(tx: Queries, actor: Actor, of: Rights): Promise<string[]> {
      const own = await rights(tx, actor)
      if (!maySetPassword(own, of)) throw refuse('permission_denied')
      return rightsBeyond(own, of)
    },

    /** The users among these whom the actor may not act on; every user may act on themselves. */
    async deniedAmong(tx: Queries, actor: Actor, userIds: Iterable<number>): Promise<UserRecord[]> {
      const own = await rights(tx, actor)
      if (own === 'everything') return []
      const others = [...new Set(userIds)].filter(id => id !== userOf(actor))
      return (await userStore.some(tx, others)).filter(user => !mayAct(own, rightsOf(user)))
    },

    /**
     * The checks of `require` and `requireGiving` for many users, with the rights of one instant; null where all are
     * allowed.
     */
    async judge(tx: Queries, actor: Actor): Promise<Judge | null> {
      const own = await rights(tx, actor)
      if (own === 'everything') return null
      return (before, after = before, given = new Set()) => mayAct(own, before, after) && mayGive(own, given)
    },
  }
}

/** Whether the actor may change rights from `before` to `after` by giving `given`. */
type Judge = (before: Rights, after?: Rights, given?: Rights) => boolean

export type ActorRights = ReturnType<typeof createRights>
