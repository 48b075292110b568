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
