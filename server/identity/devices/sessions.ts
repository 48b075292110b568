// Devices and their sessions: listed, and ended one by one or together.
import { type Actor, userOf } from '../../policy/actor.js'
import { absoluteEnd, idleEnd, type SessionEnd, sessionEnd } from '../../policy/session.js'
import { refuse } from '../../protocol/errors.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Database, Queries } from '../../storage/database.js'
import type { DeviceStore } from '../../storage/devices.js'
import type { SessionRecord, SessionStore, Standing } from '../../storage/sessions.js'
import type { UserStore } from '../../storage/users.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ActorRights } from '../rights.js'
import { type PublicDevice, type PublicSession, publicDevice, publicSession } from './public-session.js'

/** A session of any user, with its owner's name and why it ended; `end` is null while it lives. */
export type ListedSession = { session: PublicSession; username: string; end: SessionEnd | null; endsAt: number }

export type SessionsDeps = {
  database: Database
  userStore: UserStore
  sessionStore: SessionStore
  deviceStore: DeviceStore
  rights: ActorRights
  changes: Changes
  policy: PolicyInForce
  now: () => number
}

/** How many devices, and sessions, end in one transaction. */
const [devicesAtOnce, sessionsAtOnce] = [50, 200]
/** Where all of a user's end, more devices or sessions than these are ended by one entry of the log. */
const [fewDevices, fewSessions] = [200, 500]

