// What the answers to refusals look like on the wires of programs, for the API's document: by the same decisions as the
// presenters that write them.
import type { ErrorCode } from '../protocol/errors.js'
import { describeOauthErrors } from './oauth/present-error.js'
import { describeApiErrors } from './wire/present-error.js'

/** An answer that some codes come to: its status, and its body (JSON Schema). */
export type ErrorAnswer = { status: number; codes: readonly ErrorCode[]; schema: object }

/** @param inHeader a token that is refused came in the Authorization header */
export type DescribeErrors = (codes: readonly ErrorCode[], inHeader: boolean, issuer: string) => ErrorAnswer[]

type WireRow = {
  describe: DescribeErrors
  /** What any route on this wire may refuse with. */
  refuses: readonly ErrorCode[]
}

/** By presenter. */
export const wires = {
  api: { describe: describeApiErrors, refuses: ['not_acceptable', 'server_error'] },
  feed: { describe: describeApiErrors, refuses: ['not_acceptable', 'server_error'] },
  oauth: { describe: describeOauthErrors, refuses: ['server_error'] },
} as const satisfies Record<string, WireRow>

export type WireName = keyof typeof wires
