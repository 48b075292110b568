// What state a session is in, for lists: the rules that judge it now, for the database and for a row that was read.
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
    /** For one reading: all of it is judged at one instant. */
    terms: (): SessionTerms => sessionTerms(now(), policy.eras()),

    of: ({ session, ended }: Pick<Standing, 'session' | 'ended'>, { now }: SessionTerms): SessionState =>
      sessionEnd(session, ended, now, policy.of(session)) ?? 'live',

    /** When it is over unless it refreshes; epoch ms. */
    endsAt(session: SessionRecord): number {
      const rules = policy.of(session)
      return Math.min(idleEnd(session, rules), absoluteEnd(session, rules))
    },
  }
}

export type SessionStates = ReturnType<typeof createSessionStates>
