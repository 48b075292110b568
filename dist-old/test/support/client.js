// A client of the HTTP API, as small as the ones that people write against simplejwt.
import { setTimeout as pause } from 'node:timers/promises';
import { check } from './documented.js';
/** @param server `hasMore`: with routes or grants that the document does not have */
export function aClient(server, userAgent = 'test-client/1.0') {
    async function send(method, path, options = {}) {
        const response = await fetch(server.url + path, {
            method,
            redirect: 'manual',
            headers: {
                'User-Agent': userAgent,
                ...(options.json !== undefined && { 'Content-Type': 'application/json' }),
                ...(options.token && { Authorization: `Bearer ${options.token}` }),
                ...options.headers,
            },
            body: options.json !== undefined ? JSON.stringify(options.json) : (options.body ?? null),
        });
        const text = await response.text();
        if (!server.hasMore)
            await check(method, path, { status: response.status, headers: response.headers, text });
        let body = text;
        if (text && response.headers.get('content-type')?.includes('json'))
            body = JSON.parse(text);
        return { status: response.status, headers: response.headers, body, text };
    }
    return {
        send,
        get: (path, token) => send('GET', path, token ? { token } : {}),
        post: (path, json, token) => send('POST', path, token ? { json, token } : { json }),
        patch: (path, json, token) => send('PATCH', path, token ? { json, token } : { json }),
        delete: (path, token) => send('DELETE', path, token ? { token } : {}),
        /** Signs in and insists that it works, however often a busy machine says to come again. */
        async signIn(user, more = {}) {
            const json = { username: user.username, password: user.password, ...more };
            for (let tries = 1;; tries++) {
                const answer = await send('POST', '/api/token/', { json });
                if (answer.status === 200)
                    return answer.body;
                if (tries === 20 || answer.body?.code !== 'overloaded')
                    throw new Error(`sign-in answered ${answer.status} ${answer.text}`);
                await pause(100);
            }
        },
        refresh: (refresh) => send('POST', '/api/token/refresh/', { json: { refresh } }),
        verify: (token) => send('POST', '/api/token/verify/', { json: { token } }),
    };
}
/** The claims of a token, believed as they are. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into claims of every shape
export function claimsOf(token) {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}
//# sourceMappingURL=client.js.map