// An application on a port of its own: it knows what a snippet says and its secret, and nothing else of the server.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { basic, inForm } from './applications.js';
import { claimsOf } from './client.js';
import { issuer } from './server.js';
/** @param server where the issuer of tests really listens */
export async function aRelyingParty(server) {
    let known = null;
    const begun = { verifier: '', state: '' };
    let refresh = '';
    /** On to the authorization endpoint. */
    function signIn() {
        begun.verifier = randomBytes(32).toString('base64url');
        begun.state = randomBytes(16).toString('base64url');
        const { authorize } = known;
        authorize.searchParams.set('code_challenge', createHash('sha256').update(begun.verifier).digest('base64url'));
        authorize.searchParams.set('state', begun.state);
        return authorize.href;
    }
    async function ask(parameters) {
        const { token, clientId, secret } = known;
        const headers = { ...inForm, ...basic(clientId, secret) };
        const answer = await fetch(token, { method: 'POST', headers, body: new URLSearchParams(parameters) });
        return (await answer.json());
    }
    async function callback({ searchParams }) {
        const { code, state, iss, error } = Object.fromEntries(searchParams);
        if (state !== begun.state || iss !== issuer)
            return 'This is no answer to a question of mine.';
        if (!code)
            return `Refused: ${error}`;
        const { redirectUri } = known;
        const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: begun.verifier };
        const answer = await ask(grant);
        refresh = answer.refresh_token ?? '';
        return answer.id_token ? `Hello, ${claimsOf(answer.id_token).preferred_username}` : `Refused: ${answer.error}`;
    }
    async function again() {
        const answer = await ask({ grant_type: 'refresh_token', refresh_token: refresh });
        if (answer.error)
            return `Refused: ${answer.error}`;
        refresh = answer.refresh_token ?? refresh;
        return 'Still signed in';
    }
    const listener = createServer(async (request, response) => {
        const url = new URL(request.url, 'http://127.0.0.1');
        if (url.pathname === '/sign-in')
            return response.writeHead(302, { Location: signIn() }).end();
        const said = url.pathname === '/callback' ? await callback(url) : url.pathname === '/again' ? await again() : 'Shop';
        response.setHeader('Content-Type', 'text/html');
        response.end(`<!doctype html><title>The shop</title><h1>${said}</h1>`);
    });
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${listener.address().port}`;
    return {
        url,
        /** @param snippet for curl, as it was copied */
        learn(snippet, secret) {
            const here = (address) => address.replace(issuer, server.url);
            const find = (pattern) => {
                const found = pattern.exec(snippet)?.[1];
                if (found === undefined)
                    throw new Error(`no ${pattern} in ${snippet}`);
                return found;
            };
            known = {
                authorize: new URL(here(find(/echo '([^']+)'/))),
                token: here(find(/curl -sS '([^']+)'/)),
                clientId: find(/-u '([^']+)'/),
                redirectUri: find(/redirect_uri='([^']+)'/),
                secret,
            };
        },
        close() {
            listener.closeAllConnections();
            listener.close();
        },
    };
}
//# sourceMappingURL=relying-party.js.map