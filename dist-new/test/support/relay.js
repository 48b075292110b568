// A wire between a server and what it stands on, which a test can turn to somebody else, or cut without anybody being told.
import { connect, createServer } from 'node:net';
import { freePort } from './mariadb.js';
export async function aRelay(target) {
    const pairs = new Set();
    let to = target;
    let held = false;
    const server = createServer(near => {
        const far = connect(to, '127.0.0.1');
        const pair = [near, far];
        pairs.add(pair);
        near.pipe(far);
        if (!held)
            far.pipe(near);
        for (const socket of pair) {
            socket.on('error', () => { });
            socket.on('close', () => {
                pairs.delete(pair);
                near.destroy();
                far.destroy();
            });
        }
    });
    const port = await freePort();
    await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
    const frozen = new Set();
    const cut = () => {
        for (const socket of [...[...pairs].flat(), ...frozen])
            socket.destroy();
    };
    return {
        port,
        turnTo(next) {
            to = next;
            cut();
        },
        freeze() {
            for (const [near, far] of pairs) {
                near.unpipe(far);
                far.unpipe(near);
                for (const socket of [near, far]) {
                    // Not even that one end has gone is told.
                    socket.removeAllListeners('close');
                    socket.pause();
                    frozen.add(socket);
                }
            }
            pairs.clear();
        },
        holdAnswers() {
            held = true;
            for (const [near, far] of pairs)
                far.unpipe(near);
        },
        letGo() {
            held = false;
            for (const [near, far] of pairs)
                far.pipe(near);
        },
        close() {
            cut();
            server.close();
        },
    };
}
//# sourceMappingURL=relay.js.map