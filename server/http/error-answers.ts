// The answers to refused requests, for the API's document (OpenAPI), on each wire format that programs read. They are
// made by the same functions as the presenters that write them.
import type { ErrorCode } from '../protocol/errors.js'
import { describeOauthErrors } from './oauth/present-error.js'
import { describeApiErrors } from './wire/present-error.js'

/** An answer that several error codes share: its status, and its body (JSON Schema). */
export type ErrorAnswer = { status: number; codes: readonly ErrorCode[]; schema: object }

/** @param inHeader whether the refused token was in the Authorization header */
export type DescribeErrors = (codes: readonly ErrorCode[], inHeader: boolean, issuer: string) => ErrorAnswer[]

type WireRow = {
  describe: DescribeErrors
  /** The codes that any route of this wire format may be refused with. */
  refuses: readonly ErrorCode[]
}

/** The wire formats, by the name of their presenter. */
export const wires = {
  api: { describe: describeApiErrors, refuses: ['not_acceptable', 'server_error'] },
  feed: { describe: describeApiErrors, refuses: ['not_acceptable', 'server_error'] },
  oauth: { describe: describeOauthErrors, refuses: ['server_error'] },
} as const satisfies Record<string, WireRow>

export type WireName = keyof typeof wires
