// Tells when a revocation is enforced everywhere. A verifier that has not applied an entry accepts what it refuses
// until its current lease ends: a later renewal counts only once it has applied the entry (protocol/log/feed.ts). So an
// entry is in force everywhere two seconds after the commit, and mostly as soon as all verifiers have acknowledged it.
import { setImmediate } from 'node:timers/promises'
import { leaseTime } from '../protocol/log/feed.js'
import type { Database } from '../storage/database.js'
import type { VerifierStore } from '../storage/verifiers.js'
import type { Tail } from './tail.js'
import { type ConnectedVerifier, clockError, type Verifiers } from './verifiers.js'

/** Interval at which the rows are polled while a caller waits, in ms. */
const lookInterval = 50
/** Limit of callers that wait at once. */
const mostWaiting = 100
/** Minimum interval of writing receipts, in ms. */
const noteInterval = 200
/** How many entries are marked at a time. */
const stretch = 500
/** No lease of a verifier that has not applied an entry lasts longer after the entry's commit; ms. */
export const longestLease = leaseTime + clockError

/** A verifier that had not applied an entry when the rows were read. */
export type Lagging = ConnectedVerifier

export type Enforcement = {
  log: string
  seq: number
  /** How many verifiers may have accepted what the entry refuses, and how many of those have applied it. */
  verifiers: number
  applied: number
  /** Time since the call, in ms. */
  afterMs: number
  /** In force everywhere: the leases of all verifiers that have not applied it are over. */
  everywhere: boolean
  /** The verifiers that have not applied it. */
  lagging: readonly Lagging[]
}

export type EnforcementDeps = {
  database: Database
  verifierStore: VerifierStore
  verifiers: Pick<Verifiers, 'connected' | 'areWritten' | 'onMove' | 'onArrival'>
  tail: Pick<Tail, 'logId' | 'position'>
  now: () => number
  monotonic: () => number
  log: { warn(details: object, message: string): void }
}

type Look = { connected: ConnectedVerifier[]; known: boolean }

export function createEnforcement(deps: EnforcementDeps) {
  const { database, verifierStore, verifiers, tail, now, monotonic, log } = deps
  let waiting = 0
  let looking: { begun: number; look: Promise<Look> } | null = null
  let count = 0
  /** The number up to which receipts were written, or will not be. */
  let noted = 0
  let noting: Promise<void> | null = null
  let notedAt = Number.NEGATIVE_INFINITY
  let noteTimer: NodeJS.Timeout | undefined
  let failing = false

  /** Reads the rows once for all callers: a read that is no older than `lookInterval` and begun after the named one. */
  function look(after: number): Promise<Look> {
    if (looking !== null && looking.begun > after) return looking.look
    const mine = { begun: ++count, look: read() }
    looking = mine
    setTimeout(() => {
      if (looking === mine) looking = null
    }, lookInterval).unref()
    return mine.look
  }

  async function read(): Promise<Look> {
    try {
      return { connected: await verifiers.connected(), known: verifiers.areWritten() }
    } catch {
      return { connected: [], known: false }
    }
  }

  /** Resolves when a verifier's position moves here, or when the rows must be read again. */
  function nextMove(): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      const timer = setTimeout(done, lookInterval)
      const stop = verifiers.onMove(() => {
        looking = null
        done()
      })
    })
  }

  /**
   * Waits until all verifiers with a valid lease have applied the log up to a committed number.
   * @param timeout in ms; the result reports what is certain by then
   */
  async function enforced(seq: number, { timeout = 5_000 } = {}): Promise<Enforcement> {
    const start = monotonic()
    const { logId } = tail
    const seen = new Map<string, ConnectedVerifier>()
    const mayWait = waiting < mostWaiting
    waiting++
    try {
      for (let after = count; ; after = 0) {
        const { connected, known } = await look(after)
        for (const one of connected) seen.set(`${one.applicationId} ${one.name}`, one)
        const lagging = [...seen.values()].filter(one => one.applied === null || one.applied < seq)
        const afterMs = Math.round(monotonic() - start)
        const isOver = lagging.every(one => one.leaseUntil <= now()) || afterMs > longestLease
        const everywhere = known && isOver
        if (everywhere || !known || !mayWait || afterMs >= timeout || tail.logId !== logId) {
          const applied = seen.size - lagging.length
          return { log: logId, seq, verifiers: seen.size, applied, afterMs, everywhere, lagging }
        }
        await nextMove()
      }
    } finally {
      waiting--
    }
  }

  /** Writes the time at which entries came into force everywhere, where no other server has written it. */
  async function note(): Promise<void> {
    const { position } = tail
    const connected = await verifiers.connected()
    const at = now()
    if (connected.length === 0) {
      noted = position
      return
    }
    const upto = Math.min(position, ...connected.map(one => one.applied ?? 0))
    while (noted < upto) {
      const to = Math.min(upto, noted + stretch)
      await verifierStore.noteEnforced(database, { after: noted, upto: to, at, verifiers: connected.length })
      noted = to
      await setImmediate()
    }
    failing = false
  }

  function noteSoon(): void {
    if (noting !== null || noteTimer !== undefined || noted >= tail.position) return
    const early = notedAt + noteInterval - monotonic()
    if (early > 0) {
      noteTimer = setTimeout(() => {
        noteTimer = undefined
        noteSoon()
      }, early).unref()
      return
    }
    notedAt = monotonic()
    noting = note()
      .catch(error => {
        if (!failing)
          log.warn({ err: error }, 'the times at which revocations were applied everywhere cannot be written')
        failing = true
      })
      .finally(() => {
        noting = null
      })
  }

  verifiers.onMove(noteSoon)
  // Entries that were written while no verifier was connected were in force at once.
  verifiers.onArrival(() => {
    noted = Math.max(noted, tail.position)
  })

  return {
    enforced,

    /** Resolves when no receipt is being written. */
    async settled(): Promise<void> {
      clearTimeout(noteTimer)
      noteTimer = undefined
      while (noting !== null) await noting
    },
  }
}

export type EnforcementWatch = ReturnType<typeof createEnforcement>
