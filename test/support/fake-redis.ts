// A minimal fake Redis: it answers the server's commands as a real one does, except where a test wants wrong answers.
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** The role of a connection, known from its first command that only one role sends. */
export type Role = 'subscriber' | 'commands'

export type FakeConnection = { socket: Socket; role: Role | null; channels: Set<string>; spoilt: boolean }

export type FakeRedis = {
  port: number
  connections: Set<FakeConnection>
  close(): Promise<void>
}

export type FakeRedisOptions = {
  /** Returns the text to be sent in place of the correct answer, or null for the correct one. */
  instead?: (connection: FakeConnection, command: string) => string | null
  /** Called after a correct answer was sent. */
  after?: (connection: FakeConnection, command: string) => void
}

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`

export async function aFakeRedis(options: FakeRedisOptions, port = 0): Promise<FakeRedis> {
  const connections = new Set<FakeConnection>()

  function answerTo(connection: FakeConnection, [name = '', ...args]: string[]): string {
    switch (name) {
      case 'info':
        return bulk('redis_version:7.0.15\r\nloading:0\r\n')
      case 'ping':
        return args[0] === undefined ? '+PONG\r\n' : bulk(args[0])
      case 'subscribe':
        return args
          .map(channel => {
            connection.channels.add(channel)
            return `*3\r\n${bulk('subscribe')}${bulk(channel)}:${connection.channels.size}\r\n`
          })
          .join('')
      case 'publish': {
        const [channel = '', text = ''] = args
        const hearing = [...connections].filter(other => other.channels.has(channel))
        for (const { socket } of hearing) socket.write(`*3\r\n${bulk('message')}${bulk(channel)}${bulk(text)}`)
        return `:${hearing.length}\r\n`
      }
      case 'eval':
      case 'evalsha': {
        const keys = Number(args[1])
        return `*2\r\n:1\r\n*${keys}\r\n${':1\r\n'.repeat(keys)}`
      }
      case 'zrangebyscore':
      case 'zrevrange':
        return '*0\r\n'
      case 'get':
        return '$-1\r\n'
      case 'zadd':
      case 'zcount':
      case 'zremrangebyscore':
      case 'pexpire':
        return ':1\r\n'
      default:
        return '+OK\r\n'
    }
  }

  const server = createServer(socket => {
    const connection: FakeConnection = { socket, role: null, channels: new Set(), spoilt: false }
    connections.add(connection)
    let unread = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => connections.delete(connection))
    socket.on('data', bytes => {
      unread = Buffer.concat([unread, bytes])
      for (;;) {
        const read = readCommand(unread)
        if (!read) return
        unread = unread.subarray(read.length)
        const name = read.words[0]!.toLowerCase()
        if (name === 'subscribe') connection.role = 'subscriber'
        else if (name !== 'info' && name !== 'auth' && name !== 'select') connection.role ??= 'commands'
        const wrong = options.instead?.(connection, name) ?? null
        socket.write(wrong ?? answerTo(connection, [name, ...read.words.slice(1)]))
        if (wrong === null) options.after?.(connection, name)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      for (const { socket } of connections) socket.destroy()
      await closed
    },
  }
}

/** One command of the Redis protocol, an array of bulk strings; null while it is incomplete. */
function readCommand(bytes: Buffer): { words: string[]; length: number } | null {
  const text = bytes.toString('latin1')
  const head = /^\*(\d+)\r\n/.exec(text)
  if (!head) return null
  const words: string[] = []
  let at = head[0].length
  for (let left = Number(head[1]); left > 0; left--) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at))
    if (!size) return null
    at += size[0].length
    const end = at + Number(size[1])
    if (text.length < end + 2) return null
    words.push(bytes.toString('utf8', at, end))
    at = end + 2
  }
  return { words, length: at }
}
