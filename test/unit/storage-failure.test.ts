import { expect } from 'chai'
import { isTransient, StorageFailure } from '../../server/storage/storage-failure.js'

type Refused = { code?: string; errno?: number; sqlState?: string; message: string }

const passes = (refused: Refused) => isTransient(StorageFailure.from(Object.assign(new Error(), refused), 'SELECT 1'))

describe('a database failure', () => {
  const passing: Refused[] = [
    { code: 'ER_USER_LIMIT_REACHED', errno: 1226, sqlState: '42000', message: "User 'a' has exceeded the limit" },
    { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045, sqlState: '28000', message: 'Access denied' },
    { code: 'ER_TABLEACCESS_DENIED_ERROR', errno: 1142, sqlState: '42000', message: 'UPDATE command denied' },
    { code: 'ER_BAD_DB_ERROR', errno: 1049, sqlState: '42000', message: "Unknown database 'a'" },
    { code: 'ER_BAD_FIELD_ERROR', errno: 1054, sqlState: '42S22', message: "Unknown column 'a'" },
    { code: 'ER_NO_SUCH_TABLE', errno: 1146, sqlState: '42S02', message: "Table 'a' doesn't exist" },
    // Errors of MariaDB alone, which the driver has no name for: max_statement_time, a killed connection.
    { errno: 1969, sqlState: '70100', message: 'Query execution was interrupted (max_statement_time exceeded)' },
    { errno: 1927, sqlState: '70100', message: 'Connection was killed' },
    { code: 'ERR_STREAM_WRITE_AFTER_END', message: 'write after end' },
    { code: 'EPIPE', message: 'write EPIPE' },
    { code: 'HANDSHAKE_SSL_ERROR', message: 'certificate has expired' },
    { message: 'Pool is closed.' },
    { message: "Can't add new command when connection is in closed state" },
    { message: 'The database connection is not open' },
    { code: 'SQLITE_BUSY', message: 'database is locked' },
    { code: 'SQLITE_IOERR_WRITE', message: 'disk I/O error' },
    { code: 'SQLITE_READONLY_DBMOVED', message: 'attempt to write a readonly database' },
    { code: 'SQLITE_CORRUPT', message: 'database disk image is malformed' },
    { code: 'SQLITE_ERROR', message: 'no such column: window_from' },
    { code: 'SQLITE_ERROR', message: 'table session has no column named window_from' },
    { code: 'SQLITE_ERROR', message: 'no such table: session' },
    { code: 'ER_OF_NEXT_YEAR', errno: 9999, sqlState: 'HY000', message: 'whatever it will be' },
  ]
  for (const refused of passing)
    it(`is temporary: ${refused.code ?? refused.errno ?? ''} ${refused.message}`, () =>
      expect(passes(refused)).to.equal(true))

  const ours: Refused[] = [
    { code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000', message: "Duplicate entry 'a'" },
    { code: 'ER_NO_REFERENCED_ROW_2', errno: 1452, sqlState: '23000', message: 'a foreign key constraint fails' },
    { code: 'ER_BAD_NULL_ERROR', errno: 1048, sqlState: '23000', message: "Column 'a' cannot be null" },
    // MariaDB's CONSTRAINT failed, whose number the driver knows under the name of a MySQL error.
    {
      code: 'ER_INNODB_AUTOEXTEND_SIZE_OUT_OF_RANGE',
      errno: 4025,
      sqlState: '23000',
      message: 'CONSTRAINT `a` failed',
    },
    { code: 'ER_DATA_TOO_LONG', errno: 1406, sqlState: '22001', message: "Data too long for column 'a'" },
    { code: 'ER_WARN_DATA_OUT_OF_RANGE', errno: 1264, sqlState: '22003', message: "Out of range value for column 'a'" },
    { code: 'ER_WRONG_VALUE_COUNT_ON_ROW', errno: 1136, sqlState: '21S01', message: "Column count doesn't match" },
    { code: 'ER_PARSE_ERROR', errno: 1064, sqlState: '42000', message: 'You have an error in your SQL syntax' },
    { code: 'SQLITE_ERROR', message: 'near "SELEKT": syntax error' },
    { code: 'SQLITE_ERROR', message: 'no such function: UNIX_TIMESTAMP' },
    { code: 'SQLITE_CONSTRAINT_UNIQUE', message: 'UNIQUE constraint failed' },
    { code: 'SQLITE_CONSTRAINT_FOREIGNKEY', message: 'FOREIGN KEY constraint failed' },
    { code: 'SQLITE_RANGE', message: 'column index out of range' },
    { code: 'ERR_INVALID_ARG_TYPE', message: 'The argument must be of type string' },
    { message: 'Too few parameter values were provided' },
  ]
  for (const refused of ours)
    it(`is a programming error: ${refused.code ?? ''} ${refused.message}`, () =>
      expect(passes(refused)).to.equal(false))

  it('is reported without user input from the driver message', () => {
    for (const { code, errno, sqlState } of [...passing, ...ours]) {
      if (!code || /BAD_FIELD|NO_SUCH_TABLE|HANDSHAKE|SQLITE_ERROR/.test(code)) continue
      const error = Object.assign(new Error("near 'hunter2'"), { code, errno, sqlState })
      expect(String(StorageFailure.from(error, 'SELECT ?'))).to.not.include('hunter2')
    }
  })
})
