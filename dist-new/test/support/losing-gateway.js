// An HTTP proxy before one or several servers, by turns, that loses answers: the server has answered, and nobody hears it.
import { createServer, request } from 'node:http';
export async function aLosingGateway(servers, { loses = () => false, serves = () => false } = {}) {
    const carried = new Map();
    const lost = new Map();
    const statuses = new Map();
    const count = (of, path) => of.set(path, (of.get(path) ?? 0) + 1);
    let turn = 0;
    const gateway = createServer((incoming, answer) => {
        if (serves(incoming, answer))
            return;
        const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
        const { host: _, ...headers } = incoming.headers;
        const to = servers[turn++ % servers.length];
        const onward = request(to.url + incoming.url, { method: incoming.method, headers }, response => {
            count(carried, path);
            count(statuses, `${path} ${response.statusCode}`);
            if (incoming.method !== 'OPTIONS' && loses(path)) {
                count(lost, path);
                response.resume();
                incoming.socket.destroy();
                return;
            }
            answer.writeHead(response.statusCode ?? 502, response.headers);
            response.pipe(answer);
        });
        onward.on('error', () => incoming.socket.destroy());
        incoming.pipe(onward);
    });
    await new Promise(resolve => gateway.listen(0, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${gateway.address().port}`,
        carried,
        lost,
        statuses,
        async close() {
            gateway.closeAllConnections();
            await new Promise(resolve => gateway.close(resolve));
        },
    };
}
//# sourceMappingURL=losing-gateway.js.map