// Where log lines go. A write happens off the event loop, and a failure stays there: a full disk, a broken pipe or a
// reader that has stopped costs lines, never an answer. Lost lines are counted, and reported once lines can be written
// again.
import { constants, fstatSync, openSync, writeSync, write as writeToDescriptor } from 'node:fs'

/** How much is buffered at most while nothing can be written, in characters. */
const mostWaiting = 1_000_000
/**
 * How much is written at a time, in bytes: a pipe takes up to so much as a whole, whatever other processes write to
 * it (PIPE_BUF).
 */
const mostAtOnce = 4_096
/** Retry interval after a write that failed, in ms. */
const tryAgainAfter = 250

export type LogDestinationDeps = {
  /** fs.write() to one descriptor: tests pass in a full disk. */
  write: (bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void
  /** The synchronous write, for what is left when the process ends. */
  writeNow: (bytes: Buffer) => number
  /** Makes the line that reports lost ones. */
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
 * A write to a pipe without a reader blocks its thread, and keeps the process from ending. Other processes share the
 * descriptor's own flags, so the pipe is opened again.
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
  /** Whole lines that are being written; the part that is written is cut off, so that no line is ever torn. */
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
        // Kept, not lost: there may be room again before the buffer is full.
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
    // Behind the lines that were waiting before it, as soon as there is room.
    if (lost > 0 && waiting.length === 0) {
      lines.push(lossOf(lost, reason))
      lost = 0
    }
    return Buffer.from(lines.join(''))
  }

  return {
    /** Queues one line with its end. Never throws, never waits. */
    write(line: string): void {
      if (length + line.length > mostWaiting) {
        lost++
        return
      }
      waiting.push(line)
      length += line.length
      if (timer === undefined) pump()
    },

    /** Resolves when all is written, or after `timeout` ms. */
    flush(timeout: number): Promise<void> {
      return new Promise(resolve => {
        setTimeout(resolve, timeout).unref()
        flushed.push(resolve)
        pump()
      })
    },

    /** Whether a write does not end: it holds a thread, and exit() waits for it. */
    isStuck: (): boolean => writing,

    /** Writes the rest synchronously, at the end of the process. */
    flushNow(): void {
      // The write that is under way may succeed yet: writing it twice would tear a line.
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
