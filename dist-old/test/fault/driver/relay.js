// Carries TCP from an address that a namespace can reach to a port of the loopback, so that the database and Redis need to
// listen nowhere else.
import { connect, createServer } from 'node:net';
export function aRelay(host, target) {
    const open = new Set();
    const server = createServer(near => {
        const far = connect(target, '127.0.0.1');
        for (const [one, other] of [
            [near, far],
            [far, near],
        ]) {
            open.add(one);
            one.setNoDelay(true);
            one.pipe(other);
            one.on('error', () => other.destroy());
            one.on('close', () => {
                open.delete(one);
                other.destroy();
            });
        }
    });
    return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, host, () => resolve({
            port: server.address().port,
            close() {
                server.close();
                for (const socket of open)
                    socket.destroy();
            },
        }));
    });
}
//# sourceMappingURL=relay.js.map