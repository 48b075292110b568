// The connections of a server, and the responses under way on each. On a graceful shutdown requests under way are
// answered, and no idle connection is closed while its client may be sending a request.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * On shutdown, a connection on which nothing arrived during so many polls in a row is closed. Its client's request may
 * be on the way and may wait for the same processor as this process: polls are counted, not time.
 */
const idlePolls = 8
/** Timeout for the rest of a request's headers on shutdown, in ms. */
const headersGrace = 2_000
/** Interval of the polls of connections, in ms. */
const pollInterval = 50
/**
 * Requests that may wait for their answers on one connection (pipelining, RFC 9112 §9.3.2). Clients send ten at the most; hundreds
 * of thousands, which fit into a few MB, would take seconds of the event loop.
 */
const mostUnanswered = 100

type Connection = {
  /**
   * Responses under way on this connection. One Set of all connections would be worse: the hash tables that V8 replaces
   * when a Set grows would keep finished responses from garbage collection.
   */
  answering: ServerResponse[]
  /** The number of polls without new bytes since the connection began, or since its last response ended. */
  polls: number
  /** `socket.bytesRead` at that time: if it is more now, a request has begun. */
  bytesRead: number
}

/** Tracks the connections of a server. @param server before it listens */
export function trackConnections(server: Server) {
  const connections = new Map<Socket, Connection>()
  let leavingSince: number | null = null

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { answering: [], polls: 0, bytesRead: 0 })
    socket.once('close', () => connections.delete(socket))
  })
  function track({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = connections.get(socket)
    if (!connection) return
    if (connection.answering.push(response) > mostUnanswered) socket.destroy()
    if (leavingSince !== null) announce(response)
    response.once('close', () => {
      connection.answering.splice(connection.answering.indexOf(response), 1)
      connection.polls = 0
      connection.bytesRead = socket.bytesRead
    })
  }
  server.prependListener('request', track)

  function isOver(socket: Socket, connection: Connection): boolean {
    if (connection.answering.length > 0) return false
    if (socket.bytesRead === connection.bytesRead) return ++connection.polls > idlePolls
    return performance.now() - leavingSince! > headersGrace
  }

  return {
    /** Tracks the response to a request that Node's server does not emit as `request`. */
    track,

    /** The responses under way on a connection, in the order of their requests. */
    answering: (socket: Socket): readonly ServerResponse[] => connections.get(socket)?.answering ?? [],

    /** Begins the shutdown: every response says that it is the last one of its connection (RFC 9112 §9.6). */
    leave(): void {
      leavingSince ??= performance.now()
      for (const { answering } of connections.values()) for (const response of answering) announce(response)
    },

    /** Resolves when all requests are answered and all connections closed; the rest is cut off after `timeout` ms. */
    async drain(timeout: number): Promise<void> {
      const until = performance.now() + timeout
      while (connections.size > 0 && performance.now() < until) {
        await pause(pollInterval)
        // setImmediate runs after the event loop's poll phase: bytes that have arrived are read by then.
        await new Promise(resolve => setImmediate(resolve))
        for (const [socket, connection] of connections) if (isOver(socket, connection)) socket.destroy()
      }
      for (const socket of connections.keys()) socket.destroy()
    },
  }
}

export type Connections = ReturnType<typeof trackConnections>

function announce(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close')
}
