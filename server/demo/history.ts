// The events of a demo in chronological order: revocation log, audit log, figures.
import type { AuditAction } from '../policy/audit.js'
import type { Trigger } from '../policy/revocation.js'
import type { NewApplication } from '../storage/applications.js'
import { anAttackersAgent, carrier } from './agents-and-addresses.js'
import type { DemoEnd, DemoSession } from './lives.js'
import { type DemoPlan, type DemoUser, demoRoles } from './plan.js'
import { type SeededRandom, seededRandom, uuidOf } from './seeded-random.js'

/** An entry of the revocation log. */
export type DemoRevocation = { at: number; trigger: Trigger; subject: string; exceptSid: string | null; actor: string }

/** An event, from which an audit entry is made when it is written, since there may be a million. */
export type DemoEvent = {
  at: number
  action: AuditAction
  user: DemoUser | null
  session?: DemoSession
  /** Data for this action's audit entry. */
  more?: object
}

export type DemoHistory = {
  revocations: DemoRevocation[]
  events: DemoEvent[]
  attack: DemoEvent[]
  /** The helper who ended other users' sessions, or null. */
  helper: DemoUser | null
  /**
   * The actor who disabled and deleted users, and ended all of their sessions: a real administrator where there is one.
   */
  adminActor: string
}

/** Ends without an entry of the revocation log: expired sessions. */
const silent: ReadonlySet<DemoEnd> = new Set(['expired'])
/** Ends of all of a user's sessions, which are one entry of the log. */
const ofUser: ReadonlySet<DemoEnd> = new Set(['user_disabled', 'user_deleted', 'password_changed', 'all_ended'])

export function historyOf(
  plan: DemoPlan,
  {
    seed,
    adminActor,
    applications,
    policyChanges,
  }: {
    seed: string
    adminActor: string
    applications: readonly NewApplication[]
    policyChanges: readonly DemoEvent[]
  },
): DemoHistory {
  const { users, times } = plan
  const helper = users.find(user => user.roles.includes('support')) ?? null
  const revocations: DemoRevocation[] = []
  const roles = Object.entries(demoRoles).map(([name, permissions]) => ({
    at: times.firstUser,
    action: 'role_created' as const,
    user: null,
    more: { name, permissions },
  }))
  const made = applications.map(more => ({
    at: times.firstUser,
    action: 'application_created' as const,
    user: null,
    more,
  }))
  const events: DemoEvent[] = [...roles, ...made, ...policyChanges]
  for (const user of users) {
    events.push({ at: user.createdAt, action: 'user_imported', user })
    for (const session of user.sessions) {
      for (let tries = session.failures; tries > 0; tries--)
        events.push({ at: session.createdAt - tries * 9_000, action: 'sign_in_failed', user, session })
      events.push({ at: session.createdAt, action: 'signed_in', user, session })
      const { end } = session
      if (end === null || silent.has(end.why) || ofUser.has(end.why)) continue
      const trigger = end.why as Trigger
      const actor = end.why === 'refresh_token_reused' ? 'system' : `user:${endedBy(session, user, helper).id}`
      revocations.push({ at: end.at, trigger, subject: session.id, exceptSid: null, actor })
      const action = sessionActions[end.why]
      if (action) events.push({ at: end.at, action, user, session })
    }
    for (const device of user.devices) {
      const [session] = device.sessions
      if (device.endedAt !== null) events.push({ at: device.endedAt, action: 'device_ended', user, session: session! })
    }
    if (user.accountEvent) {
      const { what, at, keptBy } = user.accountEvent
      const actor = what === 'password_changed' ? `user:${user.id}` : adminActor
      revocations.push({ at, trigger: what, subject: String(user.id), exceptSid: keptBy?.id ?? null, actor })
      events.push({ at, action: accountEventActions[what], user })
    }
  }
  const attack = anAttack(plan, seededRandom(seed, 'attack'))
  for (const event of attack) events.push(event)
  revocations.sort((a, b) => a.at - b.at)
  events.sort((a, b) => a.at - b.at)
  return { revocations, events, helper, adminActor, attack }
}

/** The actor of the demo's own entries. */
export const demoActor = 'operator:demo'

const sessionActions: Partial<Record<DemoEnd, AuditAction>> = {
  sign_out: 'signed_out',
  session_ended: 'session_ended',
  refresh_token_reused: 'refresh_token_reused',
}

const accountEventActions = {
  user_disabled: 'user_disabled',
  user_deleted: 'user_deleted',
  password_changed: 'password_changed',
  all_ended: 'sessions_ended',
} as const satisfies Record<string, AuditAction>

export function endedBy(session: DemoSession, user: DemoUser, helper: DemoUser | null): DemoUser {
  // A helper may not act on users with more rights.
  return session.end?.why === 'session_ended' && helper && mayHelp(user) ? helper : user
}

function mayHelp({ roles }: DemoUser): boolean {
  return !roles.some(role => role === 'auditor')
}

/** Failed sign-ins of one night: the same passwords for many user names, from one address (password spraying). */
function anAttack({ users, times }: DemoPlan, random: SeededRandom): DemoEvent[] {
  const address = carrier(random)
  const from = times.now - 3 * 86_400_000 - random.below(3_600_000)
  const there = users.filter(user => user.createdAt < from && user.accountEvent?.what !== 'user_deleted')
  const count = Math.min(2_000, there.length, 20 + Math.floor(users.length / 20))
  return Array.from({ length: count }, (_, index) => ({
    at: from + index * 700,
    action: 'sign_in_failed' as const,
    user: random.pick(there),
    more: { address, userAgent: anAttackersAgent },
  }))
}

/** The id of the request that an event belongs to. */
export function requestIdOf(seed: string, event: DemoEvent): string {
  return uuidOf(seed, 'request', event.at, event.user?.id ?? 0, event.action)
}
