// Functions for writing SQL by hand.
import type { Value } from './database.js'

/** `columns('s', ['id', 'userId'])` is `s.id AS id, s.user_id AS userId`. */
export function columns(table: string, names: readonly string[], prefix = ''): string {
  return names.map(name => `${table}.${snake(name)} AS ${prefix}${name}`).join(', ')
}

/**
 * Positions of columns in a row of cells that begins with them: a look-up by name costs less than an object for each
 * row.
 */
export function positions<N extends string>(names: readonly N[]): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, at) => [name, at])) as Record<N, number>
}

/** The text and values of an INSERT of one row, given by property names. */
export function insertion(table: string, row: Record<string, Value>): [sql: string, values: Value[]] {
  const names = Object.keys(row)
  const placeholders = names.map(() => '?').join(', ')
  return [`INSERT INTO ${quoted(table)} (${names.map(snake).join(', ')}) VALUES (${placeholders})`, Object.values(row)]
}

/**
 * The text and values of an INSERT of many rows, which have the same properties in the same order. There must be one
 * at least.
 */
export function insertions(table: string, rows: readonly Record<string, Value>[]): [sql: string, values: Value[]] {
  const names = Object.keys(rows[0]!)
  const each = `(${placeholders(names.length)})`
  return [
    `INSERT INTO ${quoted(table)} (${names.map(snake).join(', ')}) VALUES ${Array(rows.length).fill(each).join(', ')}`,
    rows.flatMap(row => Object.values(row)),
  ]
}

/** The SET clause of an UPDATE and its values. */
export function assignments(changes: Record<string, Value>): [sql: string, values: Value[]] {
  const names = Object.keys(changes)
  return [names.map(name => `${snake(name)} = ?`).join(', '), Object.values(changes)]
}

/** Limit of values in a list of one statement: SQLite takes 32,766 in all, MySQL what fits its packet. */
const chunk = 500

/** Reads by a list of any length, in statements of bounded length, one after the other. */
export async function inChunks<T, Row>(
  items: readonly T[],
  read: (some: readonly T[]) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < items.length; from += chunk)
    for (const row of await read(items.slice(from, from + chunk))) rows.push(row)
  return rows
}

/** `?, ?, ?` */
export function placeholders(count: number): string {
  return Array(count).fill('?').join(', ')
}

/** Repeats the last item up to the next power of two, so that lists of any length make few different statements. */
export function padded<T>(items: readonly T[]): T[] {
  const size = 2 ** Math.ceil(Math.log2(items.length))
  return [...items, ...Array<T>(size - items.length).fill(items.at(-1)!)]
}

/** The range of keys that begin with a text. Not LIKE: on SQLite it folds case, and so uses no index. */
export function prefixRange(text: string): [from: string, upto: string] {
  return [text, `${text}\u{10ffff}`]
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

function quoted(name: string): string {
  return `\`${name}\``
}

/** Groups rows by key, in the order in which they came. */
export function grouped<Key, Row>(rows: readonly Row[], key: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(row)
    else groups.set(key(row), [row])
  }
  return groups
}
