// API keys for tests: created as by the command line, and sent as programs send them.
import type { ApiKeyToCreate } from '../../server/identity/api-keys/new-api-key.js'
import type { Answer, Client } from './client.js'
import type { TestServer } from './server.js'

export const aKeyOf = (
  { composed }: Pick<TestServer, 'composed'>,
  userId: number,
  asked: Omit<ApiKeyToCreate, 'name'> & { name?: string },
) => composed.parts.apiKeys.apiKeys.create(userId, { name: 'Nightly', ...asked }, 'operator:test')

/** Requests authenticated by an API key. */
export function byKey(client: Client, text: string) {
  const headers = { Authorization: `Token ${text}` }
  const send = (method: string, path: string, json?: unknown): Promise<Answer> =>
    client.send(method, path, { headers, ...(json !== undefined && { json }) })
  return {
    send,
    get: (path: string) => send('GET', path),
    post: (path: string, json: unknown) => send('POST', path, json),
  }
}
