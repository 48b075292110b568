// Makes room for a new session: the one it replaces ends, and what is too many by the policy's limits of sessions and of
// devices. Only a few at each sign-in: a backlog, as after an import or a lowered limit, is worked off little by little.
import { scopeWords } from '../../policy/application-metadata.js'
import type { Judged } from '../../policy/eras.js'
import type { Policy } from '../../policy/policies.js'
import { absoluteEnd, type EndedSeqs, type SessionLife, sessionEnd } from '../../policy/session.js'
import { countStaying, countsByItself, mostBeside } from '../../policy/session-limit.js'
import { refuse } from '../../protocol/errors.js'
import type { ErasInForce } from '../../revocation/policy-in-force.js'
import type { Queries } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { Beside, OpenSession } from '../../storage/open-sessions.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'
import type { Change } from '../../tokens/changes.js'

export type SessionRoomDeps = { sessionStore: SessionStore; deviceStore: DeviceStore; now: () => number }

/** How many end with one sign-in for being too many. */
const mostAtOnce = { sessions: 10, devices: 3, sessionsOfDevices: 15 }
/** How many of the oldest sessions are looked at: some are over and only not marked yet. */
const oldestLookedAt = 50
/** How many sessions of one application codes may open on one device: more are those of tabs that are gone. */
const mostOnDevice = 25

type Ends = Map<string, 'replaced' | 'session_limit' | 'device_limit'>

type InForce = {
  /** What ended sessions of its user and application last. */
  ended: EndedSeqs
  eras: ErasInForce
}

export type Room = InForce & {
  /** Whether it takes the place of those that its application has on the device. */
  replaces: boolean
}

export function createSessionRoom({ sessionStore, deviceStore, now }: SessionRoomDeps) {
  const lives = (one: SessionLife & Judged & { ended: EndedSeqs }, eras: ErasInForce) =>
    sessionEnd(one, one.ended, now(), eras.of(one)) === null
  /** A password opened it for a client with a pair: not a browser's, which holds it by a cookie. */
  const hasPair = ({ grantType, refreshable }: Beside) => grantType === 'password' && refreshable
  const counts = (one: OpenSession, eras: ErasInForce) =>
    countsByItself(one, one.browser !== null && lives(one.browser, eras))

  /**
   * Under the user's row lock, which serializes concurrent sign-ins. What a code opens ends no older session: two tabs of one
   * application would sign each other out.
   * @throws session_limit_reached, and nothing is changed
   */
  async function make(
    tx: Queries,
    change: Change,
    opening: SessionRecord,
    { replaces, ended, eras }: Room,
  ): Promise<void> {
    if (opening.browserSid !== null) {
      await change.recordEnds(await tooManyBeside(tx, opening, { ended, eras }))
      return
    }
    const ends: Ends = new Map()
    if (replaces)
      for (const one of await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId))
        if (hasPair(one) && lives({ ...one, ended }, eras)) ends.set(one.id, 'replaced')
    // By far most people have not so many, and the indexes alone say so.
    const most = { sessions: fewestBeside(opening, eras), devices: eras.latest.max_devices_per_user || Infinity }
    const crowded = await sessionStore.isCrowded(tx, opening.userId, most)
    const ending = crowded.devices ? await findDevices(tx, opening, most.devices, ends) : []
    if (crowded.sessions) await findSessions(tx, opening, eras, ends)
    // Devices before sessions, each in the order of their ids, as others lock them.
    for (const { id, open } of ending) {
      if (!(await deviceStore.end(tx, id, now()))) continue
      const before = { user: opening.userId, sessions: open }
      change.note({ action: 'device_ended', subject: id, before, after: { reason: 'device_limit' } })
    }
    await change.recordEnds(ends)
  }

  /** First those that were never refreshed and whose only access token is over, then the one seen longest ago. */
  async function tooManyBeside(tx: Queries, opening: SessionRecord, { ended, eras }: InForce): Promise<Ends> {
    const found = await sessionStore.ofApplicationOn(tx, opening.deviceId, opening.applicationId)
    const live = found.filter(one => lives({ ...one, ended }, eras))
    const isLeft = (one: Beside) =>
      one.generation === 1 && one.rotatedAt + eras.of(one).access_token_lifetime * 1000 <= now()
    const missedLeastFirst = live.sort(
      (a, b) => Number(isLeft(b)) - Number(isLeft(a)) || a.lastSeenAt - b.lastSeenAt || (a.id < b.id ? -1 : 1),
    )
    return new Map(
      missedLeastFirst.slice(0, Math.max(0, live.length + 1 - mostOnDevice)).map(one => [one.id, 'replaced']),
    )
  }

  /**
   * An application that has no refresh tokens comes back to the authorization endpoint each time: its session that is there
   * goes on, by what the code says of the sign-in.
   * @returns the session as it stands now; null where there is none, or its end has come while it was looked at
   */
  async function retake(tx: Queries, opening: SessionRecord, { ended, eras }: InForce): Promise<SessionRecord | null> {
    if (opening.browserSid === null || opening.refreshable) return null
    const at = now()
    const alike = (await sessionStore.childrenAlike(tx, opening)).filter(one => {
      const rules = eras.of(one)
      // Not one whose tokens would be shorter for its age.
      const isYoung = absoluteEnd(one, rules) - at >= rules.access_token_lifetime * 1000
      return isYoung && lives({ ...one, ended }, eras) && isAlike(one, opening)
    })
    const last = alike.sort((a, b) => b.createdAt - a.createdAt)[0]
    if (!last) return null
    const { seq, authenticatedAt, address } = opening
    const rules = eras.of(last)
    const expiresAt = Math.min(at + rules.refresh_token_lifetime * 1000, absoluteEnd(last, rules))
    const taken = { seq, authenticatedAt, address, rotatedAt: at, lastSeenAt: at, expiresAt }
    return (await sessionStore.retake(tx, last.id, taken)) ? { ...last, ...taken } : null
  }

  /** A device with very many sessions loses some of them, and ends with a later sign-in. */
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
    const staying = countStaying()
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
      // There may be more: then the oldest go first. Whatever is older than these is too many as well.
      for (const one of (await sessionStore.oldestOf(tx, opening.userId, oldestLookedAt)).reverse())
        if (
          isOlder(one, last) &&
          !ends.has(one.id) &&
          lives(one, eras) &&
          counts(one, eras) &&
          staying.isCrowdedFor(eras.of(one))
        )
          overLimit.push(one)
    }
    for (const { id } of overLimit.slice(-mostAtOnce.sessions)) ends.set(id, 'session_limit')
  }

  return { make, retake }
}

/** With how many others one more is refused. */
const refusedFromOf = ({ max_sessions_per_user: most, at_session_limit }: Policy) =>
  most > 0 && at_session_limit === 'refuse' ? most : Infinity

/** Beside so many no session is too many, under whatever policy it was opened, and none is refused. */
const fewestBeside = (opening: SessionRecord, eras: ErasInForce) =>
  Math.min(refusedFromOf(eras.of(opening)) - 1, ...eras.list.map(era => mostBeside(era.policy)))

function isAlike(one: SessionRecord, other: SessionRecord): boolean {
  const words = ({ scope, resources }: SessionRecord) =>
    JSON.stringify([scopeWords(scope).sort(), [...resources].sort()])
  return words(one) === words(other) && one.dpopJkt === other.dpopJkt
}

function isOlder(one: OpenSession, than: OpenSession): boolean {
  return one.createdAt < than.createdAt || (one.createdAt === than.createdAt && one.id < than.id)
}

export type SessionRoom = ReturnType<typeof createSessionRoom>
