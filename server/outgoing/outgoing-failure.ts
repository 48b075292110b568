// The exception of a failed outgoing request, and its reasons: an unusable or forbidden address, an unknown or
// unreachable host, a timeout, a response that is too large.
export type OutgoingReason =
  | 'ADDRESS'
  | 'SCHEME'
  | 'NOT_ALLOWED'
  | 'UNKNOWN_HOST'
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'TOO_LARGE'

/** Thrown where another server could not be called, or sent no valid response. `code` is for the log. */
export class OutgoingFailure extends Error {
  readonly code: string

  constructor(
    readonly reason: OutgoingReason,
    cause?: unknown,
  ) {
    const detail = (cause as { code?: unknown } | undefined)?.code
    super(`an outgoing request failed: ${reason}${typeof detail === 'string' ? ` (${detail})` : ''}`, { cause })
    this.name = 'OutgoingFailure'
    this.code = `OUTGOING_${reason}`
  }
}
