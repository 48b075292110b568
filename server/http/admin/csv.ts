// Lists as files, row by row as they are read, so that a file of any length takes little memory.
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { stringify } from 'csv-stringify/sync'
import { escapeCell } from '../../policy/csv-cells.js'
import { refuseField } from '../../protocol/errors.js'
import type { Context } from '../handler.js'
import { type Cell, type Columns, cellsOf } from '../lists/columns.js'
import { secondIn } from '../pages/days.js'
import { knownZone } from '../pages/reader.js'
import { readChoice, readQuery } from './paging.js'

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
    // Spreadsheets take a file without the mark for one of their own old alphabets.
    let text = `\ufeff${texts([read.map(([name]) => name)])}`
    let some: Cell[][] = []
    for await (const row of rows) {
      some.push(read.map(([, cell]) => cell(row)))
      if (some.length < rowsAtOnce) continue
      yield text + texts(some)
      text = ''
      some = []
      // Rows of one page come without leaving this turn of the event loop: others are answered in between.
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

/** What the address says: `separator`, comma by default; `zone` for local times as well. @throws invalid_fields */
export function readCsvChoice(ctx: Context): CsvChoice {
  const separator = readChoice(ctx, 'separator', [...Object.keys(separators), ',', ';'] as (Separator | ',' | ';')[])
  const zone = readQuery(ctx, 'zone') ?? null
  if (zone !== null && knownZone(zone) === null) throw refuseField('zone', 'not_time_zone')
  return { separator: separator === ';' ? 'semicolon' : separator === ',' ? 'comma' : (separator ?? 'comma'), zone }
}

/** A file instead of a page: it has all rows, and nothing that is said of pages is passed over. @throws invalid_fields */
export function wantsCsv(ctx: Context): boolean {
  const isFile = readChoice(ctx, 'format', ['json', 'csv']) === 'csv'
  for (const name of isFile ? ['limit', 'after', 'count'] : ['separator', 'zone'])
    if (Object.hasOwn(ctx.query, name)) throw refuseField(name, isFile ? 'not_for_files' : 'for_files_only')
  return isFile
}
