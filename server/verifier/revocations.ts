// The verifier's mirror of the revocation log: a projection, the log's id, and callers that wait for a number. A
// snapshot is read into a new projection, which replaces the old one once it is complete.
import type { FeedPosition } from '../protocol/log/feed.js'
import { createProjection, type LogAnswer, type Projection } from '../protocol/log/projection.js'
import type { RevocableClaims, Revocation } from '../protocol/log/revocation.js'

/** Limit of callers that wait for numbers. */
const mostWaiting = 1_000

export type RevocationsDeps = {
  /** Called when the log has advanced, or has another id. */
  moved: () => void
  /** Called with each entry that was written while the verifier followed. */
  noteEntry: (entry: Revocation) => void
}

type Waiter = { seq: number; done: () => void }

export function createRevocations({ moved, noteEntry }: RevocationsDeps) {
  let projection = createProjection()
  /** '' before the whole log was read once. */
  let log = ''
  /** How often the log was read from the beginning: results from another projection no longer count. */
  let round = 0
  let staged: Projection | null = null
  const waiters = new Set<Waiter>()

  function swap(position: FeedPosition, whole: Projection): void {
    projection = whole
    staged = null
    log = position.log
    round++
  }

  function settle(): void {
    moved()
    for (const waiter of waiters) if (waiter.seq <= projection.position) waiter.done()
  }

  return {
    get log() {
      return log
    },
    get position() {
      return projection.position
    },
    get round() {
      return round
    },
    get isReadingAll() {
      return staged !== null
    },
    size: () => projection.size(),

    /** The entry that refuses such a token, as far as the mirror knows. */
    find: (claims: RevocableClaims, kid: string): Revocation | null => projection.find(claims, kid),

    /** The position to resume from; null: from the beginning. */
    at: (): FeedPosition | null => (log === '' ? null : { log, seq: projection.position }),

    /** Begins a snapshot. Until it is complete, the former projection stays in use. */
    begin(): void {
      staged = createProjection()
    },

    /** Drops an incomplete snapshot. */
    abandon(): void {
      staged = null
    },

    /**
     * Applies one stretch, or a piece of a snapshot, which has no position.
     * @throws where something is missing, or invalid: the log must be read again then
     */
    take(position: FeedPosition | null, stretch: LogAnswer): void {
      if (position === null) {
        if (staged === null) throw new Error('a piece of the log came without its beginning')
        if (stretch.after !== 0 || stretch.upto !== 0) throw new Error('a stretch of the log has no position')
        staged.apply(stretch)
        return
      }
      requireWhole(position, stretch)
      if (staged !== null) {
        if (!staged.apply(stretch)) throw new Error('the log does not begin at its beginning')
        swap(position, staged)
        settle()
        return
      }
      if (position.log !== log) throw new Error('the log is another one')
      const before = projection.position
      if (!projection.apply(stretch)) throw new Error('the log has a gap')
      for (const entry of stretch.entries) if (entry.seq > before) noteEntry(entry)
      settle()
    },

    /** Waits until the mirror has reached this number, for `timeout` ms at most. @returns whether it has */
    async reach(seq: number, timeout: number): Promise<boolean> {
      if (seq <= projection.position) return true
      if (waiters.size >= mostWaiting) return false
      await new Promise<void>(resolve => {
        const done = () => {
          clearTimeout(timer)
          waiters.delete(waiter)
          resolve()
        }
        const timer = setTimeout(done, timeout)
        const waiter = { seq, done }
        waiters.add(waiter)
      })
      return seq <= projection.position
    },

    /** Drops entries that no live token can match any more (epoch ms). */
    forget: (now: number): Promise<void> => projection.forget(now),

    close(): void {
      for (const waiter of waiters) waiter.done()
    },
  }
}

export type Revocations = ReturnType<typeof createRevocations>

function requireWhole({ seq }: FeedPosition, { after, upto, entries }: LogAnswer): void {
  if (seq !== upto) throw new Error('a stretch of the log does not end at its position')
  if (entries.some(entry => entry.seq <= after || entry.seq > upto)) throw new Error('an entry lies beside its stretch')
}
