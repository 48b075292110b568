// A reverse proxy that routes one origin to several services by path; the routes can be changed while clients keep the
// same address.
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Upstreams by path prefix; the first match is used. */
export type Ways = readonly (readonly [beginning: string, to: string])[]

export type Gateway = { url: string; lead(ways: Ways): void; close(): Promise<void> }

export async function aGateway(): Promise<Gateway> {
  let ways: Ways = []
  const server: Server = createServer((incoming, answer) => {
    const path = incoming.url ?? '/'
    const to = ways.find(([beginning]) => path.startsWith(beginning))?.[1]
    if (to === undefined) return answer.writeHead(502).end()
    const { host: _, ...headers } = incoming.headers
    const onward = request(to + path, { method: incoming.method, headers }, response => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => answer.writeHead(502).end())
    incoming.pipe(onward)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(next) {
      ways = next
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
