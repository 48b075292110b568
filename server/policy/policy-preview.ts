// The effect of a policy change on open sessions, judged by the same rules as later refreshes.
import { type EraSubject, type Eras, otherApplications } from './eras.js'
import type { PolicyName } from './policies.js'
import type { PolicyVersion } from './policy-version.js'
import { type EndedSeqs, type SessionLife, sessionEnd } from './session.js'
import { countsAlone, mostNewerSessions, overLimit } from './session-limit.js'

/** An open session, with all that decides whether it lives. */
export type SurveyedSession = SessionLife &
  EraSubject & {
    id: string
    userId: number
    deviceId: string
    browserSid: string | null
    offline: boolean
    ended: EndedSeqs
  }

export const endReasons = {
  idle: 'has lain idle for longer than the change allows',
  absolute: 'is older than the change allows',
  limit: 'is one more than its user may have',
} as const

export type EndReason = keyof typeof endReasons

export type Ending = { session: SurveyedSession; reason: EndReason }

/**
 * Sessions of one user that a refresh would refuse with the change, and would not without it.
 * @param open all that are not marked as ended, oldest first
 */
export function endedByChange(open: readonly SurveyedSession[], before: Eras, after: Eras, now: number): Ending[] {
  const kept = new Set(remaining(open, after, now))
  return remaining(open, before, now).flatMap(session => {
    if (kept.has(session)) return []
    const end = sessionEnd(session, session.ended, now, after.of(session))
    return [{ session, reason: end === 'idle' || end === 'absolute' ? end : ('limit' as const) }]
  })
}

function remaining(open: readonly SurveyedSession[], eras: Eras, now: number): SurveyedSession[] {
  const live = open.filter(session => sessionEnd(session, session.ended, now, eras.of(session)) === null)
  const ids = new Set(live.map(session => session.id))
  const counted = live.filter(session => countsAlone(session, ids.has(session.browserSid ?? '')))
  const tooMany = new Set(overLimit(counted, eras.of))
  return live.filter(session => !tooMany.has(session))
}

/** Sessions opened under these versions, with their idle and absolute lifetimes, before and after; ms. */
export type Tightening = {
  from: number
  upto: number
  /** Only sessions of this application; null: of all applications that override nothing, and perhaps of others. */
  applicationId: string | null
  before: Lifetimes
  after: Lifetimes
}
export type Lifetimes = { idle: number; absolute: number }

/** Sessions whose lifetimes get shorter, by when they were opened: the others need not be read. */
export function tightenings(before: Eras, after: Eras): Tightening[] {
  const begins = [...new Set([...before.list, ...after.list].map(era => era.from))]
    .filter(from => from <= before.version)
    .sort((a, b) => a - b)
  const lifetimes = (eras: Eras, from: number, applicationId: string | null): Lifetimes => {
    const policy = eras.of({ policyVersion: from, applicationId: applicationId ?? otherApplications })
    return { idle: policy.refresh_token_lifetime * 1000, absolute: policy.session_absolute_lifetime * 1000 }
  }
  // Also for an application that no longer overrides anything: the policy may be the stricter one.
  return [null, ...new Set([...before.overrides.keys(), ...after.overrides.keys()])]
    .flatMap(applicationId =>
      begins.map((from, index) => ({
        from,
        upto: (begins[index + 1] ?? before.list.at(-1)!.upto + 1) - 1,
        applicationId,
        before: lifetimes(before, from, applicationId),
        after: lifetimes(after, from, applicationId),
      })),
    )
    .filter(one => one.after.idle < one.before.idle || one.after.absolute < one.before.absolute)
}

/** Up to so many sessions no user is over any limit; Infinity where there is none. */
export function leastLimit(...all: Eras[]): number {
  return Math.min(...all.flatMap(eras => eras.list.map(era => mostNewerSessions(era.policy) + 1)))
}

/** What a change leaves as it is, in words for an administrator. */
export const unaffectedTexts = {
  open_sessions: 'Sessions that are open keep the rules they have.',
  access_tokens: 'Access tokens that are live stay valid until they expire.',
  refresh_tokens: 'Refresh tokens end when they say; a longer life begins with the next refresh.',
  signed_in: 'Whoever is signed in stays so; only sign-ins beyond the limit are refused.',
  undoable: 'Until a session refreshes, undoing the change saves it.',
} as const

export type Unaffected = keyof typeof unaffectedTexts

export function unaffectedBy({ policy, changed, apply }: PolicyVersion, before: Eras): Unaffected[] {
  const rises = (name: 'refresh_token_lifetime' | 'session_absolute_lifetime') => policy[name] > before.latest[name]
  const limits: readonly PolicyName[] = ['max_sessions_per_user', 'at_session_limit']
  const refuses = policy.max_sessions_per_user > 0 && policy.at_session_limit === 'refuse'
  const explanations: Record<Unaffected, boolean> = {
    open_sessions: apply === 'new',
    // Tokens for the former audience are refused as soon as it changes.
    access_tokens: apply !== 'now' && !changed.includes('audience'),
    refresh_tokens: rises('refresh_token_lifetime') || rises('session_absolute_lifetime'),
    signed_in: refuses && changed.some(name => limits.includes(name)),
    undoable: apply !== 'new',
  }
  return (Object.keys(explanations) as Unaffected[]).filter(name => explanations[name])
}
