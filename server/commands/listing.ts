// Lists are read page by page and printed whole, up to a limit; a remark says where it cuts.
import { type Command, InvalidArgumentError } from 'commander'
import type { Output } from './output.js'

export type Limited = { limit: number }

export function withLimit(command: Command): Command {
  return command.option('--limit <n>', 'maximum number of rows', readLimit, 1_000)
}

export async function firstOf<Row>(rows: AsyncIterable<Row>, limit: number, output: Output): Promise<Row[]> {
  const first: Row[] = []
  for await (const row of rows) {
    if (first.length === limit) {
      output.remark(`There are more than these ${limit}: --limit lists them.`)
      break
    }
    first.push(row)
  }
  return first
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 to 9999999.')
  return Number(text)
}
