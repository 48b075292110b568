// Leases of verifiers: each renews its lease twice a second, at any server. A renewal is answered only when the
// verifier's row has a bound up to which the lease may last, so the rows show all verifiers that may still accept a
// token. No write per renewal: the bound is written ahead, for all verifiers of this process in one statement, about
// once a second.
import { refuse } from '../protocol/errors.js'
import { type FeedPosition, leaseTime } from '../protocol/log/feed.js'
import type { Database } from '../storage/database.js'
import { grouped } from '../storage/statement.js'
import type { VerifierRecord, VerifierStore } from '../storage/verifiers.js'
import type { Tail } from './tail.js'

/** How far ahead a bound is written, in ms: a lease, the clock skew, and the time until the next write. */
const ahead = leaseTime + 1_000
/** The largest clock skew between two processes that follow the same database's clock, in ms. */
export const clockError = 100
/** How long before a bound is needed its write begins, in ms: then no renewal waits for it. */
const early = 100
/** Verifiers that renewed within this time are written in the same batch, in ms. */
const lately = 1_000
/** How long moved positions are batched, in ms. */
const gathering = 20
/** How long a renewal waits for its write, in ms: a lease that arrives too late is useless. */
const writeTimeout = 1_000
/** Time without renewal after which a verifier is removed from memory, in ms; its row stays. */
const kept = 60_000

export type Renewal = {
  applicationId: string
  name: string
  /** The position up to which the verifier has applied the log; null before it has. */
  applied: FeedPosition | null
  /** Version of the verifier's library; null where it sends none. */
  version: string | null
  /** Epoch ms. */
  keysFetchedAt: number | null
  address: string
}

/** A verifier whose lease may last. */
export type ConnectedVerifier = {
  applicationId: string
  name: string
  /** Number of the present log that it has applied; null where it has applied nothing of that log. */
  applied: number | null
  /** Epoch ms: no lease of this verifier lasts longer. */
  leaseUntil: number
}

type Held = {
  row: VerifierRecord
  /** The bound that is in the database; 0 before there is one. */
  writtenUntil: number
  moved: boolean
  refused: boolean
  /** The lease was renewed although the row could not be written: other servers may not know of it. */
  unwritten: boolean
}

