// The column types, chosen so that SQLite, MariaDB and MySQL store and return the same values. Text compares in binary
// on each: the database's collation must be a binary one that does not pad, which mysql-session.ts sets and checks.
import type { ColumnOptions } from 'typeorm'

export const uuid = { type: 'varchar', length: 36 } as const satisfies ColumnOptions
export const name = (length: number) => ({ type: 'varchar', length: String(length) }) as const satisfies ColumnOptions
export const longText = { type: 'text' } as const satisfies ColumnOptions
export const flag = { type: 'boolean' } as const satisfies ColumnOptions
/** Epoch ms, a sequence number or a user id: a whole number that a JavaScript number holds exactly. */
export const whole = { type: 'bigint' } as const satisfies ColumnOptions
export const orNull = <T extends ColumnOptions>(column: T) => ({ ...column, nullable: true }) as const
