// Node's HTTP server around the application: its timeouts for requests, and the requests that it refuses itself.
import { createServer, IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../protocol/errors.js'
import { type Connections, trackConnections } from './connections.js'
import { codeOfParser, type RefuseUnparsed } from './unparsed.js'

/** Timeouts of Node's HTTP server, in ms. Idle connections stay open for longer than proxies keep theirs. */
const times = {
  requestTimeout: 15_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
  /** Without a byte in either direction, as of a client that reads no answer (slow read). Event streams send pings. */
  socketTimeout: 300_000,
}

export type Listening = { server: Server; connections: Connections }

/** Creates the server. @returns a server that does not listen yet; `others`: timeouts for tests */
export function createHttpServer(
  listener: RequestListener,
  refuseUnparsed: RefuseUnparsed,
  others: Partial<typeof times> = {},
): Listening {
  const { socketTimeout, ...timeouts } = { ...times, ...others }
  // Without this option Node would answer requests without Host (RFC 9112 §3.2) by itself, with no body.
  const server = createServer({ ...timeouts, requireHostHeader: false }, (request, response) => {
    const { socket } = request
    // Node's parser still emits the requests in bytes that it had read when the connection was refused or destroyed.
    if (socket.destroyed || refused.has(socket)) return
    if (!isHttp1(request) || !hasHost(request)) {
      refuse('malformed_request', request, response)
      return
    }
    // Answered as if it were not there (RFC 9110 §7.8), but Node drops the bytes that it has read behind it.
    if (request.headers.upgrade !== undefined) {
      refused.add(socket)
      response.shouldKeepAlive = false
    }
    listener(request, response)
  })
  server.timeout = socketTimeout
  const connections = trackConnections(server)
  /** Connections that are closed behind the present answer: no further request on them is handled. */
  const refused = new WeakSet<Socket>()

  function refuse(code: ErrorCode, request: IncomingMessage, response: ServerResponse): void {
    refused.add(request.socket)
    refuseUnparsed(code, request, response)
  }

  /** Refuses the request that failed to parse, and reads no further request on this connection. */
  function refuseOn(socket: Socket, code: ErrorCode): void {
    // Every later packet on the connection fails to parse again.
    if (refused.has(socket)) return
    const last = connections.answering(socket).at(-1)
    if (!last) refuseBytes(socket, code)
    // The parse error is in the body of the last request. Node sends answers in the order of requests.
    else if (!last.req.complete && !last.headersSent) {
      // The handler waits for a body that will not come.
      last.once('close', () => last.req.destroy())
      refuse(code, last.req, last)
    }
    // The client would take a refusal now for the answer to the last request.
    else {
      refused.add(socket)
      last.once('close', () => socket.destroy())
    }
  }

  /** Refuses bytes that Node could not parse as a request, by a response that belongs to none. */
  function refuseBytes(socket: Socket, code: ErrorCode): void {
    const request = new IncomingMessage(socket)
    const response = new ServerResponse(request)
    try {
      response.assignSocket(socket)
    } catch {
      // Another response is being sent on it.
      socket.destroy()
      return
    }
    response.once('finish', () => {
      response.detachSocket(socket)
      socket.destroySoon()
    })
    refuse(code, request, response)
  }

  /** Node's own test takes any list of expectations that has a `100-continue` in it. */
  function onExpectation(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.expect!.toLowerCase() === '100-continue') {
      response.writeContinue()
      server.emit('request', request, response)
      return
    }
    connections.track(request, response)
    if (!refused.has(request.socket)) refuse('expectation_failed', request, response)
  }
  server.on('checkContinue', onExpectation)
  server.on('checkExpectation', onExpectation)

  server.on('connect', (_, stream: Duplex) => {
    const socket = stream as Socket
    // Node has removed its own listeners: it sends no answer that is still under way, and a reset would be uncaught.
    socket.on('error', () => socket.destroy())
    if (connections.answering(socket).length > 0) socket.destroy()
    else refuseOn(socket, 'method_not_allowed')
  })
  server.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) => {
    const code = codeOfParser(error)
    if (code && stream.writable) refuseOn(stream as Socket, code)
    else stream.destroy()
  })
  return { server, connections }
}

const isHttp1 = ({ httpVersionMajor }: IncomingMessage) => httpVersionMajor === 1

/** RFC 9112 §3.2: one Host in HTTP/1.1, and never two of them, of which proxies and servers might each believe another. */
function hasHost({ headers: { host }, httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  if (!host) return host === undefined && httpVersionMinor === 0
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count === 1
}
