// A server on the loopback interface, to find server-side request forgery: only a resource server that follows an address out
// of a token calls it. It answers with the key that signed the forged token, so such a resource server accepts that token too.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export async function openKeyTrap() {
  let hits = 0
  let jwks: object = { keys: [] }
  const server = createServer((_, response) => {
    hits++
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(jwks))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: () => hits,
    serve(keys: readonly object[]): void {
      jwks = { keys }
    },
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type KeyTrap = Awaited<ReturnType<typeof openKeyTrap>>
