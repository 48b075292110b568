// Lists as CSV files, streamed row by row, so that a file of any length takes little memory.
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { escapeCell } from '../../policy/csv-cells.js'
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { type Cell, type Columns, cellsOf } from '../lists/columns.js'
import { secondIn } from '../pages/days.js'
import { type ParameterRules, readParameter, readParameters } from '../wire/parameters.js'
import { paging } from './paging.js'

/** How many rows are written in one go. */
const rowsAtOnce = 25

/** Separators of CSV files. Spreadsheets split lines by their language: Uzbek and Russian ones at semicolons. */
export const separators = { comma: ',', semicolon: ';', tab: '\t' } as const
export type Separator = keyof typeof separators

export type CsvChoice = { separator: Separator; zone: string | null }
const usualChoice: CsvChoice = { separator: 'comma', zone: null }

/**
 * CSV of RFC 4180, with a header line. Names and user agents are written by strangers: a cell that a spreadsheet would
 * take for a formula gets a quote before it, also where another separator would split the line. A client that stops
 * reading the file stops the reading of the database.
 */
export function csvOf<Row>(columns: Columns<Row>, rows: AsyncIterable<Row>, choice = usualChoice): Readable {
  const { separator, zone } = choice
  const read = cellsOf(columns).flatMap(({ name, cell, at }): [string, (row: Row) => Cell][] => {
    // A time is written in UTC and, if the reader's time zone is known, also as local time in a second column.
    if (!at || zone === null) return [[name, cell]]
    return [
      [name, cell],
      [`${name} (${zone})`, row => localTime(at(row), zone)],
    ]
  })
  const inWriting = {
    delimiter: separators[separator],
    record_delimiter: 'windows',
    cast: { boolean: String, string: escapeCell },
  } as const
  const texts = (some: readonly Cell[][]) => stringify(some as Cell[][], inWriting)

  async function* chunks(): AsyncGenerator<string> {
    // Without a byte order mark spreadsheets assume a legacy character encoding.
    let text = `\ufeff${texts([read.map(([name]) => name)])}`
    let some: Cell[][] = []
    for await (const row of rows) {
      some.push(read.map(([, cell]) => cell(row)))
      if (some.length < rowsAtOnce) continue
      yield text + texts(some)
      text = ''
      some = []
      // Rows of one page of the database come within one iteration of the event loop: yield, so that other requests are
      // served.
      await setImmediate()
    }
    text += texts(some)
    if (text) yield text
  }
  return Readable.from(chunks(), { objectMode: false })
}

/** `2026-01-31 14:05:09`, which spreadsheets take for a time. */
function localTime(at: number | null, zone: string): string | null {
  return at === null ? null : secondIn(at, zone).replace('T', ' ')
}

/** Answers a CSV file. @param name of the file, without its extension */
export function answerCsv<Row>(
  ctx: Context,
  name: string,
  columns: Columns<Row>,
  rows: AsyncIterable<Row>,
  choice: CsvChoice,
): void {
  ctx.set('Content-Type', 'text/csv; charset=utf-8')
  ctx.set('Content-Disposition', `attachment; filename="${name}.csv"`)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = csvOf(columns, rows, choice)
}

/** The address's parameters that ask for a list as a CSV file instead of a page. */
export const asFile = {
  format: { is: 'choice', of: ['json', 'csv'], about: '`csv`: a file (RFC 4180) with all rows, without paging.' },
  separator: {
    is: 'choice',
    of: ['comma', 'semicolon', 'tab', ',', ';'],
    about: 'Separator of the CSV file. Default: comma.',
  },
  zone: { is: 'zone', about: 'Time zone of the CSV file: it has each time in this zone beside UTC.' },
} as const satisfies ParameterRules

const signs = { ',': 'comma', ';': 'semicolon' } as const

/** The CSV options in the address: separator and time zone. @throws invalid_fields */
export function readCsvChoice(ctx: Context): CsvChoice {
  const { separator = 'comma', zone = null } = readParameters(ctx, { separator: asFile.separator, zone: asFile.zone })
  return { separator: separator === ',' || separator === ';' ? signs[separator] : separator, zone }
}

/**
 * Whether the address asks for a CSV file. It has all rows, so parameters of paging are refused beside it.
 * @throws invalid_fields
 */
export function wantsCsv(ctx: Context): boolean {
  const isFile = readParameter(ctx, 'format', asFile.format) === 'csv'
  for (const name of isFile ? Object.keys(paging) : ['separator', 'zone'])
    if (Object.hasOwn(ctx.query, name)) throw refuseField(name, isFile ? 'not_for_files' : 'for_files_only')
  return isFile
}
