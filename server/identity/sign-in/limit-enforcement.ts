// Enforces the limits for a new session: ends the one it replaces, and those above the policy's limits of sessions and devices.
// Only a few at each sign-in: a backlog, as after an import or a lowered limit, is reduced step by step.
import type { EraSubject } from '../../policy/eras.js'
import type { Policy } from '../../policy/policies.js'
import { type EndedSeqs, type SessionLife, sessionEnd } from '../../policy/session.js'
import { countsAlone, createLimitCount, mostNewerSessions } from '../../policy/session-limit.js'
import { refuse } from '../../protocol/errors.js'
import type { ErasInForce } from '../../revocation/policy-in-force.js'
import type { Queries } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { LimitCandidate, OpenSession } from '../../storage/open-sessions.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { Change } from '../../tokens/changes.js'
import type { InForce } from './session-reuse.js'

export type LimitEnforcementDeps = { sessionStore: SessionStore; deviceStore: DeviceStore; now: () => number }

/** How many sessions and devices above a limit end with one sign-in. */
const mostAtOnce = { sessions: 10, devices: 3, sessionsOfDevices: 15 }
/** How many of the oldest sessions are read: some have expired and are only not marked yet. */
const oldestLookedAt = 50
/**
 * How many sessions of one application codes may open on one device: the oldest of more are left over from closed tabs.
 */
const mostOnDevice = 25

type Ends = Map<string, 'replaced' | 'session_limit' | 'device_limit'>

export type LimitTerms = InForce & {
  /** Whether it replaces those that its application has on the device. */
  replaces: boolean
}

export function createLimitEnforcement({ sessionStore, deviceStore, now }: LimitEnforcementDeps) {
  const lives = (one: SessionLife & EraSubject & { ended: EndedSeqs }, eras: ErasInForce) =>
    sessionEnd(one, one.ended, now(), eras.of(one)) === null
  /**
   * Whether a client with a token pair holds the session: it was opened by a password, and not for a browser's cookie.
   */
  const hasPair = ({ grantType, refreshable }: LimitCandidate) => grantType === 'password' && refreshable
  const counts = (one: OpenSession, eras: ErasInForce) =>
    countsAlone(one, one.browser !== null && lives(one.browser, eras))

  /**
   * Enforces the limits under the user's row lock, which serializes concurrent sign-ins. A session opened by a code ends no
   * older one: two tabs of one application would sign each other out.
   * @throws session_limit_reached, and nothing is changed
   */
  async function enforce(
    tx: Queries,
    change: Change,
    opening: SessionRecord,
    { replaces, ended, eras }: LimitTerms,
  ): Promise<void> {
    if (opening.browserSid !== null) {
      await change.recordEnds(await sessionsOverLimit(tx, opening, { ended, eras }))
      return
    }
    const ends: Ends = new Map()
    if (replaces)
      for (const one of await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId))
        if (hasPair(one) && lives({ ...one, ended }, eras)) ends.set(one.id, 'replaced')
    // Most users are below the limits, which the indexes alone tell.
    const most = { sessions: lowestLimit(opening, eras), devices: eras.latest.max_devices_per_user || Infinity }
    const over = await sessionStore.overLimits(tx, opening.userId, most)
    const ending = over.devices ? await findDevices(tx, opening, most.devices, ends) : []
    if (over.sessions) await findSessions(tx, opening, eras, ends)
    // Devices before sessions, each by id, in the global lock order.
    for (const { id, open } of ending) {
      if (!(await deviceStore.end(tx, id, now()))) continue
      const before = { user: opening.userId, sessions: open }
      change.note({ action: 'device_ended', subject: id, before, after: { reason: 'device_limit' } })
    }
    await change.recordEnds(ends)
  }

  /**
   * Sessions above `mostOnDevice`: first those never refreshed whose only access token has expired, then the ones seen
   * longest ago.
   */
  async function sessionsOverLimit(tx: Queries, opening: SessionRecord, { ended, eras }: InForce): Promise<Ends> {
    const found = await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId)
    const live = found.filter(one => lives({ ...one, ended }, eras))
    const isAbandoned = (one: LimitCandidate) =>
      one.generation === 1 && one.rotatedAt + eras.of(one).access_token_lifetime * 1000 <= now()
    const inOrderOfEnding = live.sort(
      (a, b) =>
        Number(isAbandoned(b)) - Number(isAbandoned(a)) || a.lastSeenAt - b.lastSeenAt || (a.id < b.id ? -1 : 1),
    )
    return new Map(
      inOrderOfEnding.slice(0, Math.max(0, live.length + 1 - mostOnDevice)).map(one => [one.id, 'replaced']),
    )
  }

  /** Devices above the limit. One with very many sessions loses some of them now, and ends with a later sign-in. */
  async function findDevices(tx: Queries, { userId, deviceId }: SessionRecord, most: number, ends: Ends) {
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
    const refusedFrom = refusedFromOf(eras.of(opening))
    const staying = createLimitCount()
    staying.isOverLimit(eras.of(opening))
    const overLimit: OpenSession[] = []
    let others = 0
    for await (const one of sessionStore.newestOf(tx, opening.userId)) {
      if (ends.has(one.id) || !lives(one, eras) || !counts(one, eras)) continue
      if (++others >= refusedFrom) throw refuse('session_limit_reached')
      if (staying.isOverLimit(eras.of(one))) overLimit.push(one)
      if (overLimit.length === mostAtOnce.sessions && refusedFrom === Infinity) break
    }
    const last = overLimit.at(-1)
    if (last && overLimit.length >= mostAtOnce.sessions) {
      // There may be more: then the oldest end first. All that are older than these are above the limit as well.
      for (const one of (await sessionStore.oldestOf(tx, opening.userId, oldestLookedAt)).reverse())
        if (
          isOlder(one, last) &&
          !ends.has(one.id) &&
          lives(one, eras) &&
          counts(one, eras) &&
          staying.isOverFor(eras.of(one))
        )
          overLimit.push(one)
    }
    for (const { id } of overLimit.slice(-mostAtOnce.sessions)) ends.set(id, 'session_limit')
  }

  return { enforce }
}

/** The number of other sessions from which a new one is refused. */
const refusedFromOf = ({ max_sessions_per_user: most, at_session_limit }: Policy) =>
  most > 0 && at_session_limit === 'refuse' ? most : Infinity

/** The number of other sessions up to which none is above a limit, under any policy in use, and none is refused. */
const lowestLimit = (opening: SessionRecord, eras: ErasInForce) =>
  Math.min(refusedFromOf(eras.of(opening)) - 1, ...eras.list.map(era => mostNewerSessions(era.policy)))

function isOlder(one: OpenSession, than: OpenSession): boolean {
  return one.createdAt < than.createdAt || (one.createdAt === than.createdAt && one.id < than.id)
}

export type LimitEnforcement = ReturnType<typeof createLimitEnforcement>
