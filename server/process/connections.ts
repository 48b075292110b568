// The connections of a server that is to stop: what was begun is answered, and nobody is cut off who may be about to speak.
import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A connection that has been silent for so long, in ms, is closed. Its client may have a request on the way to us. */
const quiet = 300
/** How long the rest of a request's headers may take, in ms. */
const headersPatience = 2_000
/** How often it is looked, in ms. */
const lookEvery = 50

type Connection = {
  /** Requests that are being answered. */
  answering: number
  /** When it was made, or its last answer was over; ms. */
  idleSince: number
  /** How much had been read by then: if there is more, a request has begun. */
  bytesRead: number
}

/** @param server before it listens */
export function trackConnections(server: Server) {
  const connections = new Map<Socket, Connection>()
  const answers = new Set<ServerResponse>()
  let leavingSince: number | null = null

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { answering: 0, idleSince: performance.now(), bytesRead: 0 })
    socket.once('close', () => connections.delete(socket))
  })
  server.prependListener('request', ({ socket }, response) => {
    const connection = connections.get(socket)
    if (!connection) return
    connection.answering++
    answers.add(response)
    if (leavingSince !== null) announce(response)
    response.once('close', () => {
      answers.delete(response)
      connection.answering--
      connection.idleSince = performance.now()
      connection.bytesRead = socket.bytesRead
    })
  })

  function isOver(socket: Socket, { answering, idleSince, bytesRead }: Connection): boolean {
    if (answering > 0) return false
    const now = performance.now()
    return socket.bytesRead === bytesRead ? now - idleSince > quiet : now - leavingSince! > headersPatience
  }

  return {
    /** From now on every answer says that it is the last one of its connection (RFC 9112 §9.6). */
    leave(): void {
      leavingSince ??= performance.now()
      for (const response of answers) announce(response)
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
