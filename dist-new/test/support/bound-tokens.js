import { aConfidentialApplication, anApplication, basic, inForm } from './applications.js';
import { aClient } from './client.js';
import { aBrowser, aCode, redirectUri } from './codes.js';
import { aHolder } from './dpop.js';
import { aServer, issuer, settle } from './server.js';
export const boundMetadata = {
    redirect_uris: [redirectUri],
    response_types: ['code'],
    scope: 'openid profile darvoza:account',
    first_party: true,
};
/** `notes` is public; `shop` proves itself; `robot` acts for itself. */
export async function aServerOfHolders(options = {}) {
    const server = await aServer(options);
    const amy = await server.aUser({ username: 'amy' });
    await anApplication(server, 'notes', {
        kind: 'native',
        metadata: { ...boundMetadata, token_endpoint_auth_method: 'none' },
    });
    const shop = await aConfidentialApplication(server, 'shop', { metadata: boundMetadata });
    const robot = await aConfidentialApplication(server, 'robot', {
        kind: 'machine',
        metadata: { grant_types: ['client_credentials'], scope: 'revocations:read' },
    });
    await settle(server.composed);
    const { session: browser } = await aBrowser(server, 'amy');
    return { server, amy, browser, secrets: { shop, robot } };
}
/** Requests to one server; `key` is a key of the client, by the server's clock. */
export function asHolder({ server, browser, secrets }, at = server) {
    const client = aClient(at);
    const key = aHolder(server.clock.now);
    const proven = (by, method, path, token, parts) => {
        if (by === null)
            return {};
        return { DPoP: 'text' in by ? by.text : by.proof(method, issuer + path, token, parts) };
    };
    const ask = (id, form, by = key, headers = {}) => {
        const own = secrets[id] === undefined ? { client_id: id } : {};
        const body = new URLSearchParams({ ...own, ...form }).toString();
        const proof = proven(by, 'POST', '/oauth/token');
        const secret = secrets[id] === undefined ? {} : basic(id, secrets[id]);
        return client.send('POST', '/oauth/token', { body, headers: { ...inForm, ...secret, ...proof, ...headers } });
    };
    const given = (id, changes = {}) => aCode(server, browser, id, { scope: boundMetadata.scope, ...changes });
    const byCode = (id, { code, terms }, by = key, headers = {}) => {
        const { redirectUri: redirect_uri = '', verifier: code_verifier = '' } = terms;
        return ask(id, { grant_type: 'authorization_code', code, redirect_uri, code_verifier }, by, headers);
    };
    return {
        client,
        key,
        proven,
        ask,
        given,
        byCode,
        signedIn: async (id, by = key) => (await byCode(id, await given(id), by)).body,
        byRefresh: (id, refresh_token, by = key) => ask(id, { grant_type: 'refresh_token', refresh_token }, by),
        byItself: (by = key) => ask('robot', { grant_type: 'client_credentials' }, by),
        async introspect(id, token) {
            const headers = { ...inForm, ...basic(id, secrets[id]) };
            return (await client.send('POST', '/oauth/introspect', { headers, body: String(new URLSearchParams({ token })) }))
                .body;
        },
        /** Shows a token. */
        show([method, path], token, { by = key, scheme = 'DPoP', headers = {}, body, parts, } = {}) {
            const proof = proven(by, method, path.replace(/\?.*/, ''), token, parts);
            const all = { Authorization: `${scheme} ${token}`, ...proof, ...headers };
            return client.send(method, path, { headers: all, ...(body !== undefined && { body }) });
        },
    };
}
/** The code that an answer tells, on whichever wire. */
export const codeOf = ({ body }) => body.error_uri?.split('/').at(-1) ?? body.reason ?? body.code;
//# sourceMappingURL=bound-tokens.js.map