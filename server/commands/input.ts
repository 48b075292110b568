// Input of commands: passwords typed without echo, and files of users.
import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { TextDecoder } from 'node:util'
import { Failure, UsageError } from './failures.js'
import { oneLine } from './output.js'

/** Limit of bytes of a password on stdin; longer input was piped in by mistake. */
const longestStdinPassword = 64 * 1024

/** Limit of a file that is read whole, in characters. */
const longestText = 16 * 1024 * 1024

type Inputs = {
  stdin: Readable & { isTTY?: boolean }
  stderr: Writable
  /** Base of relative paths. */
  cwd: string
}

export function createInput({ stdin, stderr, cwd }: Inputs) {
  async function fromStdin(): Promise<string> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size > longestStdinPassword) throw new UsageError('what came on stdin is too long to be a password')
    }
    // As received, without the one line end that `echo` adds.
    return decoded(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }), Buffer.concat(chunks)).replace(
      /\r?\n$/,
      '',
    )
  }

  async function fromPrompt(): Promise<string> {
    if (!stdin.isTTY) throw new UsageError('there is no terminal to ask for the password on: use --password-stdin')
    const { default: prompt } = await import('@inquirer/password')
    // On stderr, so that stdout can be redirected.
    const ask = (message: string) => prompt({ message }, { input: stdin, output: stderr }).catch(refuseToGoOn)
    const password = await ask('Password:')
    const again = await ask('Password again:')
    if (password !== again) throw new UsageError('the two passwords differ')
    return password
  }

  async function file(path: string): Promise<Text> {
    const again = path === '-' ? await kept(stdin) : await reopened(path, cwd)
    return {
      async *chunks() {
        try {
          yield* decodedChunks(await again())
        } catch (error) {
          throw (error as NodeJS.ErrnoException).syscall ? unreadable(path, error) : error
        }
      },
    }
  }

  return {
    /** Never from an argument: every user of the machine can read those. */
    password: ({ passwordStdin }: { passwordStdin?: boolean }): Promise<string> =>
      passwordStdin ? fromStdin() : fromPrompt(),

    /** @throws UsageError where there is no terminal to ask on */
    async confirmed(warning: string): Promise<boolean> {
      if (!stdin.isTTY) throw new UsageError(`${warning} There is no terminal to ask on: give --yes if you mean it`)
      const { createInterface } = await import('node:readline')
      const ask = createInterface({ input: stdin, output: stderr, terminal: false })
      const answer = await new Promise<string>(resolve => {
        // Ctrl-C and Ctrl-D mean no.
        ask.once('close', () => resolve(''))
        ask.question(`${oneLine(warning)} Go on? [y/N] `, resolve)
      })
      ask.close()
      return /^y(es)?$/i.test(answer.trim())
    },

    /** Whether there is a terminal to ask on. */
    canAsk: (): boolean => stdin.isTTY === true,

    /** Reads a whole text file; `-` is stdin. @throws UsageError when it cannot be read, or is too long */
    async text(path: string): Promise<string> {
      let text = ''
      for await (const line of this.lines(path)) {
        text += `${line}\n`
        if (text.length > longestText) throw new UsageError(`${path} is too long`)
      }
      return text.replace(/^\ufeff/, '')
    },

    /** The lines of a text file; `-` is stdin. @throws UsageError when it cannot be read */
    async *lines(path: string): AsyncGenerator<string> {
      let rest = ''
      for await (const chunk of (await file(path)).chunks()) {
        const [first, ...others] = chunk.split('\n')
        rest += first
        for (const line of others) {
          yield rest
          rest = line
        }
      }
      if (rest) yield rest
    },

    /** A text file of any size, which may be read more than once; `-` is stdin. @throws UsageError when it cannot be read */
    file,
  }
}

/** A text in pieces, which can be read again from the beginning. */
export type Text = { chunks: () => AsyncGenerator<string> }

export type Input = ReturnType<typeof createInput>

/** Called at Ctrl-C, or when the terminal was closed. */
function refuseToGoOn(): never {
  throw new Failure('no password was given')
}

type Bytes = AsyncIterable<Uint8Array>

/** Input that is no file, such as a pipe, is read once and kept: it could not be read again. */
async function reopened(path: string, cwd: string): Promise<() => Promise<Bytes>> {
  const whole = resolve(cwd, path)
  const opened = async () => {
    try {
      return (await open(whole)).createReadStream()
    } catch (error) {
      throw unreadable(path, error)
    }
  }
  const first = await opened()
  try {
    if ((await stat(whole)).isFile()) {
      first.destroy()
      return opened
    }
    return await kept(first)
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function kept(source: Bytes): Promise<() => Promise<Bytes>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return async () => Readable.from(chunks)
}

function unreadable(path: string, error: unknown): UsageError {
  return new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
}

async function* decodedChunks(source: Bytes): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of source) yield decoded(decoder, chunk, true)
  yield decoded(decoder)
}

function decoded(decoder: TextDecoder, bytes?: Uint8Array, stream = false): string {
  try {
    return decoder.decode(bytes, { stream })
  } catch {
    throw new UsageError('what was read is not UTF-8 text')
  }
}
