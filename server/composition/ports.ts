// What a server takes from outside: tests hand in their own.
import type { Log } from '../app.js'
import type { HashingWork } from '../identity/hashing.js'
import type { RedisLike } from '../identity/shared-guess-counts.js'

export type Ports = {
  log: Log
  /** Epoch ms; without it the database's clock counts. */
  now?: () => number
  random?: (size: number) => Buffer
  /** Where servers count guesses together. */
  redis?: RedisLike
  /** Without it passwords are hashed in a process of our own, which `close` ends. */
  hashingWork?: HashingWork
  /** Tests know the first administrator by this id. */
  administratorId?: number | undefined
  /** Tests hold a request at one of these points. */
  pauses?: { passwordChecked?: () => Promise<void>; rotationClaimed?: () => Promise<void> }
}

/** Those that are always there, once defaults are taken. */
export type Given = Ports & {
  random: (size: number) => Buffer
  uuid: () => string
  pauses: NonNullable<Ports['pauses']>
}
