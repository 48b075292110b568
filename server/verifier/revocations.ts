// The verifier's mirror of the revocation log: a projection, the log's id, and callers that wait for a number. A snapshot is read
// into a new projection, which replaces the old one once it is complete.
import type { FeedPosition } from '../protocol/log/feed.js'
import { createProjection, type LogAnswer, type Projection } from '../protocol/log/projection.js'
import type { RevocableClaims, Revocation } from '../protocol/log/revocation.js'

/** How many wait for numbers to come at the most. */
const mostWaiting = 1_000

export type RevocationsDeps = {
  /** The log has moved on, or is another one. */
  moved: () => void
  /** Of each entry that was written while we followed. */
  told: (entry: Revocation) => void
}

type Waiter = { seq: number; done: () => void }

export function createRevocations({ moved, told }: RevocationsDeps) {
  let projection = createProjection()
  /** '' before all of it was read once. */
  let log = ''
  /** How often it was read from the beginning: what was found in another projection counts no more. */
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

    /** The entry that refuses such a token, as far as is known here. */
    find: (claims: RevocableClaims, kid: string): Revocation | null => projection.find(claims, kid),

    /** From where it can be gone on; null: from the beginning. */
    at: (): FeedPosition | null => (log === '' ? null : { log, seq: projection.position }),

    /** Everything follows, from the beginning. Until it is complete, what was known serves on. */
    begin(): void {
      staged = createProjection()
    },

    /** It was cut off: what came of it is worth nothing. */
    abandon(): void {
      staged = null
    },

    /**
     * Takes one stretch, or a piece of all that is live, which has no position.
     * @throws where something is missing, or cannot be: the log is to be read again then
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
      for (const entry of stretch.entries) if (entry.seq > before) told(entry)
      settle()
    },

    /** Waits until the log has come to this number, for so many ms. @returns whether it has */
    async reach(seq: number, patience: number): Promise<boolean> {
      if (seq <= projection.position) return true
      if (waiters.size >= mostWaiting) return false
      await new Promise<void>(resolve => {
        const done = () => {
          clearTimeout(timer)
          waiters.delete(waiter)
          resolve()
        }
        const timer = setTimeout(done, patience)
        const waiter = { seq, done }
        waiters.add(waiter)
      })
      return seq <= projection.position
    },

    /** Drops what no live token can match any more (epoch ms). */
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
