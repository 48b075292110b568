// Failures of a connection to Redis, caused by a minimal fake Redis, since a real one fails at unpredictable times.
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { openRedis } from '../../server/storage/redis.js'

/** Answers `INFO` always, and `SUBSCRIBE` only on the first connection. */
async function aForgetfulRedis() {
  const sockets: Socket[] = []
  let asked = 0
  const server = createServer(socket => {
    sockets.push(socket)
    const isFirst = sockets.length === 1
    socket.on('error', () => {})
    socket.on('data', bytes => {
      const text = bytes.toString().toLowerCase()
      if (text.includes('info')) socket.write('$21\r\nredis_version:7.0.15\n\r\n')
      if (!text.includes('subscribe')) return
      asked++
      if (isFirst) socket.write('*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, sockets, asked: () => asked, close: () => server.close() }
}

describe('Redis connection', () => {
  it('causes no unhandled rejection when SUBSCRIBE times out after a reconnect', async () => {
    const redis = await aForgetfulRedis()
    const address = { nodes: [{ host: '127.0.0.1', port: redis.port }], cluster: false }
    const connections = await openRedis(
      { ...address, username: null, password: null, tls: null, db: 0 },
      { log: { warn() {} } },
    )
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    const before = process.rawListeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
    try {
      await connections.listener.connect()
      await connections.listener.subscribe('a')
      const again = new Promise(resolve => connections.listener.once('ready', resolve))
      redis.sockets[0]!.destroy()
      await again
      const refused = await connections.listener.subscribe('a').catch((error: Error) => error.message)
      expect(refused).to.match(/timed out/)
      expect(unhandled).to.deep.equal([])
    } finally {
      process.removeListener('unhandledRejection', note)
      for (const listener of before) process.on('unhandledRejection', listener as (reason: unknown) => void)
      connections.listener.disconnect()
      for (const socket of redis.sockets) socket.destroy()
      redis.close()
    }
  })
})
