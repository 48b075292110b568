// An application's back-channel logout endpoint, on a port of its own: what it was sent, and answers as a test wants them.
import { createServer } from 'node:http';
import { claimsOf } from './client.js';
const open = new Set();
export async function aLogoutReceiver(host = '127.0.0.1', at = 0) {
    let inside = 0;
    const server = createServer(async (request, response) => {
        receiver.most = Math.max(receiver.most, ++inside);
        try {
            const token = new URLSearchParams(await bodyOf(request)).get('logout_token') ?? '';
            const claims = token ? claimsOf(token) : {};
            receiver.received.push({ token, claims });
            const status = await receiver.answer(claims, request.url);
            if (status === null)
                return void request.socket.destroy();
            if (status === 200)
                receiver.taken.push(claims.sid);
            response.writeHead(status, { Location: 'http://127.0.0.1/elsewhere' }).end();
        }
        finally {
            inside--;
        }
    });
    await new Promise(resolve => server.listen(at, host, resolve));
    const { port } = server.address();
    const receiver = {
        url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
        port,
        received: [],
        taken: [],
        most: 0,
        answer: () => 200,
        close() {
            open.delete(receiver);
            server.closeAllConnections();
            return new Promise(resolve => server.close(() => resolve()));
        },
    };
    open.add(receiver);
    return receiver;
}
export async function closeLogoutReceivers() {
    for (const one of [...open])
        await one.close();
}
async function bodyOf(request) {
    let body = '';
    for await (const part of request)
        body += part;
    return body;
}
//# sourceMappingURL=logout-receiver.js.map