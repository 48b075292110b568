// The columns of a list, described once: by the same row of the table a program gets a member of JSON, a file its cell, and
// a page its value.
import type { z } from 'zod'
import { presentTime } from '../me/present.js'
import type { Answer } from '../wire/answers.js'

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
  | { alias: (row: Row) => Cell | readonly string[] }

export type Columns<Row> = Readonly<Record<string, Column<Row>>>

type Plain = Cell | readonly string[]

/** A column whose member of JSON is this. */
type ColumnOf<Row, Value> =
  | ([Value] extends [Plain] ? ((row: Row) => Value) | { alias: (row: Row) => Value } : never)
  | ([Value] extends [string | null] ? { at: (row: Row) => number | (null extends Value ? null : never) } : never)
  | ([unknown] extends [Value] ? { text: (row: Row) => string | null } : never)
  | ([Value] extends [object | null] ? { members: (row: Row) => Value; cell?: (row: Row) => Cell } : never)

/** Those of a list whose rows are answered by the schema, and, by their names, those of files alone. */
export type ColumnsBy<Row, S extends z.ZodType, InFiles extends string = never> = {
  readonly [N in keyof Answer<S>]-?: ColumnOf<Row, Answer<S>[N]>
} & { readonly [N in InFiles]: { cell: (row: Row) => Cell } }

/** As the API answers it in a list. */
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

/** As the API answers one by itself: those columns that its schema has. */
export function jsonBy<Row, S extends z.ZodObject>(schema: S, columns: ColumnsBy<Row, S>, row: Row): Answer<S> {
  const shown = Object.keys(schema.shape).map(name => [name, columns[name as keyof typeof columns]])
  return jsonOf(Object.fromEntries(shown) as Columns<Row>, row) as Answer<S>
}

/** As a view takes it: the same names in camelCase, times as epoch ms. */
export function pageOf<Row>(columns: Columns<Row>, row: Row): Record<string, unknown> {
  const members = membersOf(columns, column => {
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
