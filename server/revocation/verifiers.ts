// Leases of verifiers: each renews its lease twice a second, at any server. A renewal is answered only when the
// verifier's row has a bound up to which the lease may last (verifier-rows.ts), so the rows show all verifiers that may
// still accept a token.
import { refuse } from '../protocol/errors.js'
import { type FeedPosition, leaseTime } from '../protocol/log/feed.js'
import type { VerifierRecord } from '../storage/verifiers.js'
import type { Tail } from './tail.js'
import { createVerifierRows, type VerifierRow, type VerifierRowsDeps } from './verifier-rows.js'

/** The largest clock skew between two processes that follow the same database's clock, in ms. */
export const clockError = 100
/** How long before a bound is needed its write begins, in ms: then no renewal waits for it. */
const early = 100
/** How long a renewal waits for its write, in ms: a lease that arrives too late is useless. */
const writeTimeout = 1_000

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

export type VerifiersDeps = Omit<VerifierRowsDeps, 'written'> & { tail: Pick<Tail, 'logId' | 'position'> }

export function createVerifiers(deps: VerifiersDeps) {
  const { database, verifierStore, tail, now } = deps
  const held = new Map<string, VerifierRow>()
  const moveListeners = new Set<() => void>()
  const arrivalListeners = new Set<() => void>()
  const rows = createVerifierRows(held, { ...deps, written: notifyListeners })
  let lastRenewal = Number.NEGATIVE_INFINITY

  function notifyListeners(): void {
    for (const listener of moveListeners) listener()
  }

  function take(renewal: Renewal): VerifierRow {
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
    if (at - lastRenewal > leaseTime + clockError) for (const listener of arrivalListeners) listener()
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
        await inTime(rows.write())
        // The lease depends on the log in the database, not on whether the row can be written.
        if (one.refused) {
          held.delete(keyOf(renewal))
          throw refuse('too_many_verifiers', { retryAfter: 5 })
        }
        one.unwritten = one.writtenUntil < one.row.renewedAt + leaseTime
      } else if (one.moved || one.writtenUntil < needed + early) rows.writeSoon()
      if (one.moved) notifyListeners()
    },

    /** Verifiers whose lease may last, whichever server renewed it. @throws database_unavailable */
    async connected(): Promise<ConnectedVerifier[]> {
      const there = await verifierStore.connected(database, now())
      const at = now()
      const all = new Map(there.map(row => [keyOf(row), connectedOf(row, tail.logId)]))
      for (const [key, { row, writtenUntil }] of held) {
        const known = all.get(key)
        const here = connectedOf({ ...row, leaseUntil: Math.max(writtenUntil, row.renewedAt + leaseTime) }, tail.logId)
        if (known) all.set(key, { ...known, applied: later(known.applied, here.applied) })
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
      moveListeners.add(listener)
      return () => moveListeners.delete(listener)
    },

    /** Calls `listener` at a renewal while no verifier had a valid lease from this process. */
    onArrival(listener: () => void): void {
      arrivalListeners.add(listener)
    },

    settled: rows.settled,
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
