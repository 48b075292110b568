// The socket of one connection to Redis. The library's handlers run in the socket's events, where an exception ends the process;
// here it ends the connection. The password is sent here too: the library prints Redis's warnings about it to the console, and of
// a wrong one it reports only that the connection was closed.
import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { AbstractConnector } from 'ioredis'
import { RedisFailure } from './redis-failure.js'
import { createReplyCheck } from './redis-replies.js'

/** Timeout for connecting and authenticating, in ms. */
const connectTimeout = 1_000
/** Timeout for the server's side of closing, in ms. */
const disconnectTimeout = 2_000

export type RedisNode = { host: string; port: number }

export type RedisSocketOptions = {
  username: string | null
  password: string | null
  tls: ConnectionOptions | null
  /** Chooses the node to connect to; without it the library does. */
  choose?: () => RedisNode
  /** Called when Redis needs no password, and was given one. */
  onNeedlessPassword: () => void
}

/** For the option `Connector` of the library, which makes one for each connection of a pool. */
export function connectorOf(Base: typeof AbstractConnector, options: RedisSocketOptions) {
  return class extends Base {
    readonly #node: RedisNode

    constructor(given: unknown) {
      super(disconnectTimeout)
      this.#node = given as RedisNode
    }

    /** On failure it returns a destroyed socket: after a rejection the library would not retry. */
    override async connect(): Promise<Socket> {
      const { host, port } = options.choose?.() ?? this.#node
      // Server Name Indication (SNI), by which a server of several names chooses its certificate; RFC 6066 §3: names only, no
      // addresses.
      const servername = isIP(host) ? {} : { servername: host }
      const socket = options.tls ? connectTls({ host, port, ...servername, ...options.tls }) : connect({ host, port })
      this.connecting = true
      this.stream = socket
      delete this.firstError
      // Always registered: the library listens for the first error only.
      socket.on('error', error => {
        this.firstError ??= error
      })
      guard(socket)
      const timer = setTimeout(() => socket.destroy(new RedisFailure('TIMEOUT')), connectTimeout).unref()
      try {
        await connected(socket, options.tls ? 'secureConnect' : 'connect')
        await authenticate(socket, options)
      } catch (error) {
        this.firstError ??= error as Error
        socket.destroy()
      }
      clearTimeout(timer)
      this.connecting = false
      return socket
    }
  }
}

/** An exception in a listener for received data, or an invalid reply, closes the socket. */
function guard(socket: Socket): void {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean
  const check = createReplyCheck()
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    if (event !== 'data') return emit(event, ...args)
    try {
      check(args[0] as Buffer)
      return emit(event, ...args)
    } catch (error) {
      socket.destroy(error instanceof RedisFailure ? error : new RedisFailure('PROTOCOL'))
      return true
    }
  }
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return settled(socket, (resolve, on) => on(event, () => resolve()))
}

async function authenticate(socket: Socket, options: RedisSocketOptions): Promise<void> {
  const { username, password, onNeedlessPassword } = options
  if (password === null) return
  const words = ['AUTH', ...(username === null ? [] : [username]), password]
  const answer = settled<string>(socket, (resolve, on) => {
    let line = ''
    on('data', bytes => {
      line += (bytes as Buffer).toString('latin1')
      if (line.includes('\n')) resolve(line.trimEnd())
    })
  })
  socket.write(`*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`)
  const line = await answer
  socket.pause()
  if (line === '+OK') return
  if (/no password is set|without any password/.test(line)) return onNeedlessPassword()
  if (!line.startsWith('-')) throw new RedisFailure('PROTOCOL')
  throw RedisFailure.from(new Error(line))
}

type Listener = (value: unknown) => void
type Listen = (event: string, listener: Listener) => void

/** Waits until one of the listeners resolves. @throws why the socket was closed first */
function settled<T>(socket: Socket, wait: (resolve: (value: T) => void, on: Listen) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const listeners: [string, Listener][] = []
    const end = () => {
      for (const [event, listener] of listeners) socket.off(event, listener)
    }
    const on: Listen = (event, listener) => {
      listeners.push([event, listener])
      socket.on(event, listener)
    }
    on('error', error => {
      end()
      reject(error)
    })
    on('close', () => {
      end()
      reject(new RedisFailure('CLOSED'))
    })
    wait(value => {
      end()
      resolve(value)
    }, on)
  })
}
