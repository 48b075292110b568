// Checks replies of Redis (RESP2) before the library parses them: its parser recurses as deep as a reply is nested, allocates an
// array as long as a reply claims to be, and buffers a line that never ends.
import { RedisFailure } from './redis-failure.js'

/** Limit of nesting; the deepest reply that we use, CLUSTER SLOTS, has five levels. */
const deepest = 16
/** Limit for one reply: 2,048 entries of the log are the most that we request. */
const mostElements = 100_000
const mostBytes = 32 * 2 ** 20
/** Limit for lines, in bytes. */
const longestLine = 64 * 1024

const lines: Record<string, RegExp> = {
  '+': /^[^\r]*$/,
  '-': /^[^\r]*$/,
  ':': /^-?\d{1,19}$/,
  $: /^(-1|\d{1,9})$/,
  '*': /^(-1|\d{1,9})$/,
}

/**
 * @returns a function that takes the received bytes, in order
 * @throws RedisFailure when they are no reply, or exceed a limit
 */
export function createReplyCheck(): (bytes: Buffer) => void {
  /** The beginning of a line whose end has not arrived. */
  let line = ''
  /** Bytes of a bulk string that have not arrived, its line end included. */
  let textLeft = 0
  /** How many elements of each open array have not arrived, the outermost first. */
  const open: number[] = []
  let elements = 0
  let size = 0

  function elementDone(): void {
    while (open.length > 0 && --open[open.length - 1]! === 0) open.pop()
    if (open.length > 0) return
    elements = 0
    size = 0
  }

  function takeLine(text: string): void {
    const [type, rest] = [text[0] ?? '', text.slice(1, -2)]
    if (!text.endsWith('\r\n') || !lines[type]?.test(rest)) throw wrong()
    if (++elements > mostElements) throw wrong()
    const length = Number(rest)
    if (type === '*' && length > 0) {
      if (length > mostElements || open.length === deepest) throw wrong()
      open.push(length)
    } else if (type === '$' && length >= 0) {
      if (length > mostBytes) throw wrong()
      textLeft = length + 2
    } else elementDone()
  }

  return function check(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (textLeft > 0) {
        const taken = Math.min(textLeft, bytes.length - at)
        at += taken
        size += taken
        textLeft -= taken
        if (size > mostBytes) throw wrong()
        if (textLeft === 0) elementDone()
        continue
      }
      const end = bytes.indexOf('\n', at)
      const upto = end < 0 ? bytes.length : end + 1
      if (line.length + upto - at > longestLine) throw wrong()
      line += bytes.toString('latin1', at, upto)
      at = upto
      if (end < 0) return
      takeLine(line)
      line = ''
    }
  }
}

function wrong(): RedisFailure {
  return new RedisFailure('PROTOCOL')
}
