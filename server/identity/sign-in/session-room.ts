// Makes room for a new session: the one it replaces ends, and what is too many by the policy's limits of sessions and of
// devices. Only a few at each sign-in: a backlog, as after an import or a lowered limit, is worked off little by little.
import { type EndedSeqs, sessionEnd } from '../../policy/session.js'
import { countStaying, mostBeside } from '../../policy/session-limit.js'
import { refuse } from '../../protocol/errors.js'
import type { ErasInForce } from '../../revocation/policy-in-force.js'
import type { Queries } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { OpenSession } from '../../storage/open-sessions.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { Change } from '../../tokens/changes.js'

export type SessionRoomDeps = { sessionStore: SessionStore; deviceStore: DeviceStore; now: () => number }

/** How many end with one sign-in for being too many. */
const mostAtOnce = { sessions: 10, devices: 3, sessionsOfDevices: 15 }
/** How many of the oldest sessions are looked at: some are over and only not marked yet. */
const oldestLookedAt = 50

type Ends = Map<string, 'replaced' | 'session_limit' | 'device_limit'>

export type Room = {
  /** Whether it takes the place of those that its application has on the device. */
  replaces: boolean
  /** What ended sessions of its user and application last. */
  ended: EndedSeqs
  eras: ErasInForce
}

export function createSessionRoom({ sessionStore, deviceStore, now }: SessionRoomDeps) {
  const lives = (one: Omit<OpenSession, 'headPolicyVersion'>, eras: ErasInForce) =>
    sessionEnd(one, one.ended, now(), eras.of(one)) === null

  /**
   * Under the user's lock: whoever signs in at the same time comes after.
   * @throws session_limit_reached, and nothing is changed
   */
  async function make(
    tx: Queries,
    change: Change,
    opening: SessionRecord,
    { replaces, ended, eras }: Room,
  ): Promise<void> {
    const ends: Ends = new Map()
    if (replaces)
      for (const one of await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId))
        if (lives({ ...one, ended }, eras)) ends.set(one.id, 'replaced')
    const ending = await findDevices(tx, opening, eras, ends)
    await findSessions(tx, opening, eras, ends)
    // Devices before sessions, each in the order of their ids, as others lock them.
    for (const { id, open } of ending) {
      if (!(await deviceStore.end(tx, id, now()))) continue
      const before = { user: opening.userId, sessions: open }
      change.note({ action: 'device_ended', subject: id, before, after: { reason: 'device_limit' } })
    }
    for (const [subject, trigger] of [...ends].sort(([a], [b]) => (a < b ? -1 : 1)))
      await change.record(trigger, { subject })
  }

  /** A device with very many sessions loses some of them, and ends with a later sign-in. */
  async function findDevices(tx: Queries, { userId, deviceId }: SessionRecord, eras: ErasInForce, ends: Ends) {
    const most = eras.latest.max_devices_per_user
    if (most === 0) return []
    const ending: { id: string; open: string[] }[] = []
    let left = mostAtOnce.sessionsOfDevices
    for (const id of await deviceStore.overLimitOf(tx, userId, deviceId, most, mostAtOnce.devices)) {
      const open = (await sessionStore.onDevice(tx, id, left + 1)).map(session => session.id)
      for (const one of open.slice(0, left)) ends.set(one, 'device_limit')
      if (open.length > left) break
      left -= open.length
      ending.push({ id, open })
    }
    return ending.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async function findSessions(tx: Queries, opening: SessionRecord, eras: ErasInForce, ends: Ends): Promise<void> {
    const { max_sessions_per_user: most, at_session_limit } = eras.of(opening)
    const refusedFrom = most > 0 && at_session_limit === 'refuse' ? most : Infinity
    const least = Math.min(refusedFrom - 1, ...eras.list.map(era => mostBeside(era.policy)))
    // By far most people have not so many, and the index alone says so.
    if (least === Infinity || !(await sessionStore.hasMoreThan(tx, opening.userId, least))) return
    const staying = countStaying()
    staying.isOverLimit(eras.of(opening))
    const overLimit: OpenSession[] = []
    let others = 0
    for await (const one of sessionStore.newestOf(tx, opening.userId)) {
      if (ends.has(one.id) || !lives(one, eras)) continue
      if (++others >= refusedFrom) throw refuse('session_limit_reached')
      if (staying.isOverLimit(eras.of(one))) overLimit.push(one)
      if (overLimit.length === mostAtOnce.sessions && refusedFrom === Infinity) break
    }
    const last = overLimit.at(-1)
    if (last && overLimit.length >= mostAtOnce.sessions) {
      // There may be more: then the oldest go first. Whatever is older than these is too many as well.
      for (const one of (await sessionStore.oldestOf(tx, opening.userId, oldestLookedAt)).reverse())
        if (isOlder(one, last) && !ends.has(one.id) && lives(one, eras) && staying.isCrowdedFor(eras.of(one)))
          overLimit.push(one)
    }
    for (const { id } of overLimit.slice(-mostAtOnce.sessions)) ends.set(id, 'session_limit')
  }

  return { make }
}

function isOlder(one: OpenSession, than: OpenSession): boolean {
  return one.createdAt < than.createdAt || (one.createdAt === than.createdAt && one.id < than.id)
}

export type SessionRoom = ReturnType<typeof createSessionRoom>
