// Stops listening without resetting connections. The kernel completes connections before a program accepts them, and
// resets those that still wait when the listening socket is closed: under load some always do.
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'

/** Timeout in ms; then the socket is closed in any case. */
const idleTimeout = 1_000
/** Number of event loop turns without a new connection: libuv accepts one a turn, so none waits then. */
const quietTurns = 5
/** Node's default backlog; the kernel's own limit may be lower. */
const usualBacklog = 511

/**
 * The handle beneath a net.Server and a net.Socket. Undocumented, but in every release since 0.x; used only where it
 * exists.
 */
type Handle = { listen?: (backlog: number) => number; getpeername?: (out: object) => number }
const handleOf = (of: object) => (of as { _handle?: Handle | null })._handle

/**
 * New connections are held, and served once the socket no longer listens: clients that wait for their answers make no
 * connections, so the queue of the kernel runs empty.
 */
export async function closeListening(server: Server): Promise<void> {
  if (!server.listening) return
  const until = performance.now() + idleTimeout
  const held = hold(server)
  do await waitForIdle(held.sockets, until)
  while (!(await closesBehindOwn(server)) && performance.now() < until)
  if (server.listening) server.close()
  held.release()
}

/** Replaces the listeners for new connections: the sockets are kept paused until they are released to those listeners. */
function hold(server: Server): { sockets: readonly Socket[]; release(): void } {
  const sockets: Socket[] = []
  const serve = server.listeners('connection') as ((socket: Socket) => void)[]
  // A property of net.Server that its types lack: node does not read from sockets that are held.
  const options = server as { pauseOnConnect?: boolean }
  const { pauseOnConnect = false } = options
  options.pauseOnConnect = true
  server.removeAllListeners('connection')
  server.on('connection', socket => sockets.push(socket.on('error', () => {})))
  return {
    sockets,
    release() {
      options.pauseOnConnect = pauseOnConnect
      server.removeAllListeners('connection')
      for (const listener of serve) server.on('connection', listener)
      for (const socket of sockets) {
        if (socket.destroyed) continue
        server.emit('connection', socket)
        if (!pauseOnConnect) socket.resume()
      }
    },
  }
}

async function waitForIdle(sockets: readonly Socket[], until: number): Promise<void> {
  for (let turns = 0; turns < quietTurns && performance.now() < until; turns++) {
    const before = sockets.length
    await new Promise(resolve => setImmediate(resolve))
    if (sockets.length > before) turns = -1
  }
}

/**
 * With a backlog of 0 one connection at most waits to be accepted, and further ones are not completed: their SYN is
 * dropped, and sent again a second later, when it is refused or reaches the next server process. Once the connection
 * that waits is one of our own no client's can be, and the socket is closed before the event loop turns.
 */
function closesBehindOwn(server: Server): Promise<boolean> {
  const { address, port } = server.address() as AddressInfo
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  const handle = handleOf(server)
  if (handle?.listen?.(0) !== 0) return Promise.resolve(false)
  return new Promise(resolve => {
    const own = connect({ host, port }).on('error', () => {})
    // net.connect() to an address calls connect(2) on the next tick; on one's own machine that completes the handshake.
    process.nextTick(() => {
      const waits = handleOf(own)?.getpeername?.({}) === 0
      if (waits) server.close()
      else handle.listen?.(usualBacklog)
      own.destroy()
      resolve(waits)
    })
  })
}
