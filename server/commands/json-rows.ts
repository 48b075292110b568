// The rows of a JSON array, or of JSON Lines: each as text, so that an invalid one is reported by itself and a file of
// any size takes little memory.
import { UsageError } from './failures.js'

/** `number` counts rows of an array, or lines. */
export type JsonRow = { kind: 'row' | 'line'; number: number; text: string }

const signs = { quote: 0x22, backslash: 0x5c, comma: 0x2c, arrayBegin: 0x5b, arrayEnd: 0x5d, begin: 0x7b, end: 0x7d }

/** @throws UsageError where an array does not end, so the file is truncated */
export async function* jsonRows(chunks: AsyncIterable<string>): AsyncGenerator<JsonRow> {
  let split: ((text: string) => Iterable<JsonRow>) | null = null
  const elements = arrayElements()
  const lines = textLines()
  let blank = ''
  for await (const chunk of chunks) {
    if (!split && chunk.trim() === '') {
      blank += chunk
      continue
    }
    split ??= chunk.trimStart().startsWith('[') ? elements.split : lines.split
    yield* split(blank + chunk)
    blank = ''
  }
  if (split === elements.split) elements.end()
  else yield* lines.split('\n')
}

function textLines() {
  let number = 0
  let rest = ''
  return {
    *split(text: string): Generator<JsonRow> {
      const [first, ...others] = text.split('\n')
      rest += first
      for (const line of others) {
        number++
        if (rest.trim() !== '') yield { kind: 'line', number, text: rest }
        rest = line
      }
    },
  }
}

function arrayElements() {
  let number = 0
  /** How many brackets are open; 1 between elements. */
  let depth = 0
  let inString = false
  let escaped = false
  let ended = false
  let pieces: string[] = []

  function taken(piece: string): JsonRow {
    const text = pieces.join('') + piece
    pieces = []
    return { kind: 'row', number: ++number, text }
  }

  return {
    *split(text: string): Generator<JsonRow> {
      let from = 0
      for (let at = 0; at < text.length; at++) {
        const letter = text.charCodeAt(at)
        if (inString) {
          if (escaped) escaped = false
          else if (letter === signs.backslash) escaped = true
          else if (letter === signs.quote) inString = false
        } else if (ended) {
          if (text.slice(at).trim() !== '') throw notOne('has something behind its end')
          return
        } else if (letter === signs.quote) inString = true
        else if (letter === signs.begin || letter === signs.arrayBegin) {
          if (++depth === 1) from = at + 1
        } else if (letter === signs.end || letter === signs.arrayEnd) {
          if (--depth > 0) continue
          if (letter !== signs.arrayEnd) throw notOne(`is broken at row ${number + 1}`)
          const last = taken(text.slice(from, at))
          if (last.number > 1 || last.text.trim() !== '') yield last
          ended = true
        } else if (letter === signs.comma && depth === 1) {
          yield taken(text.slice(from, at))
          from = at + 1
        }
      }
      if (!ended) pieces.push(text.slice(from))
    },

    end(): void {
      if (!ended) throw notOne('does not end like one: it may have been cut off')
    },
  }
}

function notOne(why: string): UsageError {
  return new UsageError(`this begins like a JSON array and ${why}`)
}
