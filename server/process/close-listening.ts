// Stops listening without resetting anybody. The kernel completes connections before a program accepts them, and resets
// those that still wait when the listening socket is closed: under load some always do.
import { type AddressInfo, connect, type Server } from 'node:net'

/** For how long it is tried, in ms; then it is closed as it is. */
const patience = 1_000

/** Beneath a net.Server and a net.Socket. Undocumented, and there in every release since 0.x; used only where it is. */
type Handle = { listen?: (backlog: number) => number; getpeername?: (out: object) => number }
const handleOf = (of: object) => (of as { _handle?: Handle | null })._handle

/**
 * With a backlog of 0 one connection at most waits to be accepted, and further ones are not completed: their SYN is dropped,
 * and sent again a second later, when it is refused or meets the next server. Once the connection that waits is one of our
 * own nobody else's can, and the socket is closed before the event loop turns.
 */
export async function closeListening(server: Server): Promise<void> {
  const { address, port } = (server.address() ?? {}) as Partial<AddressInfo>
  const handle = handleOf(server)
  if (port !== undefined && handle?.listen?.(0) === 0) {
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address!
    const until = performance.now() + patience
    while (!(await closesBehindOwn(server, host, port)) && performance.now() < until);
  }
  if (server.listening) server.close()
}

function closesBehindOwn(server: Server, host: string, port: number): Promise<boolean> {
  // Right behind the poll phase, in which all that waited was accepted.
  return new Promise(resolve =>
    setImmediate(() => {
      const own = connect({ host, port }).on('error', () => {})
      // net.connect() to an address calls connect(2) on the next tick; on one's own machine that completes the handshake.
      process.nextTick(() => {
        const waits = handleOf(own)?.getpeername?.({}) === 0
        if (waits) server.close()
        own.destroy()
        resolve(waits)
      })
    }),
  )
}
