// A reverse proxy for one or several servers (round-robin) that drops responses: the server has answered, and the
// client receives nothing.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type LosingGateway = {
  url: string
  /** Numbers of forwarded requests, and of dropped responses among them, by path. */
  carried: Map<string, number>
  lost: Map<string, number>
  /** Numbers of responses by path and status: `/api/token/refresh/ 200`. */
  statuses: Map<string, number>
  close(): Promise<void>
}

export type LosingOptions = {
  /** Whether the response to this request is dropped; the connection is cut instead. */
  loses?: (path: string) => boolean
  /** Answers a request without forwarding it, such as files of a page. @returns whether it has answered */
  serves?: (incoming: IncomingMessage, answer: ServerResponse) => boolean
}

export async function aLosingGateway(
  servers: readonly { url: string }[],
  { loses = () => false, serves = () => false }: LosingOptions = {},
): Promise<LosingGateway> {
  const carried = new Map<string, number>()
  const lost = new Map<string, number>()
  const statuses = new Map<string, number>()
  const count = (of: Map<string, number>, path: string) => of.set(path, (of.get(path) ?? 0) + 1)
  let turn = 0
  const gateway = createServer((incoming, answer) => {
    if (serves(incoming, answer)) return
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname
    const { host: _, ...headers } = incoming.headers
    const to = servers[turn++ % servers.length]!
    const onward = request(to.url + incoming.url, { method: incoming.method, headers }, response => {
      count(carried, path)
      count(statuses, `${path} ${response.statusCode}`)
      if (incoming.method !== 'OPTIONS' && loses(path)) {
        count(lost, path)
        response.resume()
        incoming.socket.destroy()
        return
      }
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => incoming.socket.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => gateway.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    carried,
    lost,
    statuses,
    async close() {
      gateway.closeAllConnections()
      await new Promise(resolve => gateway.close(resolve))
    },
  }
}
