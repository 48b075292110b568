// A transaction whose actor is authorized in it before anything else, by the rows of that moment. For transactions that
// neither audit nor revoke; one that does is a change (changes.ts), which begins with this.
import type { Actor } from '../policy/actor.js'
import { refuse } from '../protocol/errors.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { Tail } from '../revocation/tail.js'
import type { Database, Queries } from '../storage/database.js'
import { type Credentials, PolicyMoved, type Subjects } from './credential.js'

export type JudgedTransactionsDeps = {
  database: Database
  credentials: Credentials
  tail: Tail
  applications: Pick<ApplicationsInForce, 'load'>
}

/**
 * Checks, late in a transaction, whether an end that locks no row of the actor's was committed meanwhile; see
 * Credentials.judge.
 */
export type RequireStill = (tx: Queries) => Promise<void>

/** How often a transaction is retried because the policy changed under it. */
const tries = 5

export function createJudgedTransactions({ database, credentials, tail, applications }: JudgedTransactionsDeps) {
  return {
    /**
     * @param subjects whom and what `work` will lock; they are locked together with the actor, in one order
     * @throws what Credentials.judge throws, and what `work` throws; database_unavailable
     */
    async run<T>(
      actor: Actor,
      work: (tx: Queries, requireStill: RequireStill) => Promise<T>,
      subjects: Subjects = {},
    ): Promise<T> {
      // The first read of the log's head loads the policy, and the key of the audit log's chain.
      if (!tail.isFresh()) await tail.readIfOld()
      for (let attempt = 1; attempt <= tries; attempt++) {
        try {
          return await database.transaction(async tx => {
            const requireStill = await credentials.judge(tx, actor, subjects)
            return work(tx, requireStill ?? (async () => {}))
          })
        } catch (error) {
          if (!(error instanceof PolicyMoved)) throw error
          if (error.outdated.length > 0) await applications.load(error.outdated)
          await tail.readNow()
        }
      }
      throw refuse('database_unavailable', { retryAfter: 1 })
    },
  }
}

export type JudgedTransactions = ReturnType<typeof createJudgedTransactions>
