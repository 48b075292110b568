// The back-channel logout endpoint of an application: records the logout tokens, and answers as the test wants.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { claimsOf } from './client.js'

// biome-ignore lint/suspicious/noExplicitAny: tests look into claims of every shape
type Received = { token: string; claims: any }
type Answers = (claims: Received['claims'], path: string) => number | null | Promise<number | null>

export type LogoutReceiver = {
  /** The origin, without a path. */
  url: string
  port: number
  /** All logout tokens received, whether accepted or not. */
  received: Received[]
  /** The `sid` of each logout token answered with 200, with repetitions. */
  taken: string[]
  /** The maximum number of concurrent requests. */
  most: number
  /** Decides the status of each answer; null cuts the connection. */
  answer: Answers
  close(): Promise<void>
}

const open = new Set<LogoutReceiver>()

export async function aLogoutReceiver(host = '127.0.0.1', at = 0): Promise<LogoutReceiver> {
  let inside = 0
  const server: Server = createServer(async (request, response) => {
    receiver.most = Math.max(receiver.most, ++inside)
    try {
      const token = new URLSearchParams(await bodyOf(request)).get('logout_token') ?? ''
      const claims = token ? claimsOf(token) : {}
      receiver.received.push({ token, claims })
      const status = await receiver.answer(claims, request.url!)
      if (status === null) return void request.socket.destroy()
      if (status === 200) receiver.taken.push(claims.sid)
      response.writeHead(status, { Location: 'http://127.0.0.1/elsewhere' }).end()
    } finally {
      inside--
    }
  })
  await new Promise<void>(resolve => server.listen(at, host, resolve))
  const { port } = server.address() as AddressInfo
  const receiver: LogoutReceiver = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    received: [],
    taken: [],
    most: 0,
    answer: () => 200,
    close() {
      open.delete(receiver)
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
  open.add(receiver)
  return receiver
}

export async function closeLogoutReceivers(): Promise<void> {
  for (const one of [...open]) await one.close()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) body += part
  return body
}
