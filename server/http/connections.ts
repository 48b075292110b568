// The connections of a server and what is being answered on each. On a graceful shutdown requests under way are answered, and no
// idle connection is closed while its client may be sending one.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A connection that was silent at so many looks in a row is closed. Its client may have a request on the way to us, and may
 * wait for a processor as we do: looks that were made are counted, not time that passed.
 */
const quietLooks = 8
/** How long the rest of a request's headers may take, in ms. */
const headersPatience = 2_000
/** How often it is looked, in ms. */
const lookEvery = 50
/**
 * Requests that may wait for their answers on one connection (pipelining, RFC 9112 §9.3.2). Clients send ten at the most; hundreds
 * of thousands, which fit into a few MB, would take seconds of the event loop.
 */
const mostUnanswered = 100

type Connection = {
  /** Responses under way. Not one Set of all: the tables that V8 outgrows would keep dead responses from garbage collection. */
  answering: ServerResponse[]
  /** At how many looks it was silent since it was made, or since its last answer was over. */
  looks: number
  /** How much had been read by then: if there is more, a request has begun. */
  bytesRead: number
}

/** @param server before it listens */
export function trackConnections(server: Server) {
  const connections = new Map<Socket, Connection>()
  let leavingSince: number | null = null

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { answering: [], looks: 0, bytesRead: 0 })
    socket.once('close', () => connections.delete(socket))
  })
  function track({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = connections.get(socket)
    if (!connection) return
    if (connection.answering.push(response) > mostUnanswered) socket.destroy()
    if (leavingSince !== null) announce(response)
    response.once('close', () => {
      connection.answering.splice(connection.answering.indexOf(response), 1)
      connection.looks = 0
      connection.bytesRead = socket.bytesRead
    })
  }
  server.prependListener('request', track)
  // Node emits this one in place of 'request'.
  server.prependListener('checkExpectation', track)

  function isOver(socket: Socket, connection: Connection): boolean {
    if (connection.answering.length > 0) return false
    if (socket.bytesRead === connection.bytesRead) return ++connection.looks > quietLooks
    return performance.now() - leavingSince! > headersPatience
  }

  return {
    /** The responses under way on a connection, in the order of their requests. */
    answering: (socket: Socket): readonly ServerResponse[] => connections.get(socket)?.answering ?? [],

    /** From now on every answer says that it is the last one of its connection (RFC 9112 §9.6). */
    leave(): void {
      leavingSince ??= performance.now()
      for (const { answering } of connections.values()) for (const response of answering) announce(response)
    },

    /** Resolves when all that was begun is answered and every connection is closed; what takes longer than this is cut off. */
    async drain(patience: number): Promise<void> {
      const until = performance.now() + patience
      while (connections.size > 0 && performance.now() < until) {
        await pause(lookEvery)
        // Behind the poll phase: what has arrived by now has been read.
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
