// All the tokens of a session as it stands: what a sign-in, a code or a refresh is answered with. Values alone, nothing of
// the rows that they were made from.
import { absoluteEnd, idleEnd } from '../policy/session.js'
import type { AskedTarget } from '../policy/session-scope.js'
import type { ErasInForce } from '../revocation/policy-in-force.js'
import type { Standing } from '../storage/sessions.js'
import type { Issue, IssuedAccess } from './issue.js'

/** A session that was opened, or that refreshed, and all that its tokens are issued from. */
export type Stood = {
  standing: Pick<Standing, 'session' | 'user' | 'seq' | 'accessLifetime'>
  /** The policy of that instant. */
  eras: ErasInForce
  /** Epoch ms, an instant before the standing was read. */
  issuedAt: number
}

/** Times are epoch ms. */
export type SessionTokens = {
  access: IssuedAccess
  /** null where the session has none, or where the one that was presented stays. */
  refresh: string | null
  issuedAt: number
  /** When the refresh token is over unless it is used. */
  idleEnd: number
  /** When the session is over, however often it refreshes. */
  absoluteEnd: number
}

export type TokensAsked = { asked?: AskedTarget; withRefresh: boolean }

export function createSessionTokens({ issue }: { issue: Issue }) {
  return function sessionTokens(
    { standing, eras, issuedAt }: Stood,
    { asked, withRefresh }: TokensAsked,
  ): SessionTokens {
    const { session, user } = standing
    const policy = eras.of(session)
    const end = absoluteEnd(session, policy)
    return {
      access: issue.accessOf(standing, issuedAt, policy, asked),
      refresh: withRefresh ? issue.refresh(session, user.username) : null,
      issuedAt,
      idleEnd: Math.min(idleEnd(session, policy), end),
      absoluteEnd: end,
    }
  }
}

export type MakeSessionTokens = ReturnType<typeof createSessionTokens>
