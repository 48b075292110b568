// An AI assistant as others build them: the official SDK's client, unmodified. What it keeps stays in memory, and where it
// would open a browser the test takes the address.

import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'
import { registered } from './issuer.js'
import { freePort } from './mariadb.js'
import { type Running, running } from './orders.js'
import type { TestServer } from './server.js'

/** Where the assistant listens for the browser that comes back; nobody does in tests. */
export const callback = 'http://127.0.0.1:9/callback'

export type AssistantOptions = {
  /** That an administrator made for it. */
  clientId?: string
  /** The address of its own metadata document. */
  clientMetadataUrl?: string
  /** Which it asks for where it is told no other. */
  scope?: string
}

export function anAssistant(mcpUrl: string, { clientId, clientMetadataUrl, scope }: AssistantOptions = {}) {
  let information: OAuthClientInformationMixed | undefined =
    clientId === undefined ? undefined : { client_id: clientId }
  let tokens: OAuthTokens | undefined
  let verifier = ''
  let state = 0
  /** Where its person was sent, each time. */
  const sent: URL[] = []
  const clientMetadata: OAuthClientMetadata = {
    client_name: 'Assistant',
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...(scope !== undefined && { scope }),
  }
  const provider: OAuthClientProvider = {
    redirectUrl: callback,
    clientMetadata,
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    state: () => `state ${++state}`,
    clientInformation: () => information,
    saveClientInformation(given) {
      information = given
    },
    tokens: () => tokens,
    saveTokens(given) {
      tokens = given
    },
    redirectToAuthorization(address) {
      sent.push(address)
    },
    saveCodeVerifier(given) {
      verifier = given
    },
    codeVerifier: () => verifier,
    invalidateCredentials(what) {
      if (what === 'all' || what === 'client') information = undefined
      if (what === 'all' || what === 'tokens') tokens = undefined
    },
  }

  return {
    metadata: clientMetadata,
    sent,
    tokens: () => tokens,
    information: () => information,

    /** @throws UnauthorizedError once its person was sent to the authorization endpoint */
    async connect() {
      const client = new Client({ name: 'assistant', version: '1.0.0' })
      await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider }))
      return client
    },

    /** What the browser came back with. */
    async finish(back: URL): Promise<void> {
      const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider })
      await transport.finishAuth(back.searchParams.get('code') ?? '')
    },
  }
}

export type Assistant = ReturnType<typeof anAssistant>

/** The example, protected by `server`. */
export async function anMcpServer(server: TestServer): Promise<Running & { mcp: string }> {
  const port = await freePort()
  const mcp = `http://127.0.0.1:${port}/mcp`
  const secret = await registered(server, 'notes', 'resource_server', {
    resource: mcp,
    resource_scopes: ['read', 'write'].map(name => ({ name: `notes:${name}`, description: `${name} your notes` })),
    grant_types: ['client_credentials'],
    scope: 'revocations:read',
  })
  const program = await running('mcp', [process.execPath, 'server.js'], port, {
    ISSUER: server.settings.issuer,
    AUDIENCE: mcp,
    CLIENT_SECRET: secret,
    PORT: String(port),
  })
  return { ...program, mcp }
}
