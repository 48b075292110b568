// Node's HTTP server around the application: in which time requests have to arrive, and which of them the application never sees.
import { createServer, IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../protocol/errors.js'
import { type Connections, trackConnections } from './connections.js'
import { codeOfParser, type RefuseUnparsed } from './unparsed.js'

/** In ms. Idle connections stay open for longer than proxies keep theirs. */
const times = {
  requestTimeout: 15_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
}

export type Listening = { server: Server; connections: Connections }

/** @returns a server that does not listen yet; `others`: times for tests */
export function createHttpServer(
  listener: RequestListener,
  refuseUnparsed: RefuseUnparsed,
  others: Partial<typeof times> = {},
): Listening {
  // Without Host (RFC 9112 §3.2) Node would answer by itself, with no body.
  const server = createServer({ ...times, ...others, requireHostHeader: false }, (request, response) => {
    // The parser goes on to the end of what it has read.
    if (request.socket.destroyed) return
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      refuseUnparsed('malformed_request', request, response)
    else listener(request, response)
  })
  const connections = trackConnections(server)
  const refused = new WeakSet<Socket>()

  /** Nothing that comes on this connection afterwards is read as a request. */
  function refuseOn(socket: Socket, code: ErrorCode): void {
    // Every packet behind it fails again.
    if (refused.has(socket)) return
    refused.add(socket)
    const last = connections.answering(socket).at(-1)
    if (!last) refuseUnparsed(code, ...ofNoRequest(socket))
    // The rest of its body is what could not be read. Node sends answers in the order of requests.
    else if (!last.req.complete && !last.headersSent) refuseUnparsed(code, last.req, last)
    // A refusal now would be taken for the answer to that request.
    else last.once('close', () => socket.destroy())
  }

  server.on('checkExpectation', (request, response) => refuseUnparsed('expectation_failed', request, response))
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

/** For an answer to what is no request. */
function ofNoRequest(socket: Socket): [IncomingMessage, ServerResponse] {
  const request = new IncomingMessage(socket)
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once('finish', () => {
    response.detachSocket(socket)
    socket.destroySoon()
  })
  return [request, response]
}
