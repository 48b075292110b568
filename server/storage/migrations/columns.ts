// How migrations write tables: the same types as entities/columns.ts, in the words that each engine uses when it is asked.
import { type QueryRunner, Table, type TableColumnOptions, type TableIndexOptions } from 'typeorm'

export const whole = { type: 'bigint' }
export const text = { type: 'text' }
export const uuid = { type: 'varchar', length: '36' }
export const varchar = (length: number) => ({ type: 'varchar', length: String(length) })
export const orNull = <T>(column: T) => ({ ...column, isNullable: true })

/** What each engine calls them when it is asked, so that the drift test finds nothing. */
export function engineTypes(runner: QueryRunner) {
  const { driver } = runner.dataSource
  return {
    flag: { type: String(driver.normalizeType({ type: Boolean })) },
    small: { type: String(driver.normalizeType({ type: 'int' })) },
  }
}

export async function createTable(
  runner: QueryRunner,
  name: string,
  primary: string[],
  columns: Record<string, Partial<TableColumnOptions>>,
  indices: TableIndexOptions[] = [],
): Promise<void> {
  await runner.createTable(
    new Table({
      name,
      columns: Object.entries(columns).map(([column, options]) => ({
        name: column,
        isPrimary: primary.includes(column),
        primaryKeyConstraintName: `${name}_pk`,
        ...options,
      })) as TableColumnOptions[],
      indices,
    }),
    // DDL is not transactional on MySQL: a migration that died half-way can run again.
    true,
  )
}

/**
 * Adds the columns that a table lacks, so that a migration that died half-way can run again. On MySQL in one statement: a
 * session table has millions of rows, and each statement would wait for its own lock on it.
 * @param added by name: type, NULL or NOT NULL, default; the same text for both engines
 */
export async function addColumns(runner: QueryRunner, table: string, added: Record<string, string>): Promise<void> {
  const clauses: string[] = []
  for (const [column, type] of Object.entries(added))
    if (!(await runner.hasColumn(table, column))) clauses.push(`ADD COLUMN ${column} ${type}`)
  await alter(runner, table, clauses)
}

/** Takes away those that are there. */
export async function dropColumns(runner: QueryRunner, table: string, names: readonly string[]): Promise<void> {
  const clauses: string[] = []
  for (const column of names) if (await runner.hasColumn(table, column)) clauses.push(`DROP COLUMN ${column}`)
  await alter(runner, table, clauses)
}

async function alter(runner: QueryRunner, table: string, clauses: readonly string[]): Promise<void> {
  // SQLite changes one column a statement.
  const isSqlite = runner.dataSource.options.type === 'better-sqlite3'
  const statements = isSqlite || clauses.length === 0 ? clauses : [clauses.join(', ')]
  for (const statement of statements) await runner.query(`ALTER TABLE ${table} ${statement}`)
}
