// The SQL of a scan along an index (keyset-scan.ts), the same rows on each engine.
import type { Dialect, Value } from './database.js'

export type Condition = { sql: string; values: readonly Value[] }

/** The end of a page or a slice: the values of the columns in which the list is ordered. */
export type Cursor = readonly Value[]

/** With LIMIT the query planners of both engines choose wrong indexes and join orders: the statement fixes both. */
export function scanSql(engine: Dialect['engine']) {
  if (engine === 'mysql')
    return { select: 'SELECT STRAIGHT_JOIN', hint: (index: string) => ` FORCE INDEX (${index})`, compared: spelledOut }
  // The second table of a CROSS JOIN is read second; for a primary key SQLite needs no hint.
  const hint = (index: string) => (index === 'PRIMARY' ? '' : ` INDEXED BY ${index}`)
  return { select: 'SELECT', hint, compared: asRow }
}

type Compared = (order: readonly string[], than: string, equal: '' | '=', cursor: Cursor) => Condition

/** `(a, b) < (?, ?)` written out as ranges, for MySQL: it makes no range of a row comparison. */
const spelledOut: Compared = ([a, ...others], than, equal, [value, ...more]) => {
  if (others.length === 0) return { sql: `${a} ${than}${equal} ?`, values: [value!] }
  const rest = spelledOut(others, than, equal, more)
  return { sql: `${a} ${than} ? OR (${a} = ? AND (${rest.sql}))`, values: [value!, value!, ...rest.values] }
}

/** A row comparison, for SQLite: it makes no range of the written-out form. */
const asRow: Compared = (order, than, equal, cursor) => ({
  sql: `(${order.join(', ')}) ${than}${equal} (${cursor.map(() => '?').join(', ')})`,
  values: cursor,
})

/** A WHERE clause of all conditions, or nothing. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: '', values: [] }
  return {
    sql: ` WHERE ${conditions.map(({ sql }) => `(${sql})`).join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  }
}

export function boundsOf(
  [first]: readonly string[],
  from: Value | undefined,
  upto: Value | undefined,
): readonly Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: `${first} >= ?`, values: [from] }]),
    ...(upto === undefined ? [] : [{ sql: `${first} < ?`, values: [upto] }]),
  ]
}

type Direction = { descending: boolean }

/** Condition: after one cursor and up to another, inclusive. */
export function afterUpTo(
  compared: Compared,
  { descending }: Direction,
  order: readonly string[],
  { after, edge }: { after: Cursor | null; edge: Cursor | null },
): readonly Condition[] {
  const [onwards, backwards] = descending ? ['<', '>'] : ['>', '<']
  return [
    ...(after ? [compared(order, onwards!, '', after)] : []),
    ...(edge ? [compared(order, backwards!, '=', edge)] : []),
  ]
}

export function ordering({ descending }: Direction, order: readonly string[]): string {
  return order.map(column => (descending ? `${column} DESC` : column)).join(', ')
}

export function cursorColumns(order: readonly string[]): string {
  return order.map((column, index) => `${column} AS cursor${index}`).join(', ')
}

export function cursorOf(row: Record<string, Value>, order: readonly string[]): Cursor {
  return order.map((_, index) => row[`cursor${index}`]!)
}
