// A TCP relay between a server and its database or Redis, which a test can redirect or freeze (half-open connections).
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './mariadb.js'

export type Relay = {
  port: number
  /** Sends new connections to another port and closes the present ones. */
  turnTo(port: number): void
  /** Present connections stay open and carry nothing any more; new connections work. */
  freeze(): void
  /** From now on requests arrive, and answers are held back. */
  holdAnswers(): void
  /** Delivers the answers held back. */
  letGo(): void
  close(): void
}

export async function aRelay(target: number): Promise<Relay> {
  const pairs = new Set<[near: Socket, far: Socket]>()
  let to = target
  let held = false
  const server = createServer(near => {
    const far = connect(to, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.pipe(far)
    if (!held) far.pipe(near)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        pairs.delete(pair)
        near.destroy()
        far.destroy()
      })
    }
  })
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const frozen = new Set<Socket>()
  const cut = () => {
    for (const socket of [...[...pairs].flat(), ...frozen]) socket.destroy()
  }
  return {
    port,
    turnTo(next) {
      to = next
      cut()
    },
    freeze() {
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
        for (const socket of [near, far]) {
          // The close of one end is not passed on to the other.
          socket.removeAllListeners('close')
          socket.pause()
          frozen.add(socket)
        }
      }
      pairs.clear()
    },
    holdAnswers() {
      held = true
      for (const [near, far] of pairs) far.unpipe(near)
    },
    letGo() {
      held = false
      for (const [near, far] of pairs) far.pipe(near)
    },
    close() {
      cut()
      server.close()
    },
  }
}
