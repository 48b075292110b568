// The resource servers: processes with the verifier package, each behind its own network line to the servers.

import { aConfidentialApplication } from '../../support/applications.js'
import { freePort } from '../../support/mariadb.js'
import { issuer, type TestServer } from '../../support/server.js'
import type { Control } from './control.js'
import { aLine, type Line } from './line.js'
import { aRandom } from './random.js'
import { aServer, type Server } from './server.js'

export type Verifier = Server & { line: Line }

const program = new URL('../../support/resource-server.js', import.meta.url).pathname
const clientId = 'orders'

export async function someVerifiers(
  count: number,
  servers: readonly Pick<Server, 'url'>[],
  control: Pick<Control, 'parts'>,
  stale: boolean,
): Promise<Verifier[]> {
  if (count === 0) return []
  const secret = await theApplication(control)
  const verifiers = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Verifier> => {
      const line = await aLine(
        servers.map(({ url }) => url),
        aRandom(index, 'line'),
      )
      const name = `verifier-${index + 1}`
      const env = { ISSUER: issuer, SERVER_URL: line.url, CLIENT_ID: clientId, CLIENT_SECRET: secret, NAME: name }
      const more: Record<string, string> = stale ? { STALE: '1' } : {}
      return {
        ...aServer({ name, program, host: '127.0.0.1', port: await freePort(), env: { ...env, ...more } }),
        line,
      }
    }),
  )
  await Promise.all(verifiers.map(verifier => verifier.start()))
  return verifiers
}

/**
 * The application whose credentials all resource servers share; it may introspect tokens of the issuer.
 * @returns its client secret
 */
async function theApplication({ parts }: Pick<Control, 'parts'>): Promise<string> {
  const home = { composed: { parts } } as unknown as TestServer
  const { storage, applications } = parts
  const known = await storage.applicationStore.some(storage.database, [clientId])
  if (known.length > 0) return storage.database.transaction(tx => applications.applicationSecrets.add(tx, clientId, 0))
  return aConfidentialApplication(home, clientId, {
    kind: 'machine',
    metadata: { grant_types: ['client_credentials'], scope: 'revocations:read', introspects: [issuer] },
  })
}
