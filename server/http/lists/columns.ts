// The columns of a list, described once: by the same row of the table a program gets a member of JSON, a file its cell, and
// a page its value.
import { presentTime } from '../me/present.js'

export type Cell = string | number | boolean | null

/** A column by its name on the wire; a list of words is an array in JSON and one cell in a file. */
export type Column<Row> =
  | ((row: Row) => Cell | readonly string[])
  /** An instant, epoch ms: ISO 8601 in UTC for programs, and as it is for pages. */
  | { at: (row: Row) => number | null }
  /** JSON as text, as a file has it too. */
  | { text: (row: Row) => string | null }
  /** What is one member with members of its own in JSON, and on pages; `cell`: of a file, which may have more of them. */
  | { members: (row: Row) => object | null; cell?: (row: Row) => Cell }
  /** In files alone: elsewhere it is a member of another one. */
  | { cell: (row: Row) => Cell }
  /** For programs alone: what they call something that stands in another column. */
  | { alias: (row: Row) => Cell }

export type Columns<Row> = Readonly<Record<string, Column<Row>>>

/** As the API answers it. @param without these columns, where less was read */
export function jsonOf<Row>(columns: Columns<Row>, row: Row, without: readonly string[] = []): Record<string, unknown> {
  return membersOf(columns, without, column => {
    if (typeof column === 'function') return column(row)
    if ('at' in column) return presentTime(column.at(row))
    if ('members' in column) return column.members(row)
    if ('alias' in column) return column.alias(row)
    if (!('text' in column)) return undefined
    const text = column.text(row)
    return text === null ? null : JSON.parse(text)
  })
}

/** As a view takes it: the same names in camelCase, times as epoch ms. */
export function pageOf<Row>(columns: Columns<Row>, row: Row): Record<string, unknown> {
  const members = membersOf(columns, [], column => {
    if (typeof column === 'function') return column(row)
    if ('at' in column) return column.at(row)
    return 'members' in column ? column.members(row) : undefined
  })
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [camel(name), value]))
}

/** As a file has it: the name of each column, and what is in its cell. */
export function cellsOf<Row>(
  columns: Columns<Row>,
): { name: string; cell: (row: Row) => Cell; at?: (row: Row) => number | null }[] {
  return Object.entries(columns).flatMap(([name, column]) => {
    if (typeof column === 'function') return [{ name, cell: (row: Row) => inOneCell(column(row)) }]
    if ('at' in column) return [{ name, cell: (row: Row) => presentTime(column.at(row)), at: column.at }]
    if ('text' in column) return [{ name, cell: column.text }]
    return 'cell' in column && column.cell ? [{ name, cell: column.cell }] : []
  })
}

function membersOf<Row>(
  columns: Columns<Row>,
  without: readonly string[],
  value: (column: Column<Row>) => unknown,
): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const [name, column] of Object.entries(columns)) {
    const found = without.includes(name) ? undefined : value(column)
    if (found !== undefined) members[name] = found
  }
  return members
}

function inOneCell(value: Cell | readonly string[]): Cell {
  return typeof value === 'object' && value !== null ? value.join(' ') : value
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
