// A server on the loopback interface that nobody has a reason to call: who does has followed an address out of a token
// (server-side request forgery). It hands out the key of the forger, so that whoever follows lets the token in as well.
import { createServer } from 'node:http';
export async function openTrap() {
    let hits = 0;
    let jwks = { keys: [] };
    const server = createServer((_, response) => {
        hits++;
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(jwks));
    });
    await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
    });
    return {
        address: `http://127.0.0.1:${server.address().port}`,
        hits: () => hits,
        serve(keys) {
            jwks = { keys };
        },
        close() {
            server.closeAllConnections();
            server.close();
        },
    };
}
//# sourceMappingURL=trap.js.map