// An AI assistant as others build them: the official SDK's client, unmodified. What it keeps stays in memory, and where it
// would open a browser the test takes the address.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { registered } from './issuer.js';
import { freePort } from './mariadb.js';
import { running } from './orders.js';
/** Where the assistant listens for the browser that comes back; nobody does in tests. */
export const callback = 'http://127.0.0.1:9/callback';
export function anAssistant(mcpUrl, { clientId, clientMetadataUrl, scope } = {}) {
    let information = clientId === undefined ? undefined : { client_id: clientId };
    let tokens;
    let verifier = '';
    let state = 0;
    /** Where its person was sent, each time. */
    const sent = [];
    const clientMetadata = {
        client_name: 'Assistant',
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        ...(scope !== undefined && { scope }),
    };
    const provider = {
        redirectUrl: callback,
        clientMetadata,
        ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
        state: () => `state ${++state}`,
        clientInformation: () => information,
        saveClientInformation(given) {
            information = given;
        },
        tokens: () => tokens,
        saveTokens(given) {
            tokens = given;
        },
        redirectToAuthorization(address) {
            sent.push(address);
        },
        saveCodeVerifier(given) {
            verifier = given;
        },
        codeVerifier: () => verifier,
        invalidateCredentials(what) {
            if (what === 'all' || what === 'client')
                information = undefined;
            if (what === 'all' || what === 'tokens')
                tokens = undefined;
        },
    };
    return {
        metadata: clientMetadata,
        sent,
        tokens: () => tokens,
        information: () => information,
        /** @throws UnauthorizedError once its person was sent to the authorization endpoint */
        async connect() {
            const client = new Client({ name: 'assistant', version: '1.0.0' });
            await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider }));
            return client;
        },
        /** What the browser came back with. */
        async finish(back) {
            const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { authProvider: provider });
            await transport.finishAuth(back.searchParams.get('code') ?? '');
        },
    };
}
/** The example, protected by `server`. */
export async function anMcpServer(server) {
    const port = await freePort();
    const mcp = `http://127.0.0.1:${port}/mcp`;
    const secret = await registered(server, 'notes', 'resource_server', {
        resource: mcp,
        resource_scopes: ['read', 'write'].map(name => ({ name: `notes:${name}`, description: `${name} your notes` })),
        grant_types: ['client_credentials'],
        scope: 'revocations:read',
    });
    const program = await running('mcp', [process.execPath, 'server.js'], port, {
        ISSUER: server.settings.issuer,
        AUDIENCE: mcp,
        CLIENT_SECRET: secret,
        PORT: String(port),
    });
    return { ...program, mcp };
}
//# sourceMappingURL=mcp.js.map