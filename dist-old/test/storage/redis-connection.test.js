// What a connection to Redis must survive; the other side is a few lines of our own, since a real Redis does it at no known time.
import { createServer } from 'node:net';
import { expect } from 'chai';
import { openRedis } from '../../server/storage/redis.js';
/** Answers as Redis does: `INFO` always, `SUBSCRIBE` only to the first who connects. */
async function aForgetfulRedis() {
    const sockets = [];
    let asked = 0;
    const server = createServer(socket => {
        sockets.push(socket);
        const isFirst = sockets.length === 1;
        socket.on('error', () => { });
        socket.on('data', bytes => {
            const text = bytes.toString().toLowerCase();
            if (text.includes('info'))
                socket.write('$21\r\nredis_version:7.0.15\n\r\n');
            if (!text.includes('subscribe'))
                return;
            asked++;
            if (isFirst)
                socket.write('*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n');
        });
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    return { port: server.address().port, sockets, asked: () => asked, close: () => server.close() };
}
describe('a connection to Redis', () => {
    it('that is made anew, and hangs when the channels are asked for, ends no process', async () => {
        const redis = await aForgetfulRedis();
        const address = { nodes: [{ host: '127.0.0.1', port: redis.port }], cluster: false };
        const connections = await openRedis({ ...address, username: null, password: null, tls: null, db: 0 }, { log: { warn() { } } });
        const unhandled = [];
        const note = (reason) => unhandled.push(reason);
        const before = process.rawListeners('unhandledRejection');
        process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
        try {
            await connections.listener.connect();
            await connections.listener.subscribe('a');
            const again = new Promise(resolve => connections.listener.once('ready', resolve));
            redis.sockets[0].destroy();
            await again;
            const refused = await connections.listener.subscribe('a').catch((error) => error.message);
            expect(refused).to.match(/timed out/);
            expect(unhandled).to.deep.equal([]);
        }
        finally {
            process.removeListener('unhandledRejection', note);
            for (const listener of before)
                process.on('unhandledRejection', listener);
            connections.listener.disconnect();
            for (const socket of redis.sockets)
                socket.destroy();
            redis.close();
        }
    });
});
//# sourceMappingURL=redis-connection.test.js.map