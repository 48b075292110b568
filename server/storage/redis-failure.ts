// Failures of Redis, as a code and a sentence. Never with a value: the library's own errors contain commands and their
// keys.

/** Codes by which Redis, though it works, refuses one command. */
const refusals = new Set(['OOM', 'READONLY', 'MISCONF', 'NOPERM', 'WRONGTYPE', 'NOREPLICAS'])

const inWords: Record<string, string> = {
  WRONGPASS: 'Redis refuses the user name or the password',
  NOAUTH: 'Redis asks for a password, and none is set',
  NOPERM: 'the ACL of Redis does not let this user',
  OOM: 'Redis is full',
  READONLY: 'this Redis is a read-only replica',
  MISCONF: 'Redis cannot save to its disk and takes no writes',
  LOADING: 'Redis is loading its data',
  CLUSTERDOWN: 'the cluster is down',
  PROTOCOL: 'what answers is no Redis, or answers wrongly',
  TIMEOUT: 'Redis did not answer in time',
  ETIMEDOUT: 'Redis did not answer in time',
  ECONNREFUSED: 'nobody listens at the address of Redis',
  ECONNRESET: 'Redis closed the connection',
  ENOTFOUND: 'the host of Redis has no address',
  CLOSED: 'the connection to Redis was closed',
  AWAY: 'Redis does not answer',
}

/** An error code of Redis or of the system, and what could not be done because of it. */
export class RedisFailure extends Error {
  override name = 'RedisFailure'
  constructor(
    readonly code: string,
    readonly doing: string | null = null,
  ) {
    super(`Redis: ${code}`)
  }

  static from(thrown: unknown, doing: string | null = null): RedisFailure {
    if (thrown instanceof RedisFailure) return doing === null ? thrown : new RedisFailure(thrown.code, doing)
    // A cluster reports that no node is usable, and separately why the last one was not.
    const error = (thrown as { lastNodeError?: unknown }).lastNodeError ?? thrown
    if (error instanceof RedisFailure) return RedisFailure.from(error, doing)
    const { code, message = '' } = error as { code?: unknown; message?: string }
    if (typeof code === 'string') return new RedisFailure(code, doing)
    if (/timed? ?out/i.test(message)) return new RedisFailure('TIMEOUT', doing)
    return new RedisFailure(/\b[A-Z]{3,}\b/.exec(message)?.[0] ?? 'CLOSED', doing)
  }

  get isRefusal(): boolean {
    return refusals.has(this.code)
  }

  /** Sentence for a log line, and for the status of the server. */
  get reason(): string {
    const words = inWords[this.code] ?? 'Redis failed'
    if (this.doing === null) return `${this.code}: ${words}`
    return this.code === 'NOPERM' ? `${this.code}: ${words} ${this.doing}` : `${this.code}: ${words} (to ${this.doing})`
  }
}