export type VerifiersDeps = {
  database: Database
  verifierStore: VerifierStore
  tail: Pick<Tail, 'logId' | 'position'>
  /** Epoch ms by the database's clock. */
  now: () => number
  log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

export function createVerifiers({ database, verifierStore, tail, now, log }: VerifiersDeps) {
  const held = new Map<string, Held>()
  const listeners = new Set<() => void>()
  const arrivals = new Set<() => void>()
  let running: Promise<void> | null = null
  let queued: Promise<void> | null = null
  let gatheringTimer: NodeJS.Timeout | undefined
  let failing = false
  let lastRenewal = Number.NEGATIVE_INFINITY

  /** Writes a batch that begins after this call. Never rejects: the rows in memory show what was not written. */
  function write(): Promise<void> {
    if (!running) {
      running = writeBatch().finally(() => {
        running = null
      })
      return running
    }
    queued ??= running.then(() => {
      queued = null
      return write()
    })
    return queued
  }

  function writeSoon(): void {
    if (queued !== null || gatheringTimer !== undefined) return
    gatheringTimer = setTimeout(() => {
      gatheringTimer = undefined
      void write()
    }, gathering).unref()
  }

  async function writeBatch(): Promise<void> {
    const at = now()
    for (const [key, { row }] of held) if (at - row.renewedAt > kept) held.delete(key)
    const due = [...held.values()].filter(({ row, moved }) => moved || at - row.renewedAt <= lately)
    // A copy of what is written: the rows in memory may change before the write returns.
    const batch = due.map(one => {
      one.moved = false
      const leaseUntil = at - one.row.renewedAt <= lately ? at + ahead : one.writtenUntil
      return { one, row: { ...one.row, leaseUntil } }
    })
    // A row whose lease was over may have been given to another name meanwhile.
    const isFresh = ({ one }: { one: Held }) => one.writtenUntil <= at
    try {
      const known = batch.filter(each => !isFresh(each))
      if (known.length > 0)
        await verifierStore.write(
          database,
          known.map(({ row }) => row),
        )
      for (const { one, row } of known) note(one, Math.max(one.writtenUntil, row.leaseUntil))
      const fresh = grouped(batch.filter(isFresh), ({ row }) => row.applicationId)
      for (const [applicationId, those] of fresh) {
        const rows = those.map(({ row }) => row)
        const refused = await database.transaction(tx => verifierStore.register(tx, applicationId, rows, at))
        for (const { one, row } of those) {
          one.refused = refused.includes(row.name)
          if (!one.refused) note(one, row.leaseUntil)
        }
      }
      if (failing) log.info({}, 'receipts of resource servers are written again')
      failing = false
    } catch (error) {
      for (const { one } of batch) one.moved = true
      if (!failing) log.warn({ err: error }, 'receipts of resource servers cannot be written')
      failing = true
    }
    for (const listener of listeners) listener()
  }

  function note(one: Held, writtenUntil: number): void {
    one.writtenUntil = writtenUntil
    if (writtenUntil >= one.row.renewedAt + leaseTime) one.unwritten = false
  }

  function take(renewal: Renewal): Held {
    const at = now()
    const { applicationId, name, version, keysFetchedAt, address } = renewal
    // A position in another log, or one that this process has not reached, says nothing about this log.
    const isOurs = renewal.applied?.log === tail.logId && renewal.applied.seq <= tail.position
    const applied = isOurs ? renewal.applied : null
    const key = keyOf(renewal)
    const before = held.get(key)
    const moved = applied !== null && (applied.log !== before?.row.appliedLog || applied.seq > before.row.appliedSeq)
    const position =
      moved || !before
        ? { appliedLog: applied?.log ?? '', appliedSeq: applied?.seq ?? 0, appliedAt: applied && at }
        : { appliedLog: before.row.appliedLog, appliedSeq: before.row.appliedSeq, appliedAt: before.row.appliedAt }
    const row = {
      ...{ applicationId, name, version: version?.slice(0, 50) ?? '', ...position, renewedAt: at, leaseUntil: 0 },
      ...{ keysFetchedAt, address: address.slice(0, 64), firstSeen: before?.row.firstSeen ?? at },
    }
    const one = before ?? { row, writtenUntil: 0, moved: false, refused: false, unwritten: false }
    one.row = row
    one.moved ||= moved
    one.refused = false
    held.set(key, one)
    // No verifier had a valid lease from this process before.
    if (at - lastRenewal > leaseTime + clockError) for (const listener of arrivals) listener()
    lastRenewal = at
    return one
  }

  return {
    /**
     * Registers a renewal. Call it when the request arrives, before the number for the answer is read from the
     * database: a read of the rows after a commit then shows every verifier that may have been answered without that
     * commit.
     * @throws too_many_verifiers
     */
    async renew(renewal: Renewal): Promise<void> {
      const one = take(renewal)
      const needed = one.row.renewedAt + leaseTime + clockError
      if (one.writtenUntil < needed) {
        await inTime(write())
        // The lease depends on the log in the database, not on whether the row can be written.
        if (one.refused) {
          held.delete(keyOf(renewal))
          throw refuse('too_many_verifiers', { retryAfter: 5 })
        }
        one.unwritten = one.writtenUntil < one.row.renewedAt + leaseTime
      } else if (one.moved || one.writtenUntil < needed + early) writeSoon()
      if (one.moved) for (const listener of listeners) listener()
    },

    /** Verifiers whose lease may last, whichever server renewed it. @throws database_unavailable */
    async connected(): Promise<ConnectedVerifier[]> {
      const rows = await verifierStore.connected(database, now())
      const at = now()
      const all = new Map(rows.map(row => [keyOf(row), connectedOf(row, tail.logId)]))
      for (const [key, { row, writtenUntil }] of held) {
        const there = all.get(key)
        const here = connectedOf({ ...row, leaseUntil: Math.max(writtenUntil, row.renewedAt + leaseTime) }, tail.logId)
        if (there) all.set(key, { ...there, applied: later(there.applied, here.applied) })
        else if (here.leaseUntil > at) all.set(key, here)
      }
      return [...all.values()]
    },

    /** Whether all verifiers that renewed here are in the rows, where other servers see them. */
    areWritten(): boolean {
      const at = now()
      return ![...held.values()].some(({ row, unwritten }) => unwritten && row.renewedAt + leaseTime > at)
    },

    /** Calls `listener` whenever a position has moved, or rows were written. @returns a function that unsubscribes */
    onMove(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /** Calls `listener` at a renewal while no verifier had a valid lease from this process. */
    onArrival(listener: () => void): void {
      arrivals.add(listener)
    },

    /** Resolves when nothing is being written. */
    async settled(): Promise<void> {
      if (gatheringTimer !== undefined) {
        clearTimeout(gatheringTimer)
        gatheringTimer = undefined
        await write()
      }
      while (running !== null) await running
    },
  }
}

export type Verifiers = ReturnType<typeof createVerifiers>

function connectedOf(row: VerifierRecord, logId: string): ConnectedVerifier {
  const { applicationId, name, leaseUntil, appliedLog, appliedSeq } = row
  return { applicationId, name, leaseUntil, applied: appliedLog === logId && logId !== '' ? appliedSeq : null }
}

function later(one: number | null, other: number | null): number | null {
  if (one === null) return other
  return other === null ? one : Math.max(one, other)
}

/** Ids and names contain no blank. */
function keyOf({ applicationId, name }: { applicationId: string; name: string }): string {
  return `${applicationId} ${name}`
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, writeTimeout)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
