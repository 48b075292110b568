// Relays TCP from an address that a namespace can reach to a port of the loopback, so that the database and Redis
// listen only there.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Relay = { port: number; close(): void }

export function aRelay(host: string, target: number): Promise<Relay> {
  const open = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close() {
          server.close()
          for (const socket of open) socket.destroy()
        },
      }),
    )
  })
}
