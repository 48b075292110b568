// The session variables that each connection to MySQL or MariaDB sets before its first statement. The server's global
// values are unknown, and each changes what our statements mean, or whether a committed write is durable.

export type SessionVariable = {
  /** The value in SHOW VARIABLES once it is set. */
  value: string | number
  why: string
  /** The value while the schema is changed, which may take long. */
  whileMigrating?: number
  /** Name of the variable on older servers. */
  formerly?: string
  /** Set where not every server has the variable. */
  somewhere?: true
}

export type SessionVariables = Record<string, SessionVariable>

/** openDatabase()'s statement timeout, in seconds: no caller waits longer for a result. */
const deadline = 5

export function sessionVariables(collation: string): SessionVariables {
  return {
    autocommit: { value: 'ON', why: 'a statement outside a transaction counts as written once it is answered' },
    completion_type: { value: 'NO_CHAIN', why: 'COMMIT ends a transaction and begins none' },
    transaction_isolation: {
      value: 'READ-COMMITTED',
      why: "under REPEATABLE READ a claim on an absent id locks the gap, and another session's INSERT waits for it",
      formerly: 'tx_isolation',
    },
    transaction_read_only: { value: 'OFF', why: 'transactions change rows', formerly: 'tx_read_only' },
    innodb_snapshot_isolation: {
      value: 'OFF',
      why: 'a transaction changes the row as it is, instead of failing when somebody else was first',
      somewhere: true,
    },

    sql_mode: {
      value: 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
      why: 'values come back as they went in, and quotes and backslashes mean what the driver takes them to mean',
    },
    sql_auto_is_null: { value: 'OFF', why: 'IS NULL finds what is NULL, and not the row inserted last' },
    sql_select_limit: { value: '18446744073709551615', why: 'a SELECT answers all its rows' },
    sql_big_selects: { value: 'ON', why: 'a SELECT is not refused because its rows look many beforehand' },
    sql_safe_updates: { value: 'OFF', why: 'an UPDATE may find its rows by any column' },
    max_sort_length: {
      value: 1024,
      why: 'texts are sorted by all their characters, and pages of lists follow that order',
    },
    foreign_key_checks: { value: 'ON', why: 'no row points to one that is not there' },
    unique_checks: { value: 'ON', why: 'no two users have one name' },
    default_storage_engine: { value: 'InnoDB', why: 'tables take part in transactions' },
    alter_algorithm: {
      value: 'DEFAULT',
      why: 'a migration may change a table in the way that this change needs',
      somewhere: true,
    },

    time_zone: { value: '+00:00', why: 'a time is the same whatever the server takes for its own zone' },
    character_set_client: { ...unicode },
    character_set_results: { ...unicode },
    collation_connection: {
      value: collation,
      why: 'texts that differ in case, accents or spaces at the end are different',
    },

    innodb_lock_wait_timeout: {
      value: 4,
      why: 'who waits for a row hears that it took too long before the caller has gone',
      whileMigrating: 60,
    },
    lock_wait_timeout: {
      value: deadline,
      why: 'statements do not queue up behind somebody who changes a table',
      whileMigrating: 60,
    },
    max_statement_time: {
      value: deadline,
      why: 'a statement that nobody waits for any more ends, and its locks with it',
      whileMigrating: 0,
      somewhere: true,
    },
    max_execution_time: {
      value: deadline * 1_000,
      why: 'a SELECT that nobody waits for any more ends',
      whileMigrating: 0,
      somewhere: true,
    },
    idle_transaction_timeout: {
      value: 2 * deadline,
      why: 'a process that was stopped in a transaction does not keep its locks for ever',
      whileMigrating: 0,
      somewhere: true,
    },
    wait_timeout: { value: 28_800, why: 'a connection that is only seldom used, or that holds a lock by name, stays' },
  }
}

const unicode = { value: 'utf8mb4', why: 'the driver sends and expects texts in UTF-8' }

/** Every name that one of these variables may have, for SHOW VARIABLES. */
export function namesOf(variables: SessionVariables): string[] {
  return Object.entries(variables).flatMap(([name, { formerly }]) => [name, ...(formerly ? [formerly] : [])])
}

/** SET statement for the variables that every server has, by one name. */
export function setCommonVariables(variables: SessionVariables): string {
  const everywhere = Object.entries(variables).filter(([, { formerly, somewhere }]) => !formerly && !somewhere)
  return setting(variables, new Map(everywhere.map(([name]) => [name, ''])), ({ value }) => value)
}

/** SET statement for all variables that the server has, which `shown` lists. */
export function setAllVariables(variables: SessionVariables, shown: ReadonlyMap<string, string>): string {
  return setting(variables, shown, ({ value }) => value)
}

/** SET statement for the variables with other values while the schema is changed. */
export function setMigrationVariables(variables: SessionVariables, shown: ReadonlyMap<string, string>): string {
  return setting(variables, shown, ({ whileMigrating }) => whileMigrating)
}

/** Descriptions of the variables with wrong values; empty where all are right. */
export function wrongVariables(variables: SessionVariables, shown: ReadonlyMap<string, string>): string[] {
  return Object.entries(variables).flatMap(([name, { value, why, formerly, somewhere }]) => {
    const is = shown.get(name) ?? shown.get(formerly ?? '')
    if (is === undefined) return somewhere ? [] : [`does not tell ${name}, which must be ${value}: ${why}`]
    const isSo = is === String(value) || (typeof value === 'number' && Number(is) === value)
    return isSo ? [] : [`keeps ${name} at ${is}, and it must be ${value}: ${why}`]
  })
}

function setting(
  variables: SessionVariables,
  shown: ReadonlyMap<string, string>,
  wanted: (variable: SessionVariable) => string | number | undefined,
): string {
  const parts = Object.entries(variables).flatMap(([name, variable]) => {
    const known = [name, variable.formerly].find(one => one !== undefined && shown.has(one))
    const value = wanted(variable)
    return known === undefined || value === undefined ? [] : [`SESSION ${known} = ${quoted(value)}`]
  })
  return `SET ${parts.join(', ')}`
}

function quoted(value: string | number): string {
  return /^\d+$/.test(String(value)) ? String(value) : `'${value}'`
}
