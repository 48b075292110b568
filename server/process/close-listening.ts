// Stops listening without resetting anybody. The kernel completes connections before a program accepts them, and resets
// those that still wait when the listening socket is closed: under load some always do.
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'

/** For how long it is tried, in ms; then it is closed as it is. */
const patience = 1_000
/** So many turns of the event loop without a connection: libuv accepts one a turn, so nobody waits then. */
const quietTurns = 5
/** As node has it by default; the kernel's own limit may be lower. */
const usualBacklog = 511

/** Beneath a net.Server and a net.Socket. Undocumented, and there in every release since 0.x; used only where it is. */
type Handle = { listen?: (backlog: number) => number; getpeername?: (out: object) => number }
const handleOf = (of: object) => (of as { _handle?: Handle | null })._handle

/**
 * What comes meanwhile is held, and served once nothing is listened to any more: clients who wait for their answers make no
 * connections, so the queue of the kernel runs empty.
 */
export async function closeListening(server: Server): Promise<void> {
  if (!server.listening) return
  const until = performance.now() + patience
  const held = hold(server)
  do await quiet(held.sockets, until)
  while (!(await closesBehindOwn(server)) && performance.now() < until)
  if (server.listening) server.close()
  held.release()
}

/** Replaces the listeners for new connections: the sockets are kept paused until they are released to those listeners. */
function hold(server: Server): { sockets: readonly Socket[]; release(): void } {
  const sockets: Socket[] = []
  const serve = server.listeners('connection') as ((socket: Socket) => void)[]
  // A property of net.Server that its types do not have: what is held is not read.
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

async function quiet(sockets: readonly Socket[], until: number): Promise<void> {
  for (let turns = 0; turns < quietTurns && performance.now() < until; turns++) {
    const before = sockets.length
    await new Promise(resolve => setImmediate(resolve))
    if (sockets.length > before) turns = -1
  }
}

/**
 * With a backlog of 0 one connection at most waits to be accepted, and further ones are not completed: their SYN is dropped,
 * and sent again a second later, when it is refused or meets the next server. Once the connection that waits is one of our
 * own nobody else's can, and the socket is closed before the event loop turns.
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
