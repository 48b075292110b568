// What a server takes from outside: tests hand in their own.
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
  /** Epoch ms; without it the database's clock counts. */
  now?: () => number
  /** What the clock goes by where `now` is not given. */
  clocks?: ClockPorts
  random?: (size: number) => Buffer
  /** Where servers count guesses together. */
  redis?: RedisLike
  /** Without it passwords are hashed in a process of our own, which `close` ends. */
  hashingWork?: HashingWork
  /** How long the body of a request may take, in ms, where a test does not wait that long. */
  bodyWait?: number
  /** How many requests should be under way at the most; without it there is no load that they are refused for. */
  mostUnderWay?: () => number
  /** How much of the feed is kept, and for how many readers, where a test does not fill it. */
  feedLimits?: FeedDeps['limits']
  /** Tests know the first administrator by this id. */
  administratorId?: number | undefined
  /** Tests share the key pairs of fresh databases: the primes of RSA cost more than most tests. */
  firstPair?: typeof generatePair
  /** Where names lead, and whom to trust, where a test has a network of its own. */
  outgoing?: Pick<OutgoingDeps, 'resolve' | 'ca'>
  /** Tests refuse a statement beside the transaction that its caller is in. */
  transactionGuard?: TransactionGuard
  /** Tests hold a request at one of these points. */
  pauses?: { passwordChecked?: () => Promise<void>; rotationClaimed?: () => Promise<void> }
}

/** Runs what need not be waited for. */
export type Afterwards = (work: () => Promise<void>) => void

/** Those that are always there, once defaults are taken. */
export type Given = Ports & {
  random: (size: number) => Buffer
  uuid: () => string
  pauses: NonNullable<Ports['pauses']>
}
