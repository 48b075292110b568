// Database errors, and whether they are temporary. All are (missing rights, limits, full disks, migrations under way),
// except those that the statement itself, or a value in it, has caused.

/**
 * Error code where SQLite's file was moved or replaced: what is committed now would be lost with the next start. SQLite
 * itself uses this code, but in WAL mode it does not check.
 */
export const fileMoved = 'SQLITE_READONLY_DBMOVED'

/**
 * A statement that failed: the driver's code, its message where that is safe to disclose, and the statement with its
 * `?` marks; never a value.
 */
export class StorageFailure extends Error {
  override name = 'StorageFailure'
  constructor(
    readonly code: string,
    readonly statement: string,
    readonly detail = '',
    /** Whether the failure is a bug of this program: a retry would fail again. */
    readonly isOurs = false,
  ) {
    super(`${code}${detail && ` (${detail})`}: ${statement.replace(/\s+/g, ' ').slice(0, 200)}`)
  }

  static from(error: unknown, statement: string): StorageFailure {
    const driverError = ((error as { driverError?: unknown }).driverError ?? error) as DriverError
    const { code, errno, sqlState = '' } = driverError
    const driverMessage = String(driverError.message ?? driverError)
    // A statement that writes many rows is very long, and a log line holds it whole.
    const short = statement.slice(0, 2_000)
    if (typeof code === 'string')
      return new StorageFailure(
        code,
        short,
        tellsNoValue.test(code) ? driverMessage : '',
        isOurMistake(code, sqlState, driverMessage),
      )
    // The driver has names for MySQL's codes; MariaDB's own have only a number.
    if (typeof errno === 'number')
      return new StorageFailure(`ER_${errno}`, short, '', isOurMistake(`ER_${errno}`, sqlState, driverMessage))
    return new StorageFailure('UNKNOWN', short, driverMessage, !aboutConnections.test(driverMessage))
  }
}

type DriverError = { code?: unknown; errno?: unknown; sqlState?: string; message?: unknown }

/** The database must not be used as it is; a retry is of no use. */
export class UnsupportedDatabase extends Error {
  override name = 'UnsupportedDatabase'
}

/** Codes whose driver messages contain names of columns and hosts, and no values from requests. */
const tellsNoValue = /^(HANDSHAKE_.*|SQLITE_ERROR|ER_BAD_FIELD_ERROR|ER_NO_SUCH_TABLE|ER_UNKNOWN_SYSTEM_VARIABLE)$/

/**
 * Messages of connection errors to which the drivers give no code; any other error without a code is a bug, and its
 * message is needed to find it.
 */
const aboutConnections = /queue limit|pool is closed|no connections available|in closed state|connection is not open/i

/**
 * Classes of SQLSTATE (ISO 9075) that are bugs: the wrong number of values, values that do not fit, rows that break a
 * constraint.
 */
const ourStates = /^2[123]/

/** Codes that are bugs too, though their SQLSTATE is that of rights and limits, or missing. */
const ourCodes = new Set([
  'ER_PARSE_ERROR',
  'ER_SYNTAX_ERROR',
  'ER_EMPTY_QUERY',
  'ER_NONUNIQ_TABLE',
  'ER_WRONG_FIELD_WITH_GROUP',
  'ER_MIX_OF_GROUP_FUNC_AND_FIELDS',
  'ER_INVALID_GROUP_FUNC_USE',
  'ER_FIELD_SPECIFIED_TWICE',
  'ER_CANT_AGGREGATE_2COLLATIONS',
  'ER_CANT_AGGREGATE_NCOLLATIONS',
  'ER_NO_DEFAULT_FOR_FIELD',
  'ER_SP_DOES_NOT_EXIST',
  'SQLITE_MISMATCH',
  'SQLITE_MISUSE',
  'SQLITE_RANGE',
  'SQLITE_TOOBIG',
])

function isOurMistake(code: string, sqlState: string, driverMessage: string): boolean {
  // Node's own codes about arguments: a value of a kind that no database takes.
  if (code.startsWith('SQLITE_CONSTRAINT') || code.startsWith('ERR_INVALID_')) return true
  // SQLite has one code for all errors in a statement. A missing table or column is not the statement's fault: a
  // migration or a restore is under way. (MySQL has separate codes for these, which are not listed above.)
  if (code === 'SQLITE_ERROR') return !/^no such (table|column)|has no column named/.test(driverMessage)
  return ourStates.test(sqlState) || ourCodes.has(code)
}

/** Whether a unique index refused the row. */
export function isDuplicate(error: unknown): boolean {
  return (
    error instanceof StorageFailure &&
    ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'].includes(error.code)
  )
}

/** Whether the database rolled back the whole transaction, which may be run again at once. */
export function isDeadlock(error: StorageFailure): boolean {
  return error.code === 'ER_LOCK_DEADLOCK'
}

/**
 * Whether a failure is temporary, to be retried unchanged: the answer is 503, never a refusal that would sign a user
 * out.
 */
export function isTransient(error: StorageFailure): boolean {
  return !error.isOurs
}
