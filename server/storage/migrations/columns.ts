// How migrations create tables: the column types of entities/columns.ts, with the names that each engine reports.
import { type QueryRunner, Table, type TableColumnOptions, type TableIndexOptions } from 'typeorm'

export const whole = { type: 'bigint' }
export const text = { type: 'text' }
export const uuid = { type: 'varchar', length: '36' }
export const varchar = (length: number) => ({ type: 'varchar', length: String(length) })
export const orNull = <T>(column: T) => ({ ...column, isNullable: true })

/** Type names that each engine reports, so that the drift test finds no difference. */
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
    // DDL is not transactional on MySQL: an interrupted migration can run again.
    true,
  )
}

/**
 * Adds the columns that a table lacks, so that an interrupted migration can run again. On MySQL in one statement: a
 * session table has millions of rows, and each statement would wait for its own lock on it.
 * @param added by name: type, NULL or NOT NULL, default; the same text for both engines
 */
export async function addColumns(runner: QueryRunner, table: string, added: Record<string, string>): Promise<void> {
  const clauses: string[] = []
  for (const [column, type] of Object.entries(added))
    if (!(await runner.hasColumn(table, column))) clauses.push(`ADD COLUMN ${column} ${type}`)
  await alter(runner, table, clauses)
}

/** Drops the columns that exist. */
export async function dropColumns(runner: QueryRunner, table: string, names: readonly string[]): Promise<void> {
  const clauses: string[] = []
  for (const column of names) if (await runner.hasColumn(table, column)) clauses.push(`DROP COLUMN ${column}`)
  await alter(runner, table, clauses)
}

async function alter(runner: QueryRunner, table: string, clauses: readonly string[]): Promise<void> {
  // SQLite changes one column per statement.
  const isSqlite = runner.dataSource.options.type === 'better-sqlite3'
  const statements = isSqlite || clauses.length === 0 ? clauses : [clauses.join(', ')]
  for (const statement of statements) await runner.query(`ALTER TABLE ${table} ${statement}`)
}
