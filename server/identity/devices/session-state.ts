// The state of a session, for lists: by the rules in force, both as database terms and for a single row.
import {
  absoluteEnd,
  idleEnd,
  type SessionState,
  type SessionTerms,
  sessionEnd,
  sessionTerms,
} from '../../policy/session.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { SessionRecord, Standing } from '../../storage/sessions.js'

export function createSessionStates({ policy, now }: { policy: PolicyInForce; now: () => number }) {
  return {
    /** Terms for one query: all of its rows are judged at one instant. */
    terms: (): SessionTerms => sessionTerms(now(), policy.eras()),

    of: ({ session, ended }: Pick<Standing, 'session' | 'ended'>, { now }: SessionTerms): SessionState =>
      sessionEnd(session, ended, now, policy.of(session)) ?? 'live',

    /** When a session expires unless it is refreshed; epoch ms. */
    endsAt(session: SessionRecord): number {
      const rules = policy.of(session)
      return Math.min(idleEnd(session, rules), absoluteEnd(session, rules))
    },
  }
}

export type SessionStates = ReturnType<typeof createSessionStates>
