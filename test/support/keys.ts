// Common requests of tests of signing keys.
import type { ListedKey } from '../../server/identity/keys/key-ring.js'
import { aClient, type Client } from './client.js'
import { password, settle, type TestServer } from './server.js'

/** Keys of the algorithm that signs access tokens under the default policy. */
const ofAccess = <Key extends { algorithm: string }>(keys: readonly Key[]) =>
  keys.filter(key => key.algorithm === 'ES256')

/** A client of an administrator for the keys of access tokens. */
export async function aKeyHolder(server: TestServer) {
  const client = aClient(server)
  // Changes of keys require a recent sign-in.
  const freshToken = async () => (await client.signIn({ username: 'admin', password })).access
  return {
    access: await freshToken(),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    keys: async (): Promise<any[]> => ofAccess((await client.get('/api/admin/keys/', await freshToken())).body.results),
    rotate: async (json: object = {}) => client.post('/api/admin/keys/', json, await freshToken()),
    revoke: async (kid: string) => client.delete(`/api/admin/keys/${kid}/`, await freshToken()),
  }
}

/** The keys of access tokens. */
export async function accessKeys({ composed }: TestServer): Promise<ListedKey[]> {
  return ofAccess(await composed.parts.keys.keyRing.list())
}

/** The kids in the JWKS of the algorithm that signs access tokens under the default policy. */
export async function publishedKids(client: Client, algorithm = 'ES256'): Promise<string[]> {
  const { body } = await client.get('/.well-known/jwks.json')
  return (body.keys as { kid: string; alg: string }[]).filter(key => key.alg === algorithm).map(key => key.kid)
}

/** Advances the clock, then lets the servers run due jobs. */
export async function later(duration: string, ...servers: TestServer[]): Promise<void> {
  servers[0]!.clock.advance(duration)
  for (const { composed } of servers) {
    await settle(composed)
    await composed.parts.keys.keyRing.rotateDueKeys()
  }
  for (const { composed } of servers) await settle(composed)
}
