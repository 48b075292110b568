// Rows of the verifiers that renew at this process, and the batches that write them. No write per renewal: the bound of
// each lease is written ahead, for all of these verifiers in one statement, about once a second.
import { leaseTime } from '../protocol/log/feed.js'
import type { Database } from '../storage/database.js'
import { grouped } from '../storage/statement.js'
import type { VerifierRecord, VerifierStore } from '../storage/verifiers.js'

/** How far ahead a bound is written, in ms: a lease, the clock skew, and the time until the next write. */
const ahead = leaseTime + 1_000
/** Verifiers that renewed within this time are written in the same batch, in ms. */
const lately = 1_000
/** How long moved positions are batched, in ms. */
const gathering = 20
/** Time without renewal after which a verifier is removed from memory, in ms; its row stays. */
const kept = 60_000

export type VerifierRow = {
  row: VerifierRecord
  /** The bound that is in the database; 0 before there is one. */
  writtenUntil: number
  moved: boolean
  refused: boolean
  /** The lease was renewed although the row could not be written: other servers may not know of it. */
  unwritten: boolean
}

export type VerifierRowsDeps = {
  database: Database
  verifierStore: VerifierStore
  /** Epoch ms by the database's clock. */
  now: () => number
  /** Called after each batch, also one that failed. */
  written: () => void
  log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

/** @param held rows by key; this module removes those that are renewed no more */
export function createVerifierRows(held: Map<string, VerifierRow>, deps: VerifierRowsDeps) {
  const { database, verifierStore, now, written, log } = deps
  let running: Promise<void> | null = null
  let queued: Promise<void> | null = null
  let gatheringTimer: NodeJS.Timeout | undefined
  let failing = false

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
    const isFresh = ({ one }: { one: VerifierRow }) => one.writtenUntil <= at
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
    written()
  }

  function note(one: VerifierRow, writtenUntil: number): void {
    one.writtenUntil = writtenUntil
    if (writtenUntil >= one.row.renewedAt + leaseTime) one.unwritten = false
  }

  return {
    write,

    /** Writes a batch after a moment, in which more positions may move. */
    writeSoon(): void {
      if (queued !== null || gatheringTimer !== undefined) return
      gatheringTimer = setTimeout(() => {
        gatheringTimer = undefined
        void write()
      }, gathering).unref()
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
