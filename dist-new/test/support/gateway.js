// One origin before two services, by path, as a reverse proxy has it: clients keep their address while what is behind it
// changes.
import { createServer, request } from 'node:http';
export async function aGateway() {
    let ways = [];
    const server = createServer((incoming, answer) => {
        const path = incoming.url ?? '/';
        const to = ways.find(([beginning]) => path.startsWith(beginning))?.[1];
        if (to === undefined)
            return answer.writeHead(502).end();
        const { host: _, ...headers } = incoming.headers;
        const onward = request(to + path, { method: incoming.method, headers }, response => {
            answer.writeHead(response.statusCode ?? 502, response.headers);
            response.pipe(answer);
        });
        onward.on('error', () => answer.writeHead(502).end());
        incoming.pipe(onward);
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    return {
        url: `http://127.0.0.1:${server.address().port}`,
        lead(next) {
            ways = next;
        },
        async close() {
            server.closeAllConnections();
            await new Promise(resolve => server.close(resolve));
        },
    };
}
//# sourceMappingURL=gateway.js.map