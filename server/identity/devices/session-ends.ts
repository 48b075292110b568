// Ends many sessions at once, chosen by hand or by a filter (the button "End the N shown").
import type { Actor } from '../../policy/actor.js'
import type { Database, Queries } from '../../storage/database.js'
import type { FoundSession, SessionFilter, SessionListStore } from '../../storage/session-lists.js'
import type { SessionStore } from '../../storage/sessions.js'
import type { Changes } from '../../tokens/changes.js'
import {
  type AsOf,
  chunked,
  countLeftOut,
  type Done,
  findSelected,
  type LeftOut,
  type Previewed,
  type Reached,
  type Selection,
} from '../bulk.js'
import type { ActorRights } from '../rights.js'
import type { SessionStates } from './session-state.js'

export type SessionSelection = Selection<string, SessionFilter>

/** Preview of ending sessions. `count` is of sessions. */
export type EndPreview = Previewed & Reached & { users: number; devices: number; leftOut: LeftOut[] }

/** `users`: how many owners the sessions had. */
export type SessionsEnded = Done & { users: number }

export type EndOptions = {
  /** A session that stays: the actor's own. */
  keep?: string | null | undefined
  /** Reason for the audit log. */
  why?: string | undefined
}

export type SessionEndsDeps = {
  database: Database
  sessionStore: SessionStore
  sessionListStore: SessionListStore
  states: SessionStates
  rights: ActorRights
  changes: Changes
  now: () => number
}

/** More sessions than this are ended by one entry of the log: an application's, or everybody's. */
export const mostSessionsAtOnce = 10_000
/** How many end in one transaction, for which other transactions wait. */
const batch = 50

export function createSessionEnds(deps: SessionEndsDeps) {
  const { database, sessionStore, sessionListStore, states, rights, changes, now } = deps

  /** Sessions of the selection that are not marked as ended and existed at `at` (epoch ms). @throws invalid_fields */
  async function find(selection: SessionSelection, at: number, { keep }: EndOptions): Promise<FoundSession[]> {
    const found = await findSelected<string, SessionFilter, FoundSession>(selection, {
      most: mostSessionsAtOnce,
      what: 'sessions',
      named: async ids => [...(await sessionStore.some(database, ids)).values()].filter(one => one.endedAt === null),
      filtered: (filter, page) => {
        const until = Math.min(filter.until ?? at + 1, at + 1)
        return sessionListStore.page(database, { ...filter, until, open: true }, states.terms(), page)
      },
    })
    return found.filter(one => one.id !== keep)
  }

  async function leaveOut(tx: Queries, found: readonly FoundSession[], actor: Actor) {
    const owners = found.map(one => one.userId)
    const denied = new Map((await rights.deniedAmong(tx, actor, owners)).map(user => [user.id, user]))
    const leftOut = new Map<number, LeftOut>()
    const reached = found.filter(({ userId }) => {
      const user = denied.get(userId)
      if (user) countLeftOut(leftOut, { userId, username: user.username, count: 1, why: 'permission_denied' })
      return !user
    })
    return { reached, leftOut: [...leftOut.values()] }
  }

  /** Ends some sessions; the actor's rights are checked in the same transaction. */
  function endSome(some: readonly FoundSession[], actor: Actor, why: string | undefined) {
    return changes.run(actor, async (tx, { recordEnds, note }) => {
      const { reached, leftOut } = await leaveOut(tx, some, actor)
      const over = await recordEnds(reached.map(one => [one.id, 'session_ended']))
      const ended = reached.filter(one => over.has(one.id))
      for (const one of ended) {
        const before = { user: one.userId, device: one.deviceId }
        note({ action: 'session_ended', subject: one.id, before, ...(why && { after: { why } }) })
      }
      return { ended, leftOut }
    })
  }

  return {
    /** @throws invalid_fields when there are more than can be ended at once */
    async preview(selection: SessionSelection, actor: Actor, options: EndOptions & AsOf = {}): Promise<EndPreview> {
      const at = options.asOf ?? now()
      const { reached, leftOut } = await leaveOut(database, await find(selection, at, options), actor)
      const userIds = [...new Set(reached.map(one => one.userId))]
      return {
        at,
        count: reached.length,
        leftOut,
        userIds,
        users: userIds.length,
        devices: new Set(reached.map(one => one.deviceId)).size,
      }
    },

    /** Ends the previewed sessions, in batches. @throws invalid_fields */
    async run(
      selection: SessionSelection,
      previewed: Previewed,
      actor: Actor,
      options: EndOptions = {},
    ): Promise<SessionsEnded> {
      const found = await find(selection, previewed.at, options)
      // Sorted by id, the order in which all other transactions lock sessions.
      found.sort((a, b) => (a.id < b.id ? -1 : 1))
      const users = new Set<number>()
      const leftOut = new Map<number, LeftOut>()
      let done = 0
      for (const some of chunked(found, batch)) {
        const part = await endSome(some, actor, options.why)
        for (const { userId } of part.ended) users.add(userId)
        for (const one of part.leftOut) countLeftOut(leftOut, one)
        done += part.ended.length
      }
      return { done, users: users.size, differ: done - previewed.count, leftOut: [...leftOut.values()] }
    },
  }
}

export type SessionEnds = ReturnType<typeof createSessionEnds>
