// The errors of the client. Their texts contain no token, password or body.

export type ClientErrorCode =
  /** No certain answer came in time: no user is signed out, and the next call tries again. */
  | 'unreachable'
  /** The session is over, or there is none. */
  | 'signed_out'
  /** A response that a token server does not send: a proxy's page, a wrong address. */
  | 'unexpected_answer'
  /** Codes of the server's catalogue, and error codes of RFC 6749 §5.2. */
  | (string & {})

export type ClientErrorDetails = {
  status?: number | undefined
  /** Seconds after which a new attempt makes sense. */
  retryAfter?: number | undefined
  /** Why a session is over. */
  reason?: string | undefined
  /** The server's messages for each field. */
  fields?: Record<string, string[]> | undefined
  cause?: unknown
}

export class ClientError extends Error {
  readonly status: number | undefined
  readonly retryAfter: number | undefined
  readonly reason: string | undefined
  readonly fields: Record<string, string[]> | undefined

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    { cause, ...details }: ClientErrorDetails = {},
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'ClientError'
    this.status = details.status
    this.retryAfter = details.retryAfter
    this.reason = details.reason
    this.fields = details.fields
  }

  /** A temporary failure: the same call later can succeed, and the session is unchanged. */
  get temporary(): boolean {
    return this.code === 'unreachable'
  }
}
