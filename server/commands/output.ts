// How commands print: a table or lines for people, JSON for programs. Results go to stdout; remarks and failures to
// stderr: as text, or with `--json` as one JSON object a line, `{"remark": …}` or `{"error": {code, message, exit}}`.
import { once } from 'node:events'
import { rename, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { Failure, type FileProblem } from './failures.js'

/** A record as it is printed: snake_case, times as ISO 8601 in UTC. */
export type Printed = Record<string, unknown>

/** The option `--json`. */
export type Format = { json?: boolean }

/** Why a command failed. `fields`: the problems of each field of the input. */
export type Failed = {
  code: string
  message: string
  exit: 1 | 2
  fields?: Record<string, readonly string[]> | undefined
  /** Errors of a file, with positions. */
  problems?: readonly FileProblem[]
  file?: string
}

/** Marks a line as added, removed or changed. */
export type Sign = '+' | '-' | '~'
const colours: Record<Sign, string> = { '+': '\x1b[32m', '-': '\x1b[31m', '~': '\x1b[33m' }

type Outputs = {
  stdout: Writable
  stderr: Writable
  env?: Readonly<Record<string, string | undefined>>
  /** Base of relative paths. */
  cwd?: string
}

/** @param json whether remarks and failures are JSON, too */
export function createOutput({ stdout, stderr, env = {}, cwd = '.' }: Outputs, json = false) {
  // https://no-color.org
  const isColoured = (stdout as Partial<NodeJS.WriteStream>).isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'

  /** Waits for a slow reader, so that an export of any size takes little memory. */
  async function write(text: string): Promise<void> {
    if (!stdout.write(text)) await once(stdout, 'drain')
  }

  const print = (text: string) => write(`${text}\n`)

  const printJson = (value: unknown) => print(JSON.stringify(value, null, 2))

  return {
    /** A remark for the user, beside the result. */
    remark(text: string): void {
      stderr.write(json ? `${JSON.stringify({ remark: text })}\n` : `${oneLine(text)}\n`)
    },

    failed(error: Failed): void {
      if (json) return void stderr.write(`${JSON.stringify({ error })}\n`)
      for (const { line, column, path, message } of error.problems ?? []) {
        const place = [error.file, ...(line === null ? [] : [line, column])].join(':')
        stderr.write(`${oneLine(`${place}: ${path === '' ? '' : `${path}: `}${message}`)}\n`)
      }
      stderr.write(`${oneLine(`darvoza: ${error.message}`)}\n`)
    },

    /** A progress bar on the user's terminal, beside the result; nothing where there is no terminal. */
    async progress(): Promise<{ show: (done: number, total: number) => void; end: () => void }> {
      if (!(stderr as Partial<NodeJS.WriteStream>).isTTY) return { show: () => {}, end: () => {} }
      const { default: progress } = await import('cli-progress')
      const format = '{bar} {percentage} % · {value} of {total} · {eta_formatted} to go'
      const bar = new progress.SingleBar({ format, stream: stderr as NodeJS.WriteStream, hideCursor: true, fps: 5 })
      let begun = false
      return {
        show(done, total) {
          if (!begun) bar.start(total, 0)
          begun = true
          bar.update(done)
        },
        end: () => bar.stop(),
      }
    },

    /** A text unchanged, such as a requested file. */
    text: (text: string): Promise<void> => print(text.replace(/\n$/, '')),

    /** One line per change, coloured on a terminal. */
    async signed(lines: readonly { sign: Sign | null; indent: number; text: string }[]): Promise<void> {
      for (const { sign, indent, text } of lines) {
        const line = `${' '.repeat(indent)}${sign === null ? '' : `${sign} `}${oneLine(text)}`
        await print(isColoured && sign ? `${colours[sign]}${line}\x1b[0m` : line)
      }
    },

    /** Writes a file atomically: the old one stays until the new one is complete. @throws Failure */
    async file(path: string, text: string): Promise<void> {
      const whole = resolve(cwd, path)
      const beside = `${whole}.${process.pid}.new`
      try {
        await writeFile(beside, text, { flag: 'wx' })
        await rename(beside, whole)
      } catch (error) {
        await rm(beside, { force: true }).catch(() => {})
        throw new Failure(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`)
      }
    },

    /** One record on one line, for JSON Lines. */
    jsonLine: (record: Printed): Promise<void> => print(JSON.stringify(record)),
    /** Part of a long output, unchanged. */
    piece: write,

    /** The result of a change: a sentence, or the record as it is now. */
    done: (sentence: string, record: Printed, { json }: Format): Promise<void> =>
      json ? printJson(record) : print(oneLine(sentence)),

    /** One record, a line per field. */
    record(record: Printed, { json }: Format): Promise<void> {
      if (json) return printJson(record)
      const width = Math.max(...Object.keys(record).map(key => key.length))
      return print(
        Object.entries(record)
          .map(([key, value]) => `${key.padEnd(width)}  ${cell(value)}`)
          .join('\n'),
      )
    },

    /** Records with some of their fields as columns; JSON has all of them. */
    table(records: Printed[], columns: string[], { json }: Format): Promise<void> {
      if (json) return printJson(records)
      const head = columns.map(column => column.replaceAll('_', ' ').toUpperCase())
      const rows = [head, ...records.map(record => columns.map(column => cell(record[column])))]
      const { isTTY, columns: room = 80 } = stdout as Partial<NodeJS.WriteStream>
      return print(inColumns(isTTY ? folded(rows, room) : rows))
    },
  }
}

export type Output = ReturnType<typeof createOutput>

/** A text from any source without what a terminal would interpret, on one line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
}

export function printedTime(epochMs: number): string
export function printedTime(epochMs: number | null): string | null
export function printedTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString()
}

function inColumns(rows: string[][]): string {
  const widths = widthsOf(rows)
  const lines = rows.map(row => row.map((text, at) => text + ' '.repeat(widths[at]! - lengthOf(text))).join(gap))
  return lines.map(line => line.trimEnd()).join('\n')
}

/**
 * Where rows are wider than a terminal, the widest lists continue on lines below; programs that read lines get each
 * row whole.
 */
function folded(rows: string[][], room: number): string[][] {
  const widths = widthsOf(rows)
  const excess = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - room
  const at = widths.indexOf(Math.max(...widths))
  const left = Math.max(16, widths[at]! - excess)
  if (excess <= 0) return rows
  return rows.flatMap(row => {
    const [first, ...others] = foldedList(row[at]!, left)
    return [row.with(at, first!), ...others.map(text => row.map((_, column) => (column === at ? text : '')))]
  })
}

/** Breaks only after commas: a value without one stays whole, to be copied. */
function foldedList(text: string, room: number): string[] {
  const lines = ['']
  for (const part of text.split(/(?<=, )/)) {
    if (lines.at(-1) !== '' && lengthOf(lines.at(-1)! + part.trimEnd()) > room) lines.push('')
    lines.push(lines.pop()! + part)
  }
  return lines.map(line => line.trimEnd())
}

const gap = '  '
const lengthOf = (text: string) => [...text].length
const widthsOf = (rows: string[][]) => rows[0]!.map((_, at) => Math.max(...rows.map(row => lengthOf(row[at]!))))

const valueText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length > 0 ? oneLine(value.map(valueText).join(', ')) : '-'
  return oneLine(valueText(value))
}
