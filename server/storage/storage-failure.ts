/** A statement that failed: the driver's code and the statement with its `?` marks, never a value. */
export class StorageFailure extends Error {
  override name = 'StorageFailure'
  constructor(
    readonly code: string,
    readonly statement: string,
  ) {
    super(`${code}: ${statement.replace(/\s+/g, ' ').slice(0, 200)}`)
  }

  static from(error: unknown, statement: string): StorageFailure {
    const driverError = (error as { driverError?: unknown }).driverError ?? error
    const { code, message } = driverError as { code?: unknown; message?: unknown }
    // Without a driver's code it is a mistake of ours, and its message is needed to find it.
    // One that writes many rows is very long, and a log holds it whole.
    return new StorageFailure(
      typeof code === 'string' ? code : `UNKNOWN (${String(message)})`,
      statement.slice(0, 2_000),
    )
  }
}

/** A unique index refused the row. */
export function isDuplicate(error: unknown): boolean {
  return (
    error instanceof StorageFailure &&
    ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(error.code)
  )
}

/** The whole transaction was rolled back by the database, and may be run again at once. */
export function isDeadlock(error: StorageFailure): boolean {
  return error.code === 'ER_LOCK_DEADLOCK'
}

/** The driver gives no code to these. */
const passingWithoutCode = /queue limit|pool is closed|in closed state/i

const passing = new Set([
  'DEADLINE',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_UNKNOWN_COM_ERROR',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_OUT_OF_RESOURCES',
  'ER_OUTOFMEMORY',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
  'ER_STATEMENT_TIMEOUT',
  'ER_RECORD_FILE_FULL',
  'ER_DISK_FULL',
  // A backup is being restored beneath us.
  'ER_NO_SUCH_TABLE',
  'ER_TABLE_DEF_CHANGED',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_INTERRUPT',
  'SQLITE_PROTOCOL',
  'SQLITE_IOERR',
  // The file is not writable, or not where it was.
  'SQLITE_READONLY',
  'SQLITE_READONLY_DBMOVED',
  'SQLITE_THREAD_ENDED',
])

/** It may work later, as it is: the answer is 503, never a refusal that would sign somebody out. */
export function isPassing(error: StorageFailure): boolean {
  return passing.has(error.code) || error.code.startsWith('SQLITE_IOERR') || passingWithoutCode.test(error.code)
}
