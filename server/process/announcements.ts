// Output of the start: sentences in a terminal, and elsewhere JSON lines like those of the log.
import type { Writable } from 'node:stream'

type Output = Writable & { isTTY?: boolean }

const levels = { info: 30, fatal: 60 }

/** A full disk or a closed pipe is no reason not to start. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

/** Reports that the server is ready. On stdout, whatever LOG_LEVEL says: the process that starts it may wait for it. */
export function announceReady(sentence: string, details: object): void {
  print(process.stdout, levels.info, sentence, details, [])
}

/** Reports why the server did not start. */
export function announceFailure(sentence: string, problems: readonly string[] = []): void {
  print(process.stderr, levels.fatal, sentence, problems.length > 0 ? { problems } : {}, problems)
}

/** Prints a password once, on stdout; no line of the log has it. */
export function announcePassword(username: string, password: string): void {
  process.stdout.write(
    `The first administrator was made. This password is shown once:\n  username  ${username}\n  password  ${password}\n`,
  )
}

function print(output: Output, level: number, msg: string, details: object, list: readonly string[]): void {
  const text = [msg, ...list.map(one => `  - ${one}`)].join('\n')
  output.write(`${output.isTTY ? text : JSON.stringify({ level, time: Date.now(), ...details, msg })}\n`)
}
