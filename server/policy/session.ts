// When a session is over. Judged at sign-in, refresh and in lists against the policy in force, so that a tightened policy
// needs no mass update and can be undone. Times are epoch ms.
import { type Eras, otherApplications } from './eras.js'
import type { Policy } from './policies.js'

export type SessionLife = {
  seq: number
  createdAt: number
  rotatedAt: number
  expiresAt: number
  endedAt: number | null
}

/** The three numbers that supersede a session without touching its row. */
export type EndedSeqs = { user: number; application: number; log: number }

export type SessionEnd = 'ended' | 'superseded' | 'idle' | 'absolute'

/** States of a session in lists: live, or why it is over. */
export const sessionStates = ['live', 'ended', 'superseded', 'idle', 'absolute'] as const
export type SessionState = (typeof sessionStates)[number]

/** Why the session is over, or null while it lives. */
export function sessionEnd(session: SessionLife, ended: EndedSeqs, now: number, policy: Policy): SessionEnd | null {
  if (session.endedAt !== null) return 'ended'
  if (session.seq < Math.max(ended.user, ended.application, ended.log)) return 'superseded'
  if (now >= absoluteEnd(session, policy)) return 'absolute'
  if (now >= idleEnd(session, policy)) return 'idle'
  return null
}

/** Sessions opened under these versions of the policy, both included, live for so long; ms. */
export type Lifetimes = { from: number; upto: number; idle: number; absolute: number }

/**
 * What lists judge sessions by, in SQL too: one instant, and the lifetimes of each era, oldest first, one at least.
 * Some applications have lifetimes of their own.
 */
export type SessionTerms = {
  now: number
  lifetimes: readonly Lifetimes[]
  applications: readonly { id: string; lifetimes: readonly Lifetimes[] }[]
}

export function sessionTerms(now: number, eras: Pick<Eras, 'list' | 'overrides' | 'of'>): SessionTerms {
  const applications = [...eras.overrides.keys()].map(id => ({ id, lifetimes: lifetimesOf(id, eras) }))
  return { now, lifetimes: lifetimesOf(otherApplications, eras), applications }
}

function lifetimesOf(applicationId: string, { list, of }: Pick<Eras, 'list' | 'of'>): Lifetimes[] {
  const lifetimes: Lifetimes[] = []
  for (const { from, upto } of list) {
    const policy = of({ policyVersion: from, applicationId })
    const [idle, absolute] = [policy.refresh_token_lifetime * 1000, policy.session_absolute_lifetime * 1000]
    const last = lifetimes.at(-1)
    if (last?.idle === idle && last.absolute === absolute) last.upto = upto
    else lifetimes.push({ from, upto, idle, absolute })
  }
  return lifetimes
}

/**
 * Lifetime in ms of the access tokens of sessions opened under these versions: of one application, or of all but
 * some.
 */
export type AccessSpan = {
  from: number
  upto: number
  lifetime: number
  only: string | null
  except: readonly string[]
}

export function accessSpans({ list, overrides, of }: Pick<Eras, 'list' | 'overrides' | 'of'>): AccessSpan[] {
  const overriding = [...overrides.keys()]
  const spansOf = (applicationId: string, only: string | null) =>
    list.map(({ from, upto }) => {
      const lifetime = of({ policyVersion: from, applicationId }).access_token_lifetime * 1000
      return { from, upto, lifetime, only, except: only === null ? overriding : [] }
    })
  return [...spansOf(otherApplications, null), ...overriding.flatMap(id => spansOf(id, id))]
}

/** With rotation each refresh extends the idle end; without, it stays where the sign-in put it. */
export function idleEnd(session: SessionLife, policy: Policy): number {
  return Math.min(session.expiresAt, session.rotatedAt + policy.refresh_token_lifetime * 1000)
}

export function absoluteEnd(session: Pick<SessionLife, 'createdAt'>, policy: Policy): number {
  return session.createdAt + policy.session_absolute_lifetime * 1000
}
