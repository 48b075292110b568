// The rows of a CSV file with a header, as programs and spreadsheets write them: RFC 4180, separated by commas,
// semicolons or tabs, whichever the header has.
import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { unescapeCell } from '../policy/csv-cells.js'
import { UsageError } from './failures.js'

export type CsvRow = { line: number } & ({ cells: { [column: string]: string } } | { cells: null; problem: string })

type Record = { info: { lines: number }; record: string[] }

/**
 * @param judgeHead throws where the header has unknown columns
 * @throws UsageError
 */
export async function* csvRows(
  chunks: AsyncIterable<string>,
  judgeHead: (head: readonly string[]) => void,
): AsyncGenerator<CsvRow> {
  const [delimiter, whole] = await separated(chunks)
  const parser = pipeline(
    Readable.from(whole),
    parse({
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      // A quote within a cell is a literal one; the value is validated like any other.
      relax_quotes: true,
    }),
    // The reader of the rows gets the error.
    () => {},
  )
  let head: readonly string[] | null = null
  for await (const { info, record } of readable(parser)) {
    if (!head) {
      head = requireHead(record)
      judgeHead(head)
    } else if (record.slice(head.length).some(cell => cell !== '')) {
      const problem = `This row has ${record.length} cells, and the head ${head.length}.`
      yield { line: info.lines, cells: null, problem }
    } else yield { line: info.lines, cells: rowOf(head, record) }
  }
  if (!head) throw new UsageError('this has no head with the names of columns')
}

/** Throws at a row that cannot be parsed: an unclosed quote, for example, would swallow the rows after it. */
async function* readable(parser: AsyncIterable<Record>): AsyncGenerator<Record> {
  try {
    yield* parser
  } catch (error) {
    throw error instanceof CsvError ? new UsageError(`this cannot be read as CSV: ${error.message}`) : error
  }
}

function requireHead(record: readonly string[]): string[] {
  const head = record.map(name => name.trim())
  const twice = head.find((name, index) => head.indexOf(name) !== index)
  if (twice !== undefined)
    throw new UsageError(`the head has ${twice === '' ? 'columns without a name' : `${twice} twice`}`)
  return head
}

/** A row by column names. An empty cell is an absent value. */
function rowOf(head: readonly string[], record: readonly string[]): { [column: string]: string } {
  const cells = head.flatMap((name, index) => (record[index] ? [[name, unescapeCell(record[index])] as const] : []))
  return Object.fromEntries(cells)
}

/** Detects the separator in the header: names of columns contain none of the candidates. */
async function separated(chunks: AsyncIterable<string>): Promise<[delimiter: string, whole: AsyncIterable<string>]> {
  const iterator = chunks[Symbol.asyncIterator]()
  let begun = ''
  while (!begun.includes('\n')) {
    const { done, value } = await iterator.next()
    if (done) break
    begun += value
  }
  const head = begun.slice(0, begun.includes('\n') ? begun.indexOf('\n') : undefined)
  const delimiter = [';', '\t'].find(one => head.includes(one)) ?? ','
  async function* whole() {
    yield begun
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  return [delimiter, whole()]
}
