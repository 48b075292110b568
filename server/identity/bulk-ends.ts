// Many sessions or devices ended at once: first told how far it reaches, then done. Whoever may not be acted on is left out
// and named; the place where the actor sits stays too. Rights are judged again inside each transaction that ends something.
import { type Actor, userOf } from '../policy/actor.js'
import { mayAct, type Rights, rightsOf } from '../policy/permissions.js'
import { Refusal } from '../protocol/errors.js'
import type { Database, Queries } from '../storage/database.js'
import type { Devices } from '../storage/devices.js'
import type { Sessions as SessionStore } from '../storage/sessions.js'
import type { Users } from '../storage/users.js'
import type { Revoke } from '../tokens/revoke.js'
import type { ActorRights } from './rights.js'
import type { SessionStates } from './session-state.js'
import type { Sessions } from './sessions.js'

/** More are not ended at once; who wants more does it again. */
export const mostEnded = 1_000

/** How many are ended in one transaction. */
const batch = 100

/** How far a bulk end reaches. `ids`: what it would end, or has ended. */
export type Reach = {
  ids: string[]
  /** How many people. */
  users: number
  /** Whom the actor may not act on, by name, with how many of theirs stay. */
  leftOut: { username: string; count: number }[]
  /** The actor's own place was among them; it stays. */
  own: boolean
  /** Those that were over already, or are gone. */
  over: number
}

type Found = { id: string; userId: number; own: boolean }

export type BulkEndsDeps = {
  database: Database
  users: Users
  sessions: SessionStore
  devices: Devices
  /** Ends one device. */
  ends: Sessions
  states: SessionStates
  rights: ActorRights
  revoke: Revoke
}

export function createBulkEnds(deps: BulkEndsDeps) {
  const { database, users, sessions, devices, ends, states, rights, revoke } = deps

  /** @param sid the session from which it is done */
  async function findSessions(tx: Queries, ids: readonly string[], sid: string): Promise<Found[]> {
    const terms = states.terms()
    const found: Found[] = []
    for (const some of batches(ids, batch))
      for (const standing of (await sessions.standings(tx, some)).values()) {
        const { id, userId } = standing.session
        if (states.of(standing, terms) === 'live') found.push({ id, userId, own: id === sid })
      }
    return found
  }

  async function findDevices(tx: Queries, ids: readonly string[], sid: string): Promise<Found[]> {
    const own = await sessions.find(tx, sid)
    const found: Found[] = []
    for (const some of batches(ids, batch))
      for (const { id, userId, endedAt } of (await devices.some(tx, some)).values())
        if (endedAt === null) found.push({ id, userId, own: id === own?.deviceId })
    return found
  }

  const finders = { sessions: findSessions, devices: findDevices }

  async function reach(
    tx: Queries,
    found: readonly Found[],
    wanted: readonly string[],
    actor: Actor,
  ): Promise<Reach & { chosen: Found[] }> {
    const may = await whomMay(tx, actor, [...new Set(found.map(one => one.userId))])
    const others = found.filter(one => !one.own)
    const chosen = others.filter(one => may.get(one.userId)?.allowed)
    const leftOut = new Map<string, number>()
    for (const { userId } of others) {
      const person = may.get(userId)
      if (person && !person.allowed) leftOut.set(person.username, (leftOut.get(person.username) ?? 0) + 1)
    }
    return {
      ...{ chosen, ids: chosen.map(one => one.id), users: new Set(chosen.map(one => one.userId)).size },
      leftOut: [...leftOut].map(([username, count]) => ({ username, count })),
      ...{ own: others.length < found.length, over: wanted.length - found.length },
    }
  }

  /** May the actor act on each of these people? */
  async function whomMay(tx: Queries, actor: Actor, ids: readonly number[]) {
    const own: Rights = await rights.of(tx, actor)
    const judged = new Map<number, { username: string; allowed: boolean }>()
    for (const some of batches(ids, batch))
      for (const user of await users.some(tx, some)) {
        const allowed = userOf(actor) === user.id || mayAct(own, rightsOf(user))
        judged.set(user.id, { username: user.username, allowed })
      }
    return judged
  }

  const onlySome = (ids: readonly string[]) => [...new Set(ids)].slice(0, mostEnded)

  return {
    /** What `end` would do now, without doing it. */
    async preview(kind: 'sessions' | 'devices', ids: readonly string[], sid: string, actor: Actor): Promise<Reach> {
      const wanted = onlySome(ids)
      const { chosen: _, ...told } = await reach(database, await finders[kind](database, wanted, sid), wanted, actor)
      return told
    },

    /** @param why what the administrator wrote, for the audit log */
    async endSessions(ids: readonly string[], sid: string, why: string, actor: Actor): Promise<Reach> {
      const wanted = onlySome(ids)
      const told: Reach = { ids: [], users: 0, leftOut: [], own: false, over: 0 }
      const reached = new Set<number>()
      // In one order, so that two who end the same do not wait for each other.
      for (const some of batches([...wanted].sort(), batch)) {
        const part = await revoke.transaction(actor, async (tx, { record, note }) => {
          const part = await reach(tx, await findSessions(tx, some, sid), some, actor)
          const known = await sessions.some(tx, part.ids)
          const ended: Found[] = []
          for (const one of part.chosen.sort((a, b) => (a.id < b.id ? -1 : 1))) {
            if (!(await record('session_ended', { subject: one.id }))) continue
            const before = { user: one.userId, device: known.get(one.id)?.deviceId ?? null }
            note({ action: 'session_ended', subject: one.id, before, ...(why && { after: { why } }) })
            ended.push(one)
          }
          return { ...part, ended }
        })
        for (const { id, userId } of part.ended) {
          told.ids.push(id)
          reached.add(userId)
        }
        told.leftOut = together([...told.leftOut, ...part.leftOut])
        told.own ||= part.own
        told.over += part.over + part.chosen.length - part.ended.length
      }
      return { ...told, users: reached.size }
    },

    /** Each device by itself: its user is locked while it ends. */
    async endDevices(ids: readonly string[], sid: string, actor: Actor): Promise<Reach> {
      const wanted = onlySome(ids)
      const { chosen, ...told } = await reach(database, await findDevices(database, wanted, sid), wanted, actor)
      const ended: Found[] = []
      for (const one of chosen) {
        try {
          await ends.endDevice(one.id, null, actor)
          ended.push(one)
        } catch (error) {
          // Over meanwhile, or its user may suddenly do more than the actor.
          if (!(error instanceof Refusal) || !passedOver.has(error.code)) throw error
        }
      }
      const users = new Set(ended.map(one => one.userId)).size
      return { ...told, ids: ended.map(one => one.id), users, over: told.over + chosen.length - ended.length }
    },
  }
}

export type BulkEnds = ReturnType<typeof createBulkEnds>

const passedOver: ReadonlySet<string> = new Set(['not_found', 'permission_denied'])

function together(counts: readonly { username: string; count: number }[]) {
  const sums = new Map<string, number>()
  for (const { username, count } of counts) sums.set(username, (sums.get(username) ?? 0) + count)
  return [...sums].map(([username, count]) => ({ username, count }))
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
