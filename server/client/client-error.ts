// What the client fails with. Nothing that it says holds a token, a password or a body.

export type ClientErrorCode =
  /** No certain answer came in time: nobody is signed out, the next call tries again. */
  | 'unreachable'
  /** The session is over, or there is none. */
  | 'signed_out'
  /** An answer that a token server does not give: a proxy's page, a wrong address. */
  | 'unexpected_answer'
  /** Of the server's catalogue, and error words of RFC 6749 §5.2. */
  | (string & {})

export type ClientErrorDetails = {
  status?: number | undefined
  /** Seconds after which a new attempt makes sense. */
  retryAfter?: number | undefined
  /** Why a session is over. */
  reason?: string | undefined
  /** What the server says of each field. */
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

  /** It may pass: the same call later can succeed, and the session is as it was. */
  get temporary(): boolean {
    return this.code === 'unreachable'
  }
}
