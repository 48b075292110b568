// When a session is over. Judged at sign-in, refresh and in lists against the policy in force, so that a tightened policy
// needs no mass update and can be undone. Times are epoch ms.
import type { Era } from './eras.js'
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

/** What lists tell of a session: that it lives, or why it is over. */
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

/** What lists judge by, in SQL too: one instant, and how long sessions of each era live; oldest first, one at least. */
export type SessionTerms = { now: number; lifetimes: readonly Lifetimes[] }

export function sessionTerms(now: number, eras: readonly Era[]): SessionTerms {
  const lifetimes: Lifetimes[] = []
  for (const { from, upto, policy } of eras) {
    const [idle, absolute] = [policy.refresh_token_lifetime * 1000, policy.session_absolute_lifetime * 1000]
    const last = lifetimes.at(-1)
    if (last?.idle === idle && last.absolute === absolute) last.upto = upto
    else lifetimes.push({ from, upto, idle, absolute })
  }
  return { now, lifetimes }
}

/** With rotation each refresh moves the idle end; without, it stands where the sign-in put it. */
export function idleEnd(session: SessionLife, policy: Policy): number {
  return Math.min(session.expiresAt, session.rotatedAt + policy.refresh_token_lifetime * 1000)
}

export function absoluteEnd(session: Pick<SessionLife, 'createdAt'>, policy: Policy): number {
  return session.createdAt + policy.session_absolute_lifetime * 1000
}
