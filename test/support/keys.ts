// What tests of signing keys ask for again and again.
import { aClient, type Client } from './client.js'
import { password, settle, type TestServer } from './server.js'

/** An administrator's client, and the keys as it sees them. */
export async function aKeyHolder(server: TestServer) {
  const client = aClient(server)
  // Changes of keys want a sign-in of a moment ago.
  const freshToken = async () => (await client.signIn({ username: 'admin', password })).access
  return {
    access: await freshToken(),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
    keys: async (): Promise<any[]> => (await client.get('/api/admin/keys/', await freshToken())).body.results,
    rotate: async (json: object = {}) => client.post('/api/admin/keys/', json, await freshToken()),
    revoke: async (kid: string) => client.delete(`/api/admin/keys/${kid}/`, await freshToken()),
  }
}

export async function publishedKids(client: Client): Promise<string[]> {
  const { body } = await client.get('/.well-known/jwks.json')
  return (body.keys as { kid: string }[]).map(key => key.kid)
}

/** Turns the clock, then lets the servers do what is due. */
export async function later(duration: string, ...servers: TestServer[]): Promise<void> {
  servers[0]!.clock.advance(duration)
  for (const { composed } of servers) {
    await settle(composed)
    await composed.parts.keys.keyRing.upkeep()
  }
  for (const { composed } of servers) await settle(composed)
}