export function createSessions(deps: SessionsDeps) {
  const { database, userStore, sessionStore, deviceStore, rights, changes, policy, now } = deps

  /** When the session expires unless it is refreshed; epoch ms. */
  const endsAt = (session: SessionRecord) => {
    const rules = policy.of(session)
    return Math.min(idleEnd(session, rules), absoluteEnd(session, rules))
  }

  function listed({ session, user, ended }: Standing): ListedSession {
    const end = sessionEnd(session, ended, now(), policy.of(session))
    return { session: publicSession(session), username: user.username, end, endsAt: endsAt(session) }
  }

  return {
    /** A session of any user, ended and expired ones included. @throws not_found */
    async require(id: string): Promise<ListedSession> {
      const standing = (await sessionStore.standings(database, [id])).get(id)
      if (!standing) throw refuse('not_found')
      return listed(standing)
    },

    /**
     * Ends one session.
     * @param ofUser refuses another user's session as if it did not exist; null where the actor may end sessions of
     *   others
     * @param why the administrator's reason, for the audit log
     * @throws not_found, also when it had already ended; permission_denied
     */
    async end(
      id: string,
      ofUser: number | null,
      actor: Actor,
      trigger: 'session_ended' | 'sign_out' = 'session_ended',
      why = '',
    ): Promise<void> {
      const found = await sessionStore.find(database, id)
      if (!found || (ofUser !== null && found.userId !== ofUser)) throw refuse('not_found')
      const ended = await changes.run(actor, async (tx, { record, note }) => {
        if (ofUser === null) await requireMayActOn(tx, actor, found.userId)
        if (!(await record(trigger, { subject: id }))) return false
        const action = trigger === 'sign_out' ? 'signed_out' : 'session_ended'
        const before = { user: found.userId, device: found.deviceId }
        note({ action, subject: id, before, ...(why && { after: { why } }) })
        return true
      })
      if (!ended) throw refuse('not_found')
    },

    /** Ends all sessions of a user except `exceptSid`. @throws not_found, permission_denied */
    async endAll(userId: number, actor: Actor, exceptSid?: string): Promise<void> {
      const trigger = exceptSid === undefined ? 'all_ended' : 'others_ended'
      await changes.run(
        actor,
        async (tx, { record, note }) => {
          await userStore.lock(tx, userId)
          await requireMayActOn(tx, actor, userId)
          await record(trigger, { subject: String(userId), exceptSid })
          const action = exceptSid === undefined ? 'sessions_ended' : 'other_sessions_ended'
          note({ action, subject: String(userId) })
        },
        { users: [userId] },
      )
    },

    /**
     * Ends a device: its sessions, and its device token for the next sign-in.
     * @returns the device, as it was
     * @throws not_found, also when it had already ended; permission_denied
     */
    async endDevice(id: string, ofUser: number | null, actor: Actor): Promise<PublicDevice> {
      // The owner must be known first, as the owner's row is locked before the device; rights are checked in the
      // transaction.
      const userId = ofUser ?? (await deviceStore.find(database, id))?.userId
      if (userId === undefined) throw refuse('not_found')
      const [device] = (await endDevices(userId, [id], actor)).devices
      if (!device) throw refuse('not_found')
      return device
    },

    /**
     * Ends some devices of one user; those that have ended already are skipped.
     * @throws not_found, permission_denied
     */
    endDevicesOf: (userId: number, ids: ReadonlySet<string>, actor: Actor, why?: string) =>
      endDevices(userId, [...ids], actor, why),

    /**
     * Ends all devices of a user but the one of a session. Where they are very many, one entry of the log ends them
     * all: then the session alone stays on that device.
     * @param sid null: all devices end
     */
    async endOtherDevices(userId: number, sid: string | null, actor: Actor): Promise<void> {
      const own = sid === null ? '' : ((await sessionStore.find(database, sid))?.deviceId ?? '')
      const others = await deviceStore.openExcept(database, userId, own, fewDevices + 1)
      const open = await sessionStore.countExceptOnDevice(database, userId, own, fewSessions + 1)
      if (others.length <= fewDevices && open <= fewSessions) {
        await endDevices(userId, others, actor)
        return
      }
      await changes.run(actor, async (tx, { record, note }) => {
        await userStore.lock(tx, userId)
        await requireMayActOn(tx, actor, userId)
        const ended = await deviceStore.endAllExcept(tx, userId, own, now())
        const trigger = sid === null ? 'all_ended' : 'others_ended'
        await record(trigger, { subject: String(userId), exceptSid: sid ?? undefined })
        const action = sid === null ? 'sessions_ended' : 'other_sessions_ended'
        note({ action, subject: String(userId), after: { devices: ended } })
      })
    },
  }

  /**
   * Ends devices in batches, so that no other transaction waits long: each batch holds the user's lock and, at its end,
   * the log's head.
   */
  async function endDevices(userId: number, ids: readonly string[], actor: Actor, why?: string) {
    const ended = { devices: [] as PublicDevice[], sessions: 0 }
    const left = ids.toSorted()
    // Runs once even without a device: the actor's rights are checked in a transaction.
    do {
      const part = await endSome(userId, left.slice(0, devicesAtOnce), actor, why)
      left.splice(0, part.passed)
      ended.devices.push(...part.devices)
      ended.sessions += part.sessions
    } while (left.length > 0)
    return ended
  }

  /**
   * @returns `passed`: how many of the devices were ended; the next one has more sessions than the batch had room for
   */
  function endSome(userId: number, ids: readonly string[], actor: Actor, why?: string) {
    const work = async (tx: Queries, { recordEnds, note }: Change) => {
      await userStore.lock(tx, userId)
      await requireMayActOn(tx, actor, userId)
      const found = ids.length === 0 ? [] : await deviceStore.withOpenSessions(tx, userId, ids, sessionsAtOnce + 1)
      const done = { passed: ids.length, devices: [] as PublicDevice[], sessions: 0 }
      const ending: string[] = []
      for (const { device, sessionIds: open } of found) {
        const left = sessionsAtOnce - ending.length
        ending.push(...open.slice(0, left))
        if (open.length > left) {
          done.passed = ids.indexOf(device.id)
          break
        }
        await deviceStore.end(tx, device.id, now())
        const before = { user: userId, name: device.name, sessions: open }
        note({ action: 'device_ended', subject: device.id, before, ...(why && { after: { why } }) })
        done.devices.push(publicDevice(device))
      }
      await recordEnds(ending.map(sid => [sid, 'device_ended']))
      done.sessions = ending.length
      return done
    }
    return changes.run(actor, work, { users: [userId] })
  }

  async function requireMayActOn(tx: Queries, actor: Actor, userId: number): Promise<void> {
    // Users may always end their own sessions.
    if (userOf(actor) === userId) return
    await rights.requireOver(tx, actor, userId)
  }
}

export type Sessions = ReturnType<typeof createSessions>
