// The log of a server process: JSON lines on stderr and nothing else between them, also for what libraries and node
// print.
import { inspect } from 'node:util'
import { pino, stdSerializers } from 'pino'
import { Refusal } from '../protocol/errors.js'
import { StorageFailure } from '../storage/storage-failure.js'
import { createLogDestination, toStderr } from './log-destination.js'

const warnLevel = 40

export function createProcessLog(level: string) {
  const destination = createLogDestination({ ...toStderr(), lossOf: lostLinesText })
  const log = pino({ level, base: undefined, serializers: { err: errorsAt(level) } }, destination)
  process.on('exit', destination.flushNow)
  return { log, flush: destination.flush, isStuck: destination.isStuck }
}

export type ProcessLog = ReturnType<typeof createProcessLog>

function lostLinesText(lines: number, reason: string): string {
  const line = {
    level: warnLevel,
    time: Date.now(),
    lines,
    reason,
    msg: 'log lines were lost: they could not be written',
  }
  return `${JSON.stringify(line)}\n`
}

/**
 * How errors are logged at a level: the reason of a failure for operators; SQL statements and stacks only at `debug`
 * and `trace`, for developers.
 */
export function errorsAt(level: string): (error: unknown) => unknown {
  if (level === 'debug' || level === 'trace') return error => stdSerializers.err(error as Error)
  return error => {
    const reason = reasonOf(error)
    return reason === null ? stdSerializers.err(error as Error) : { reason }
  }
}

/** The error code of an expected failure; null for what may be a bug, which needs its stack. */
function reasonOf(error: unknown): string | null {
  if (error instanceof StorageFailure) return error.code
  if (!(error instanceof Refusal)) return null
  return error.code === 'server_error' ? null : (reasonOf(error.cause) ?? error.code)
}

/**
 * Turns console output of libraries and warnings of node into log lines; an uncaught exception ends the process, with
 * a line.
 */
export function captureOutput({ log, flush, isStuck }: ProcessLog): void {
  for (const [method, write] of Object.entries({
    log: log.debug,
    info: log.debug,
    debug: log.debug,
    trace: log.debug,
    warn: log.warn,
    error: log.warn,
  })) {
    const logged = (...words: unknown[]) =>
      write.call(log, { text: words.map(asText).join(' ').slice(0, 2_000) }, 'a library wrote to the console')
    console[method as 'log'] = logged
  }
  // Node's own listener prints to stderr.
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message, code }: Error & { code?: string }) =>
    log.warn({ name, code, text: message.slice(0, 2_000) }, 'a Node warning'),
  )
  // The first error alone: until the log is flushed, requests under way may fail by the hundred.
  let ending = false
  process.on('uncaughtException', error => {
    if (ending) return
    ending = true
    log.fatal({ err: error }, 'an unexpected error ended the process')
    void flush(1_000).then(() => {
      // What is written at `exit` would block for as long as nobody reads it.
      if (isStuck()) process.kill(process.pid, 'SIGKILL')
      process.exit(1)
    })
  })
}

function asText(word: unknown): string {
  return typeof word === 'string' ? word : inspect(word, { breakLength: Number.POSITIVE_INFINITY })
}
