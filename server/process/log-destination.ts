// Where log lines go. A write happens off the event loop and fails alone: a full disk, a broken pipe or a reader that reads
// no more costs lines, never an answer. What is lost is counted, and told once lines can be written again.
import { constants, fstatSync, openSync, writeSync, write as writeToDescriptor } from 'node:fs'

/** How much waits at most while nothing can be written, in characters. */
const mostWaiting = 1_000_000
/** How much is written at a time, in bytes: up to so much goes into a pipe as a whole, whoever else writes to it (PIPE_BUF). */
const mostAtOnce = 4_096
/** A write that failed is tried again after so long, in ms. */
const tryAgainAfter = 250

export type LogDestinationDeps = {
  /** fs.write() of one descriptor: tests hand in a disk that is full. */
  write: (bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void
  /** The same at once, for what is left at the very end. */
  writeNow: (bytes: Buffer) => number
  /** Makes the line that tells of lost ones. */
  lossOf: (lines: number, reason: string) => string
}

export function toStderr(): Pick<LogDestinationDeps, 'write' | 'writeNow'> {
  const descriptor = neverBlocking(2)
  return {
    write: (bytes, done) => writeToDescriptor(descriptor, bytes, 0, bytes.length, null, done),
    writeNow: bytes => writeSync(descriptor, bytes),
  }
}

/**
 * A write to a pipe without a reader blocks its thread until the process ends, and keeps the process from ending. The descriptor's own flags
 * are shared with whoever else writes there, so the pipe is opened anew.
 */
function neverBlocking(descriptor: number): number {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    // No Linux, or a pipe of another user.
    return descriptor
  }
}

export function createLogDestination({ write, writeNow, lossOf }: LogDestinationDeps) {
  const waiting: string[] = []
  let length = 0
  /** Whole lines on their way; what was written of them is cut off, so that no line is ever torn. */
  let underWay: Buffer = Buffer.alloc(0)
  let writing = false
  let lost = 0
  let reason = ''
  let timer: NodeJS.Timeout | undefined
  const flushed: (() => void)[] = []

  function pump(): void {
    if (writing) return
    if (underWay.length === 0) underWay = next()
    if (underWay.length === 0) {
      for (const resolve of flushed.splice(0)) resolve()
      return
    }
    writing = true
    write(underWay, (error, written) => {
      writing = false
      if (error) {
        reason = error.code ?? error.message
        // Held back, not lost: there may be room again before more comes than can wait.
        timer ??= setTimeout(() => {
          timer = undefined
          pump()
        }, tryAgainAfter).unref()
        return
      }
      underWay = underWay.subarray(written)
      pump()
    })
  }

  function next(): Buffer {
    let count = 0
    let bytes = 0
    while (count < waiting.length) {
      bytes += Buffer.byteLength(waiting[count]!)
      if (count > 0 && bytes > mostAtOnce) break
      count++
    }
    const lines = waiting.splice(0, count)
    for (const line of lines) length -= line.length
    // Behind those that were there before it, as soon as there is room.
    if (lost > 0 && waiting.length === 0) {
      lines.push(lossOf(lost, reason))
      lost = 0
    }
    return Buffer.from(lines.join(''))
  }

  return {
    /** Takes one line with its end. Never throws, never waits. */
    write(line: string): void {
      if (length + line.length > mostWaiting) {
        lost++
        return
      }
      waiting.push(line)
      length += line.length
      if (timer === undefined) pump()
    },

    /** Resolves when all is written, or after so many ms. */
    flush(patience: number): Promise<void> {
      return new Promise(resolve => {
        setTimeout(resolve, patience).unref()
        flushed.push(resolve)
        pump()
      })
    },

    /** A write that does not end holds a thread, and exit() waits for it. */
    isStuck: (): boolean => writing,

    /** For the end of the process, when nothing is waited for any more. */
    flushNow(): void {
      // What is under way may be written already: twice would be a torn line.
      const left = writing ? Buffer.alloc(0) : underWay
      try {
        const rest = Buffer.concat([left, Buffer.from(waiting.splice(0).join(''))])
        if (rest.length > 0) writeNow(rest)
      } catch {
        // There is no other place to report it to.
      }
    },
  }
}

export type LogDestination = ReturnType<typeof createLogDestination>
