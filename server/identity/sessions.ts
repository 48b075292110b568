// Devices and their sessions: listed, and ended one by one or together.
import { type Actor, userOf } from '../policy/actor.js'
import { rightsOf } from '../policy/permissions.js'
import { absoluteEnd, idleEnd, type SessionEnd, sessionEnd } from '../policy/session.js'
import { refuse } from '../protocol/errors.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { Database, Queries } from '../storage/database.js'
import type { DeviceRecord, Devices } from '../storage/devices.js'
import type { PageSessions } from '../storage/page-sessions.js'
import type { SessionRecord, Sessions as SessionStore, Standing } from '../storage/sessions.js'
import type { Users } from '../storage/users.js'
import type { Change, Revoke } from '../tokens/revoke.js'
import type { ActorRights } from './rights.js'

export type { SessionRecord }

/** A session that lives. `endsAt` (epoch ms) is when it is over unless it refreshes. */
export type LiveSession = { session: SessionRecord; device: DeviceRecord | null; endsAt: number }

/** A device that is not ended, with its live sessions. `lastSeenAt` counts their refreshes. */
export type LiveDevice = { device: DeviceRecord; sessions: SessionRecord[]; lastSeenAt: number }

/** A session of anybody, with whose it is and why it is over, if it is. */
export type ListedSession = { session: SessionRecord; username: string; end: SessionEnd | null; endsAt: number }

export type SessionsDeps = {
  database: Database
  users: Users
  sessions: SessionStore
  pageSessions: PageSessions
  devices: Devices
  rights: ActorRights
  revoke: Revoke
  policy: PolicyInForce
  now: () => number
}

