// The limit of sessions per user, judged when a session refreshes: a limit that was set, or lowered, ends nobody by itself,
// and can be undone until then.
import type { Origin } from '../policy/actor.js'
import { sessionEnd } from '../policy/session.js'
import { mostBeside, surplusOf } from '../policy/session-limit.js'
import { refuse } from '../protocol/errors.js'
import type { ErasInForce, PolicyInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database, Queries } from '../storage/database.js'
import type { Sessions, Standing } from '../storage/sessions.js'
import type { Users } from '../storage/users.js'
import type { Revoke } from './revoke.js'

export type SessionLimitDeps = {
  database: Database
  users: Users
  sessions: Sessions
  revoke: Revoke
  tail: Tail
  policy: PolicyInForce
  now: () => number
}

/** `over`: it has ended meanwhile; `moved`: the policy is another one by now. */
type Judgement = 'stays' | 'surplus' | 'over' | 'moved'

const tries = 5

export function createSessionLimit({ database, users, sessions, revoke, tail, policy, now }: SessionLimitDeps) {
  /** By all live sessions of the user; those that are too many themselves do not count. */
  async function judge(tx: Queries, { session }: Standing, eras: ErasInForce): Promise<Judgement> {
    const open = await sessions.openOf(tx, session.userId)
    if (open.some(one => one.policyVersion !== eras.head)) return 'moved'
    const live = open.filter(one => sessionEnd(one.session, one.ended, now(), eras.of(one.session)) === null)
    const own = live.find(one => one.session.id === session.id)
    if (!own) return 'over'
    return surplusOf(live, one => eras.of(one.session)).includes(own) ? 'surplus' : 'stays'
  }

  const mayBeSurplus = ({ session, newerOpen }: Standing, eras: ErasInForce) => newerOpen > mostBeside(eras.of(session))

  return {
    /** Whether any session is under a limit that ends the oldest: only then their numbers are counted. */
    isSet: (eras: ErasInForce): boolean => eras.list.some(era => mostBeside(era.policy) < Infinity),

    /**
     * Refuses a session that is one too many; changes nothing.
     * @throws session_ended
     */
    async check(standing: Standing, eras: ErasInForce): Promise<void> {
      if (mayBeSurplus(standing, eras) && isOver(await judge(database, standing, eras))) throw refuse('session_ended')
    },

    /**
     * Ends a session that is one too many, and refuses it.
     * @throws session_ended, database_unavailable
     */
    async endSurplus(standing: Standing, eras: ErasInForce, presenter: Origin): Promise<void> {
      if (!mayBeSurplus(standing, eras)) return
      for (let attempt = 1; attempt <= tries; attempt++) {
        // A look first, before anybody waits for the user's lock.
        const first = await judge(database, standing, eras)
        const verdict = first === 'surplus' ? await endUnderLock(standing, eras, presenter) : first
        if (verdict === 'stays') return
        if (isOver(verdict)) throw refuse('session_ended')
        await tail.readNow()
        eras = policy.eras()
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    },
  }

  /** Whoever ends sessions for being too many takes turns at the user's row: what one has ended counts for no other. */
  function endUnderLock(standing: Standing, eras: ErasInForce, presenter: Origin): Promise<Judgement> {
    const { id, userId, deviceId } = standing.session
    return revoke.transaction({ name: 'system', origin: presenter, credential: null }, async (tx, { record, note }) => {
      await users.lock(tx, userId)
      const verdict = await judge(tx, standing, eras)
      if (verdict === 'surplus' && (await record('session_limit', { subject: id }))) {
        const before = { user: userId, device: deviceId }
        note({ action: 'session_ended', subject: id, before, after: { reason: 'session_limit' } })
      }
      return verdict
    })
  }
}

const isOver = (verdict: Judgement) => verdict === 'surplus' || verdict === 'over'

export type SessionLimit = ReturnType<typeof createSessionLimit>
