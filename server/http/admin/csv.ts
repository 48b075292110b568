// Lists as files, row by row as they are read, so that a file of any length takes little memory.
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

/** Spreadsheets split lines where their language says: Uzbek and Russian ones at semicolons. */
export const separators = { comma: ',', semicolon: ';', tab: '\t' } as const
export type Separator = keyof typeof separators

export type CsvChoice = { separator: Separator; zone: string | null }
const usualChoice: CsvChoice = { separator: 'comma', zone: null }

/**
 * RFC 4180, with a head. Names and user agents are typed by strangers: a cell that a spreadsheet would take for a formula
 * gets a quote before it, also where it would split the line at another separator. Whoever stops reading stops the reading
 * of the database.
 */
export function csvOf<Row>(columns: Columns<Row>, rows: AsyncIterable<Row>, choice = usualChoice): Readable {
  const { separator, zone } = choice
  const read = cellsOf(columns).flatMap(({ name, cell, at }): [string, (row: Row) => Cell][] => {
    // An instant stands there in UTC, and where a zone is known beside it as clocks there show it.
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
      // Rows of one page come within one iteration of the event loop: yield, so that other requests are served in between.
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

/** Answers a file. @param name without its ending */
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

/** A list as a file instead of a page. */
export const asFile = {
  format: { is: 'choice', of: ['json', 'csv'], about: 'A file (RFC 4180) has all rows.' },
  separator: {
    is: 'choice',
    of: ['comma', 'semicolon', 'tab', ',', ';'],
    about: 'Of a file; comma where it is not said.',
  },
  zone: { is: 'zone', about: 'Of a file: times stand there as clocks in this zone show them as well.' },
} as const satisfies ParameterRules

const signs = { ',': 'comma', ';': 'semicolon' } as const

/** What the address says of a file. @throws invalid_fields */
export function readCsvChoice(ctx: Context): CsvChoice {
  const { separator = 'comma', zone = null } = readParameters(ctx, { separator: asFile.separator, zone: asFile.zone })
  return { separator: separator === ',' || separator === ';' ? signs[separator] : separator, zone }
}

/** A file instead of a page: it has all rows, and nothing that is said of pages is passed over. @throws invalid_fields */
export function wantsCsv(ctx: Context): boolean {
  const isFile = readParameter(ctx, 'format', asFile.format) === 'csv'
  for (const name of isFile ? Object.keys(paging) : ['separator', 'zone'])
    if (Object.hasOwn(ctx.query, name)) throw refuseField(name, isFile ? 'not_for_files' : 'for_files_only')
  return isFile
}
