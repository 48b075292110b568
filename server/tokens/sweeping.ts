// Sweeps. An end of all sessions of a user, of an application or of all users is one number. The transaction that
// raises it writes a sweep, which any server carries out in the background, under a lease: it marks the rows for the
// lists, and writes deliveries for the applications to notify. If a server is killed, the next one continues once the
// lease is over.
import { setImmediate } from 'node:timers/promises'
import type { RevocationKind } from '../protocol/log/revocation.js'
import type { Database, Queries } from '../storage/database.js'
import type { RevocationRecord } from '../storage/revocations.js'
import type { Expired, Superseded } from '../storage/session-purge.js'
import type { SessionStore } from '../storage/sessions.js'
import type { SweepRecord, SweepStore } from '../storage/sweeps.js'
import type { DeliveryWriting } from './delivery-writing.js'

export type SweepingDeps = {
  database: Database
  sweepStore: SweepStore
  sessionStore: SessionStore
  deliveryWriting: DeliveryWriting
  now: () => number
  /** Runs background work that may be done after the response. */
  afterwards: (work: () => Promise<void>) => void
}

/** How many rows are marked in one transaction: other transactions wait for it. */
const batch = 500
/** How long the lease of a sweep lasts without progress, in ms. */
const lease = 30_000
/**
 * Sessions that were being opened when all of them ended stand below the number as well: a second pass looks for them
 * after this time; ms.
 */
const secondLook = 60_000
/** How many sweeps are read at a time. */
const atOnce = 20

const kinds: ReadonlySet<RevocationKind> = new Set<Superseded['kind']>(['user', 'application', 'all'])

export function createSweeping(deps: SweepingDeps) {
  const { database, sweepStore, sessionStore, deliveryWriting, now, afterwards } = deps

  /** @returns whether there may be more */
  function markSome({ kind, subject, createdAt, reason, actor, seq }: SweepRecord): Promise<boolean> {
    return database.transaction(async tx => {
      const ids = await sessionStore.markSuperseded(tx, { kind, subject }, createdAt, reason, actor, batch)
      await deliveryWriting.ofSessions(tx, ids)
      if (ids.length === batch) await sweepStore.keep(tx, seq, now() + lease)
      return ids.length === batch
    })
  }

  async function runSweep(sweep: SweepRecord): Promise<void> {
    if (!(await sweepStore.take(database, sweep.seq, now(), now() + lease))) return
    while (await markSome(sweep)) await setImmediate()
    if (sweep.passes > 0) await sweepStore.remove(database, sweep.seq)
    else await sweepStore.passed(database, sweep.seq, now() + secondLook)
  }

  async function runAllSweeps(): Promise<void> {
    for (let due = atOnce; due === atOnce; ) {
      const sweeps = await sweepStore.due(database, now(), atOnce)
      for (const sweep of sweeps) await runSweep(sweep)
      due = sweeps.length
    }
  }

  let running: Promise<void> | null = null
  let again = false

  /** Carries out sweeps that are due, one after the other. */
  async function run(): Promise<void> {
    again = true
    running ??= (async () => {
      while (again) {
        again = false
        await runAllSweeps()
      }
    })().finally(() => {
      running = null
    })
    await running
  }

  return {
    run,

    /** Writes the sweep, in the transaction that ends the sessions. */
    async write(tx: Queries, { seq, kind, subject, reason, actor, createdAt }: RevocationRecord): Promise<void> {
      const whose = { kind, subject } as Superseded
      await sweepStore.insert(tx, { seq, ...whose, reason, actor, createdAt, nextAt: createdAt, passes: 0 })
    },

    /** Starts the sweeps, once that transaction is committed. */
    begin: (): void => afterwards(run),

    /** Ids of expired sessions that no sweep is about to mark with another reason than expiry. */
    async leaveOut(tx: Queries, expired: readonly Expired[]): Promise<string[]> {
      const sweeps = await sweepStore.all(tx)
      const upTo = new Map<string, number>()
      for (const { kind, subject, seq } of sweeps)
        upTo.set(`${kind} ${subject}`, Math.max(seq, upTo.get(`${kind} ${subject}`) ?? 0))
      const isSwept = ({ userId, applicationId, seq }: Expired) =>
        [`user ${userId}`, `application ${applicationId}`, 'all '].some(whose => seq < (upTo.get(whose) ?? 0))
      return expired.filter(one => !isSwept(one)).map(one => one.id)
    },
  }
}

export type Sweeping = ReturnType<typeof createSweeping>

/** Whether an entry ends all sessions of its subject. */
export function endsAll({ kind, effect }: Pick<RevocationRecord, 'kind' | 'effect'>): boolean {
  return effect === 'end' && kinds.has(kind)
}
