// The limit of sessions per user, applied when a session refreshes: a limit that was set, or lowered, ends no session
// by itself, and can be undone until then.
import type { Origin } from '../policy/actor.js'
import { sessionEnd } from '../policy/session.js'
import { countsAlone, createLimitCount, mostNewerSessions } from '../policy/session-limit.js'
import { refuse } from '../protocol/errors.js'
import type { ErasInForce, PolicyInForce } from '../revocation/policy-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database, Queries } from '../storage/database.js'
import type { OpenSession } from '../storage/open-sessions.js'
import type { SessionStore, Standing } from '../storage/sessions.js'
import type { UserStore } from '../storage/users.js'
import type { Changes } from './changes.js'

export type SessionLimitDeps = {
  database: Database
  userStore: UserStore
  sessionStore: SessionStore
  changes: Changes
  tail: Tail
  policy: PolicyInForce
  now: () => number
}

/** `over`: the session has ended meanwhile; `moved`: the policy changed meanwhile. */
type Judgement = 'stays' | 'over_limit' | 'over' | 'moved'

const tries = 5

export function createSessionLimit({
  database,
  userStore,
  sessionStore,
  changes,
  tail,
  policy,
  now,
}: SessionLimitDeps) {
  const lives = (one: OpenSession, eras: ErasInForce) => sessionEnd(one, one.ended, now(), eras.of(one)) === null
  const counts = (one: OpenSession, eras: ErasInForce) =>
    countsAlone(one, one.browser !== null && lives(one.browser, eras))

  /** Counts the user's newer live sessions; those that are over the limit themselves do not count. */
  async function judge(tx: Queries, { session }: Standing, eras: ErasInForce): Promise<Judgement> {
    const newer = createLimitCount()
    // A session that was granted offline counts or not by its own row: no verdict before that row was read.
    const mayCount = session.browserSid === null
    for await (const one of sessionStore.newestOf(tx, session.userId)) {
      if (one.headPolicyVersion !== eras.head) return 'moved'
      const its = eras.of(one)
      if (one.id === session.id) {
        if (!lives(one, eras)) return 'over'
        return counts(one, eras) && newer.isOverLimit(its) ? 'over_limit' : 'stays'
      }
      if (lives(one, eras) && counts(one, eras)) newer.isOverLimit(its)
      // The session is older than all rows so far, so there is no need to read up to it.
      if (mayCount && newer.isOverFor(eras.of(session))) return 'over_limit'
    }
    return 'over'
  }

  const mayBeOverLimit = ({ session, overLimitUpto }: Standing) =>
    overLimitUpto !== null && session.createdAt <= overLimitUpto && countsAlone(session, false)

  return {
    /** The least number of newer sessions that any session may live beside; Infinity where no limit ends the oldest. */
    least: (eras: ErasInForce): number => Math.min(...eras.list.map(era => mostNewerSessions(era.policy))),

    /**
     * Refuses a session over the limit; changes nothing.
     * @throws session_ended
     */
    async check(standing: Standing, eras: ErasInForce): Promise<void> {
      if (mayBeOverLimit(standing) && isOver(await judge(database, standing, eras))) throw refuse('session_ended')
    },

    /**
     * Ends a session over the limit, and refuses it.
     * @throws session_ended, database_unavailable
     */
    async endOverLimit(standing: Standing, eras: ErasInForce, presenter: Origin): Promise<void> {
      if (!mayBeOverLimit(standing)) return
      for (let attempt = 1; attempt <= tries; attempt++) {
        // First without a lock, so that most refreshes do not wait for the user's.
        const first = await judge(database, standing, eras)
        const verdict = first === 'over_limit' ? await endUnderLock(standing, eras, presenter) : first
        if (verdict === 'stays') return
        if (isOver(verdict)) throw refuse('session_ended')
        await tail.readNow()
        eras = policy.eras()
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    },
  }

  /**
   * The user's row lock serializes ends of sessions over the limit: a session that one transaction has ended is not
   * counted by the next.
   */
  function endUnderLock(standing: Standing, eras: ErasInForce, presenter: Origin): Promise<Judgement> {
    const { id, userId, deviceId } = standing.session
    return changes.run({ name: 'system', origin: presenter, credential: null }, async (tx, { record, note }) => {
      await userStore.lock(tx, userId)
      const verdict = await judge(tx, standing, eras)
      if (verdict === 'over_limit' && (await record('session_limit', { subject: id }))) {
        const before = { user: userId, device: deviceId }
        note({ action: 'session_ended', subject: id, before, after: { reason: 'session_limit' } })
      }
      return verdict
    })
  }
}

const isOver = (verdict: Judgement) => verdict === 'over_limit' || verdict === 'over'

export type SessionLimit = ReturnType<typeof createSessionLimit>
