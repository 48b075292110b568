// The columns of the tables of hostile tokens beside this file.
import type { Weakness } from '../../policy/weaknesses.js'
import type { ErrorCode } from '../../protocol/errors.js'
import type { Signer } from './signer.js'

/** One way to write the token of a row. */
export type Spelling = readonly [how: string, token: string]

export type HostileToken = {
  /** A description of the token: `a token that expired an hour ago`. */
  shows: string
  clause: string
  /**
   * `must`: an RFC says that it MUST be refused. `should`: this project's verifiers refuse it; a library that accepts
   * it breaks no RFC, as only holders of our key can make such a token. `either`: both are right.
   */
  refuse: 'must' | 'should' | 'either'
  weakness: Weakness
  /** The code that this project's verifiers refuse it with; by spelling where they differ. */
  code: ErrorCode | Readonly<Record<string, ErrorCode>>
  make: (signer: Signer) => Spelling[]
}

/** The expected code of one spelling. */
export function codeOf({ code }: Pick<HostileToken, 'code'>, how: string): ErrorCode {
  return typeof code === 'string' ? code : code[how]!
}
