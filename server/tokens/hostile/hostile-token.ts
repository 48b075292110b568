// What a row of the tables beside this file says.
import type { Weakness } from '../../policy/weaknesses.js'
import type { ErrorCode } from '../../protocol/errors.js'
import type { Signer } from './signer.js'

/** One way to write the token of a row. */
export type Spelling = readonly [how: string, token: string]

export type HostileToken = {
  /** What it is: `a token that expired an hour ago`. */
  shows: string
  clause: string
  /**
   * `must`: an RFC says that it MUST be refused. `should`: this project's verifiers refuse it, and a library that does not
   * breaks no promise: nobody without our key can make one. `either`: both are right.
   */
  refuse: 'must' | 'should' | 'either'
  weakness: Weakness
  /** What this project's verifiers refuse it with; by the spelling where they differ. */
  code: ErrorCode | Readonly<Record<string, ErrorCode>>
  make: (signer: Signer) => Spelling[]
}

/** The code of one spelling. */
export function codeOf({ code }: Pick<HostileToken, 'code'>, how: string): ErrorCode {
  return typeof code === 'string' ? code : code[how]!
}
