// When a session is over. Judged at sign-in, refresh and in lists against the policy in force, so that a tightened policy
// needs no mass update and can be undone. Times are epoch ms.
import type { Policy } from './policies.js'

export type SessionLife = {
  seq: number
  createdAt: number
  rotatedAt: number
  expiresAt: number
  endedAt: number | null
}

/** The three numbers that overtake a session without touching its row. */
export type EndedSeqs = { user: number; application: number; log: number }

export type SessionEnd = 'ended' | 'overtaken' | 'idle' | 'absolute'

/** What lists tell of a session: that it lives, or why it is over. */
export const sessionStates = ['live', 'ended', 'overtaken', 'idle', 'absolute'] as const
export type SessionState = (typeof sessionStates)[number]

/** Why the session is over, or null while it lives. */
export function sessionEnd(session: SessionLife, ended: EndedSeqs, now: number, policy: Policy): SessionEnd | null {
  if (session.endedAt !== null) return 'ended'
  if (session.seq < Math.max(ended.user, ended.application, ended.log)) return 'overtaken'
  if (now >= absoluteEnd(session, policy)) return 'absolute'
  if (now >= idleEnd(session, policy)) return 'idle'
  return null
}

/** How long sessions live, in ms, and the instant at which they are judged: what lists need to tell states in SQL. */
export type SessionTerms = { now: number; idle: number; absolute: number }

export function sessionTerms(now: number, policy: Policy): SessionTerms {
  return {
    now,
    idle: policy.refresh_token_lifetime * 1000,
    absolute: policy.session_absolute_lifetime * 1000,
  }
}

/** With rotation each refresh moves the idle end; without, it stands where the sign-in put it. */
export function idleEnd(session: SessionLife, policy: Policy): number {
  return Math.min(session.expiresAt, session.rotatedAt + policy.refresh_token_lifetime * 1000)
}

export function absoluteEnd(session: Pick<SessionLife, 'createdAt'>, policy: Policy): number {
  return session.createdAt + policy.session_absolute_lifetime * 1000
}
