// Leases of verifiers: each renews its lease twice a second, at any server. A renewal is answered only when the verifier's row
// has a bound up to which the lease may last, so the rows show all verifiers that may still accept a token. No write per renewal:
// the bound is written ahead, for all verifiers of this process in one statement, about once a second.
import { refuse } from '../protocol/errors.js'
import { type FeedPosition, leaseTime } from '../protocol/log/feed.js'
import type { Database } from '../storage/database.js'
import { grouped } from '../storage/statement.js'
import type { VerifierRecord, VerifierStore } from '../storage/verifiers.js'
import type { Tail } from './tail.js'

/** So far ahead a bound is written, in ms: a lease, what clocks are apart, and the time until the next write. */
const ahead = leaseTime + 1_000
/** The largest clock skew between two processes that follow the same database's clock, in ms. */
export const clockError = 100
/** How long before it is needed a write begins, in ms: then no renewal waits for it. */
const early = 100
/** Verifiers that renewed within this time are written in the same batch, in ms. */
const lately = 1_000
/** How long a batch of moved positions is gathered, in ms. */
const gathering = 20
/** Timeout of a renewal for its write, in ms: a lease that comes too late is none. */
const patience = 1_000
/** A verifier that has not renewed for so long is evicted from memory, in ms; its row stays. */
const kept = 60_000

export type Renewal = {
  applicationId: string
  name: string
  /** Up to where it has applied the log; null before it has. */
  applied: FeedPosition | null
  /** Of the kit; null where it does not say. */
  version: string | null
  /** Epoch ms. */
  keysFetchedAt: number | null
  address: string
}

/** A verifier whose lease may last. */
export type ConnectedVerifier = {
  applicationId: string
  name: string
  /** Of the log of now; null where it has applied nothing of that. */
  applied: number | null
  /** Epoch ms: no lease that it was given lasts longer. */
  leaseUntil: number
}

type Held = {
  row: VerifierRecord
  /** The bound that is in the database; 0 before it has one. */
  writtenUntil: number
  moved: boolean
  refused: boolean
  /** It was let renew although its row could not be written: other servers may not know it. */
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

  /** Writes a batch that is begun after this call. Never rejects: what was not written says its row. */
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
    // What is written, not what is held when the write has come back.
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
    // What was applied of another log, or is not there yet, says nothing of this one.
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
    // No verifier had a valid lease from here before.
    if (at - lastRenewal > leaseTime + clockError) for (const listener of arrivals) listener()
    lastRenewal = at
    return one
  }

  return {
    /**
     * To be called when the request of a renewal arrives, before the database is asked for the number that it is answered with: a
     * read of the rows after a commit then shows every verifier that may have been answered without that commit.
     * @throws too_many_verifiers
     */
    async renew(renewal: Renewal): Promise<void> {
      const one = take(renewal)
      const needed = one.row.renewedAt + leaseTime + clockError
      if (one.writtenUntil < needed) {
        await inTime(write())
        // Its lease is a matter of what the database says of the log, not of what it lets be written.
        if (one.refused) {
          held.delete(keyOf(renewal))
          throw refuse('too_many_verifiers', { retryAfter: 5 })
        }
        one.unwritten = one.writtenUntil < one.row.renewedAt + leaseTime
      } else if (one.moved || one.writtenUntil < needed + early) writeSoon()
      if (one.moved) for (const listener of listeners) listener()
    },

    /** Everybody whose lease may last, at whichever server it was renewed. @throws database_unavailable */
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

    /** Calls back whenever a position has moved, or rows were written. @returns to be called when that is over */
    onMove(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    /** Calls back at a renewal while no verifier had a valid lease from here. */
    onArrival(listener: () => void): void {
      arrivals.add(listener)
    },

    /** Resolves when nothing is being written any more. */
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

/** Neither id nor name holds a blank. */
function keyOf({ applicationId, name }: { applicationId: string; name: string }): string {
  return `${applicationId} ${name}`
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
