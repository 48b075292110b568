// External dependencies of a server, which tests replace.
import type { HashingWork } from '../identity/sign-in/hashing.js'
import type { RedisLike } from '../identity/sign-in/shared-guess-counts.js'
import type { OutgoingDeps } from '../outgoing/outgoing.js'
import type { generatePair } from '../protocol/algorithms.js'
import type { FeedDeps } from '../revocation/feed.js'
import type { ClockPorts } from '../storage/clock.js'
import type { TransactionGuard } from '../storage/transaction-guard.js'

type LogLine = (details: object, message: string) => void
export type Log = { debug: LogLine; info: LogLine; warn: LogLine; error: LogLine }

export type Ports = {
  log: Log
  /** Epoch ms; left out: the database's clock. */
  now?: () => number
  /** Clocks that the database's clock is followed with, where `now` is not given. */
  clocks?: ClockPorts
  random?: (size: number) => Buffer
  /** Redis, where servers count guesses together. */
  redis?: RedisLike
  /** Left out: passwords are hashed in a child process, which `close` ends. */
  hashingWork?: HashingWork
  /** Timeout of a request body, in ms; shortened in tests. */
  bodyWait?: number
  /** How many concurrent requests the server should have at most; left out: no load is refused. */
  mostUnderWay?: () => number
  /** Size of the feed's buffer, and its number of readers; reduced in tests. */
  feedLimits?: FeedDeps['limits']
  /** The first administrator's id, fixed in tests. */
  administratorId?: number | undefined
  /** Key pairs of fresh databases, shared in tests: generating RSA primes costs more than most tests. */
  firstPair?: typeof generatePair
  /**
   * DNS resolution and trusted certificate authorities of outgoing requests; replaced in tests with a network of their
   * own.
   */
  outgoing?: Pick<OutgoingDeps, 'resolve' | 'ca'>
  /** In tests: refuses a statement outside the transaction that its caller is in. */
  transactionGuard?: TransactionGuard
  /** In tests: pauses a request at one of these points. */
  pauses?: { passwordChecked?: () => Promise<void>; rotationClaimed?: () => Promise<void> }
}

/** Runs work in the background, which no caller waits for. */
export type Afterwards = (work: () => Promise<void>) => void

/** Ports with their defaults filled in. */
export type Given = Ports & {
  random: (size: number) => Buffer
  uuid: () => string
  pauses: NonNullable<Ports['pauses']>
}
