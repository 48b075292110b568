// "End the N shown": many sessions at once, chosen by hand or by a filter.
import { type Actor, userOf } from '../policy/actor.js'
import { rightsOf } from '../policy/permissions.js'
import type { Database, Queries } from '../storage/database.js'
import type { FoundSession, SessionFilter, SessionLists } from '../storage/session-lists.js'
import type { Sessions } from '../storage/sessions.js'
import type { UserRecord, Users } from '../storage/users.js'
import type { Revoke } from '../tokens/revoke.js'
import { countLeftOut, type Done, type LeftOut, type Previewed, requireNotTooMany, type Selection } from './bulk.js'
import type { ActorRights } from './rights.js'
import type { SessionStates } from './session-state.js'

export type SessionSelection = Selection<string, SessionFilter>

/** Whom an end would reach. `count` is of sessions. */
export type EndPreview = Previewed & { users: number; devices: number; leftOut: LeftOut[] }

export type EndOptions = {
  /** A session that stays: the one of whoever asks. */
  keep?: string | null | undefined
  /** For the audit log. */
  why?: string | undefined
}

export type SessionEndsDeps = {
  database: Database
  users: Users
  sessions: Sessions
  sessionLists: SessionLists
  states: SessionStates
  rights: ActorRights
  revoke: Revoke
  now: () => number
}

/** More are ended by one entry of the log: an application's, or everybody's. */
export const mostSessionsAtOnce = 10_000
/** So many rows are looked at to find them. */
const budget = 1_000_000
/** How many are ended in one transaction: others wait for it. */
const batch = 50

export function createSessionEnds(deps: SessionEndsDeps) {
  const { database, users, sessions, sessionLists, states, rights, revoke, now } = deps

  /** Those of the selection that are not marked as ended and were there at `at`. @throws invalid_fields */
  async function find(selection: SessionSelection, at: number): Promise<FoundSession[]> {
    if ('ids' in selection) {
      requireNotTooMany(selection.ids.length, mostSessionsAtOnce, 'sessions')
      const found: FoundSession[] = []
      for (const ids of chunked([...new Set(selection.ids)], 500))
        for (const one of (await sessions.some(database, ids)).values()) if (one.endedAt === null) found.push(one)
      return found
    }
    const until = Math.min(selection.filter.until ?? at + 1, at + 1)
    const page = { after: null, limit: mostSessionsAtOnce, budget }
    const { rows, next } = await sessionLists.page(
      ...([database, { ...selection.filter, until, open: true }, states.terms(), page] as const),
    )
    requireNotTooMany(next === null ? rows.length : mostSessionsAtOnce + 1, mostSessionsAtOnce, 'sessions')
    return rows
  }

  /** Who of the owners may not be acted on, by id. */
  async function untouchable(
    tx: Queries,
    found: readonly FoundSession[],
    actor: Actor,
  ): Promise<Map<number, UserRecord>> {
    const may = await rights.judge(tx, actor)
    const ids = [...new Set(found.map(one => one.userId))].filter(id => id !== userOf(actor))
    const denied = new Map<number, UserRecord>()
    if (may === null) return denied
    for (const some of chunked(ids, 500))
      for (const user of await users.some(tx, some)) if (!may(rightsOf(user))) denied.set(user.id, user)
    return denied
  }

  async function leaveOut(found: readonly FoundSession[], actor: Actor, keep: EndOptions['keep']) {
    const denied = await untouchable(database, found, actor)
    const leftOut = new Map<number, LeftOut>()
    const reached = found.filter(({ id, userId }) => {
      const user = denied.get(userId)
      if (user) countLeftOut(leftOut, { userId, username: user.username, why: 'permission_denied' })
      return !user && id !== keep
    })
    return { reached, leftOut: [...leftOut.values()] }
  }

  /** @returns how many; what the actor may do counts at the moment of the change */
  function endSome(some: readonly FoundSession[], actor: Actor, why: string | undefined): Promise<number> {
    return revoke.transaction(actor, async (tx, { record, note }) => {
      const denied = await untouchable(tx, some, actor)
      let ended = 0
      for (const { id, userId, deviceId } of some) {
        if (denied.has(userId) || !(await record('session_ended', { subject: id }))) continue
        const before = { user: userId, device: deviceId }
        note({ action: 'session_ended', subject: id, before, ...(why && { after: { why } }) })
        ended++
      }
      return ended
    })
  }

  return {
    /** @throws invalid_fields when there are more than can be ended at once */
    async preview(selection: SessionSelection, actor: Actor, { keep }: EndOptions = {}): Promise<EndPreview> {
      const at = now()
      const { reached, leftOut } = await leaveOut(await find(selection, at), actor, keep)
      return {
        ...{ at, count: reached.length, leftOut },
        users: new Set(reached.map(one => one.userId)).size,
        devices: new Set(reached.map(one => one.deviceId)).size,
      }
    },

    /** Ends what was previewed, in batches. @throws invalid_fields */
    async run(
      selection: SessionSelection,
      previewed: Previewed,
      actor: Actor,
      { keep, why }: EndOptions = {},
    ): Promise<Done> {
      const { reached, leftOut } = await leaveOut(await find(selection, previewed.at), actor, keep)
      // In the order of ids, as every other transaction about many locks them.
      reached.sort((a, b) => (a.id < b.id ? -1 : 1))
      let done = 0
      for (const some of chunked(reached, batch)) done += await endSome(some, actor, why)
      return { done, differ: done - previewed.count, leftOut }
    },
  }
}

export type SessionEnds = ReturnType<typeof createSessionEnds>

function* chunked<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}
