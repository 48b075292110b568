// An MCP client (AI assistant) built on the unmodified official SDK, and the example MCP server. Tokens and
// registration stay in memory; the authorization address, which would open a browser, is kept for the test.

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

/** The redirect URI of the assistant; nothing listens there in tests. */
export const callback = 'http://127.0.0.1:9/callback'

export type AssistantOptions = {
  /** The client_id of an application that an administrator created for it. */
  clientId?: string
  /** The address of its client ID metadata document. */
  clientMetadataUrl?: string
  /** The scope that it requests unless the MCP server names another one. */
  scope?: string
}

export function anAssistant(mcpUrl: string, { clientId, clientMetadataUrl, scope }: AssistantOptions = {}) {
  let information: OAuthClientInformationMixed | undefined =
    clientId === undefined ? undefined : { client_id: clientId }
  let tokens: OAuthTokens | undefined
  let verifier = ''
  let state = 0
  /** Authorization addresses to which the user was redirected. */
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

    /** @throws UnauthorizedError after the redirect to the authorization endpoint */
    async connect() {
      const client = new Client({ name: 'assistant', version: '1.0.0' })
      await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider }))
      return client
    },

    /** Redeems the code of the redirect. @param back the redirect URI with its parameters */
    async finish(back: URL): Promise<void> {
      const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider })
      await transport.finishAuth(back.searchParams.get('code') ?? '')
    },
  }
}

export type Assistant = ReturnType<typeof anAssistant>

/** The example MCP server as a resource server of `server`. */
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