export function createSessions(deps: SessionsDeps) {
  const { database, users, sessions, pageSessions, devices, rights, revoke, policy, now } = deps

  async function liveOf(userId: number): Promise<SessionRecord[]> {
    const open = await sessions.openOf(database, userId)
    return open
      .filter(one => sessionEnd(one.session, one.ended, now(), policy.of(one.session)) === null)
      .map(one => one.session)
  }

  /** When it is over unless it refreshes. */
  const endsAt = (session: SessionRecord) => {
    const rules = policy.of(session)
    return Math.min(idleEnd(session, rules), absoluteEnd(session, rules))
  }

  function listed({ session, user, ended }: Standing): ListedSession {
    const end = sessionEnd(session, ended, now(), policy.of(session))
    return { session, username: user.username, end, endsAt: endsAt(session) }
  }

  return {
    /** Oldest first. */
    async list(userId: number): Promise<LiveSession[]> {
      const live = await liveOf(userId)
      const byId = new Map((await devices.openOf(database, userId)).map(device => [device.id, device]))
      return live.map(session => ({
        session,
        device: byId.get(session.deviceId) ?? null,
        endsAt: endsAt(session),
      }))
    },

    /** How many access tokens of a user may be live: one of each session, but of those that sleep and of our own pages. */
    async countTokens(userId: number): Promise<number> {
      const [live, tokenless] = await Promise.all([liveOf(userId), pageSessions.sessionsOf(database, userId)])
      const issuedAfter = (session: SessionRecord) => now() - policy.of(session).access_token_lifetime * 1000
      return live.filter(one => !tokenless.has(one.id) && one.lastSeenAt > issuedAfter(one)).length
    },

    /** One of anybody's, also one that is over. @throws not_found */
    async require(id: string): Promise<ListedSession> {
      const standing = (await sessions.standings(database, [id])).get(id)
      if (!standing) throw refuse('not_found')
      return listed(standing)
    },

    /** Oldest first. */
    async listDevices(userId: number): Promise<LiveDevice[]> {
      const live = await liveOf(userId)
      return (await devices.openOf(database, userId)).map(device => {
        const own = live.filter(session => session.deviceId === device.id)
        return {
          device,
          sessions: own,
          lastSeenAt: Math.max(device.lastSeenAt, ...own.map(session => session.lastSeenAt)),
        }
      })
    },

    /**
     * Ends one session.
     * @param ofUser refuses somebody else's as if it were not there; null where the actor may end others'
     * @param why what an administrator wrote, for the audit log
     * @throws not_found, also when it had already ended; permission_denied
     */
    async end(
      id: string,
      ofUser: number | null,
      actor: Actor,
      trigger: 'session_ended' | 'sign_out' = 'session_ended',
      why = '',
    ): Promise<void> {
      const found = await sessions.find(database, id)
      if (!found || (ofUser !== null && found.userId !== ofUser)) throw refuse('not_found')
      const ended = await revoke.transaction(actor, async (tx, { record, note }) => {
        if (ofUser === null) await requireMayActOn(tx, actor, found.userId)
        if (!(await record(trigger, { subject: id }))) return false
        const action = trigger === 'sign_out' ? 'signed_out' : 'session_ended'
        const before = { user: found.userId, device: found.deviceId }
        note({ action, subject: id, before, ...(why && { after: { why } }) })
        return true
      })
      if (!ended) throw refuse('not_found')
    },

    /** Ends all sessions of a user; `exceptSid` stays. @throws not_found, permission_denied */
    async endAll(userId: number, actor: Actor, exceptSid?: string): Promise<void> {
      const trigger = exceptSid === undefined ? 'all_ended' : 'others_ended'
      await revoke.transaction(
        actor,
        async (tx, { record, note }) => {
          await users.lock(tx, userId)
          await requireMayActOn(tx, actor, userId)
          await record(trigger, { subject: String(userId), exceptSid })
          const action = exceptSid === undefined ? 'sessions_ended' : 'other_sessions_ended'
          note({ action, subject: String(userId) })
        },
        { users: [userId] },
      )
    },

    /**
     * Ends a device: its sessions, and its proof for the next sign-in.
     * @throws not_found, also when it had already ended; permission_denied
     */
    async endDevice(id: string, ofUser: number | null, actor: Actor): Promise<void> {
      const found = await devices.find(database, id)
      if (!found || (ofUser !== null && found.userId !== ofUser)) throw refuse('not_found')
      const { ended } = await endDevices(found.userId, device => device.id === id, actor)
      if (ended === 0) throw refuse('not_found')
    },

    /** Ends some devices of one user; those that have ended already are passed over. @throws not_found, permission_denied */
    endDevicesOf: (userId: number, ids: ReadonlySet<string>, actor: Actor, why?: string) =>
      endDevices(userId, device => ids.has(device.id), actor, why),

    /** Ends all devices of a user but the one that a session is on. */
    async endOtherDevices(userId: number, sid: string, actor: Actor): Promise<void> {
      const own = await sessions.find(database, sid)
      await endDevices(userId, device => device.id !== own?.deviceId, actor)
    },
  }

  async function endDevices(
    userId: number,
    chosen: (device: DeviceRecord) => boolean,
    actor: Actor,
    why?: string,
  ): Promise<{ ended: number; sessions: number }> {
    const work = async (tx: Queries, { record, note }: Change) => {
      await users.lock(tx, userId)
      await requireMayActOn(tx, actor, userId)
      const ending = (await devices.openOf(tx, userId)).filter(chosen)
      for (const device of ending) await devices.end(tx, device.id, now())
      let sessionCount = 0
      for (const device of ending) {
        const open = await sessions.openOfDevice(tx, device.id)
        for (const session of open) await record('device_ended', { subject: session.id })
        const before = { user: userId, name: device.name, sessions: open.map(session => session.id) }
        note({ action: 'device_ended', subject: device.id, before, ...(why && { after: { why } }) })
        sessionCount += open.length
      }
      return { ended: ending.length, sessions: sessionCount }
    }
    return revoke.transaction(actor, work, { users: [userId] })
  }

  async function requireMayActOn(tx: Queries, actor: Actor, userId: number): Promise<void> {
    // Whoever it is about may always.
    if (userOf(actor) === userId) return
    const user = await users.find(tx, userId)
    if (!user) throw refuse('not_found')
    await rights.require(tx, actor, rightsOf(user))
  }
}

export type Sessions = ReturnType<typeof createSessions>
