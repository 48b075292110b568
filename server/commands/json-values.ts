// The objects of a file, one after the other and none of the rest: an array of them, or one a line. `manage.py dumpdata` puts
// millions into one line, which no text can hold.
import { Failure, WrongUse } from './failures.js'

/** No row of a dump is longer; what is has lost a quote. */
const longestValue = 1_048_576

/** `number`: the first one is 1. `text`: an object, as far as brackets tell. */
export type FoundValue = { number: number; text: string }

/** @throws WrongUse before the first value where there are no objects; Failure where the file breaks off */
export async function* jsonValues(chunks: AsyncIterable<string>): AsyncGenerator<FoundValue> {
  const at = { number: 0, depth: 0, inString: false, escaped: false, isArray: false, isOver: false }
  let open = ''

  function between(sign: string): boolean {
    if (sign === '{' && !at.isOver) {
      at.depth = 1
      at.number++
      return true
    }
    const begins = sign === '[' && !at.isArray && at.number === 0
    if (begins) at.isArray = true
    else if (sign === ']' && at.isArray && !at.isOver) at.isOver = true
    else if (!/[\s\ufeff,]/.test(sign)) throw strange(at.number)
    return false
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let place = 0; place < chunk.length; place++) {
      const sign = chunk[place]!
      if (at.depth === 0) {
        if (between(sign)) start = place
      } else if (at.escaped) at.escaped = false
      else if (at.inString) {
        if (sign === '\\') at.escaped = true
        else if (sign === '"') at.inString = false
      } else if (sign === '"') at.inString = true
      else if (sign === '{' || sign === '[') at.depth++
      else if ((sign === '}' || sign === ']') && --at.depth === 0) {
        yield { number: at.number, text: open + chunk.slice(start, place + 1) }
        open = ''
      }
    }
    if (at.depth > 0) open += chunk.slice(start)
    if (open.length > longestValue) throw new Failure(`row ${at.number} does not end: the file is damaged there`)
  }
  if (at.depth > 0 || (at.isArray && !at.isOver)) throw new Failure('the file breaks off: it was not copied as a whole')
}

function strange(number: number): WrongUse | Failure {
  return number === 0
    ? new WrongUse('this is neither a JSON array of objects nor JSON Lines')
    : new Failure(`behind row ${number} stands something that is no JSON object`)
}
