// An end of all sessions of a user, of an application or of everybody is one number. The transaction that raises it writes a
// sweep, which any server carries out in the background, under a lease: it marks the rows for the lists, and writes down which
// applications to tell. If a server is killed, the next one goes on once the lease is over.
import { setImmediate } from 'node:timers/promises'
import type { RevocationKind } from '../protocol/log/revocation.js'
import type { Database, Queries } from '../storage/database.js'
import type { RevocationRecord } from '../storage/revocations.js'
import type { Expired, Superseded } from '../storage/session-tidying.js'
import type { SessionStore } from '../storage/sessions.js'
import type { SweepRecord, SweepStore } from '../storage/sweeps.js'
import type { DeliveryWriting } from './delivery-writing.js'

export type SweepingDeps = {
  database: Database
  sweepStore: SweepStore
  sessionStore: SessionStore
  deliveryWriting: DeliveryWriting
  now: () => number
  /** Runs on by itself what may be done after the answer. */
  afterwards: (work: () => Promise<void>) => void
}

/** How many rows are marked in one transaction: others wait for it. */
const batch = 500
/** How long a sweep that nobody goes on with stays taken, in ms. */
const lease = 30_000
/** A session that was being opened when all of them ended stands below the number as well: they are looked for once more; ms. */
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

  async function workOff(sweep: SweepRecord): Promise<void> {
    if (!(await sweepStore.take(database, sweep.seq, now(), now() + lease))) return
    while (await markSome(sweep)) await setImmediate()
    if (sweep.passes > 0) await sweepStore.remove(database, sweep.seq)
    else await sweepStore.passed(database, sweep.seq, now() + secondLook)
  }

  async function workOffAll(): Promise<void> {
    for (let due = atOnce; due === atOnce; ) {
      const sweeps = await sweepStore.due(database, now(), atOnce)
      for (const sweep of sweeps) await workOff(sweep)
      due = sweeps.length
    }
  }

  let running: Promise<void> | null = null
  let again = false

  /** Works off what is due, one after the other: ends of many users come in a row. */
  async function run(): Promise<void> {
    again = true
    running ??= (async () => {
      while (again) {
        again = false
        await workOffAll()
      }
    })().finally(() => {
      running = null
    })
    await running
  }

  return {
    run,

    /** In the transaction that ends them all. */
    async write(tx: Queries, { seq, kind, subject, reason, actor, createdAt }: RevocationRecord): Promise<void> {
      const whose = { kind, subject } as Superseded
      await sweepStore.insert(tx, { seq, ...whose, reason, actor, createdAt, nextAt: createdAt, passes: 0 })
    },

    /** Once that is committed. */
    begin: (): void => afterwards(run),

    /** Those that no sweep is about to mark, by another reason than that their time has run out. */
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

/** Whether an entry ends all sessions of somebody. */
export function endsAll({ kind, effect }: Pick<RevocationRecord, 'kind' | 'effect'>): boolean {
  return effect === 'end' && kinds.has(kind)
}
