// The columns of a list, described once: the same row of the table makes a member of JSON for programs, a cell of a CSV
// file, and a value of a page.
import type { z } from 'zod'
import { presentTime } from '../me/present.js'
import type { Answer } from '../wire/answers.js'

export type Cell = string | number | boolean | null

/** A column by its name in JSON; a list of words is an array in JSON and one cell in a file. */
export type Column<Row> =
  | ((row: Row) => Cell | readonly string[])
  /** A time, epoch ms: ISO 8601 in UTC in JSON and files, epoch ms on pages. */
  | { at: (row: Row) => number | null }
  /** JSON as text: parsed in the API's answers, as text in files. */
  | { text: (row: Row) => string | null }
  /** An object, in JSON and on pages. `cell`: its cell in a file, where other columns may hold more of its members. */
  | { members: (row: Row) => object | null; cell?: (row: Row) => Cell }
  /** A column of files only; in JSON and on pages it is a member of another column. */
  | { cell: (row: Row) => Cell }
  /** A member of JSON only, which repeats another column under another name. */
  | { alias: (row: Row) => Cell | readonly string[] }

export type Columns<Row> = Readonly<Record<string, Column<Row>>>

type Plain = Cell | readonly string[]

/** A column whose member in JSON has this type. */
type ColumnOf<Row, Value> =
  | ([Value] extends [Plain] ? ((row: Row) => Value) | { alias: (row: Row) => Value } : never)
  | ([Value] extends [string | null] ? { at: (row: Row) => number | (null extends Value ? null : never) } : never)
  | ([unknown] extends [Value] ? { text: (row: Row) => string | null } : never)
  | ([Value] extends [object | null] ? { members: (row: Row) => Value; cell?: (row: Row) => Cell } : never)

/** The columns of a list: one for each member of the schema of its rows, and those of files only, by name. */
export type ColumnsBy<Row, S extends z.ZodType, InFiles extends string = never> = {
  readonly [N in keyof Answer<S>]-?: ColumnOf<Row, Answer<S>[N]>
} & { readonly [N in InFiles]: { cell: (row: Row) => Cell } }

/** A row as an object of the API's JSON. */
export function jsonOf<Row>(columns: Columns<Row>, row: Row): object {
  return membersOf(columns, column => {
    if (typeof column === 'function') return column(row)
    if ('at' in column) return presentTime(column.at(row))
    if ('members' in column) return column.members(row)
    if ('alias' in column) return column.alias(row)
    if (!('text' in column)) return undefined
    const text = column.text(row)
    return text === null ? null : JSON.parse(text)
  })
}

/** One record outside a list, as the API's JSON: the columns that its schema has. */
export function jsonBy<Row, S extends z.ZodObject>(schema: S, columns: ColumnsBy<Row, S>, row: Row): Answer<S> {
  const shown = Object.keys(schema.shape).map(name => [name, columns[name as keyof typeof columns]])
  return jsonOf(Object.fromEntries(shown) as Columns<Row>, row) as Answer<S>
}

/** A row as the inputs of a view: names in camelCase, times as epoch ms. */
export function pageOf<Row>(columns: Columns<Row>, row: Row): Record<string, unknown> {
  const members = membersOf(columns, column => {
    if (typeof column === 'function') return column(row)
    if ('at' in column) return column.at(row)
    return 'members' in column ? column.members(row) : undefined
  })
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [camel(name), value]))
}

/** The columns of a CSV file: name, and the cell of a row. */
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

function membersOf<Row>(columns: Columns<Row>, value: (column: Column<Row>) => unknown): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const [name, column] of Object.entries(columns)) {
    const found = value(column)
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
