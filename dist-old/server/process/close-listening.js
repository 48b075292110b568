// Stops listening without resetting anybody. The kernel completes connections before a program accepts them, and resets
// those that still wait when the listening socket is closed: under load some always do.
import { connect } from 'node:net';
/** For how long it is tried, in ms; then it is closed as it is. */
const patience = 1_000;
/** So many turns of the event loop without a connection: libuv accepts one a turn, so nobody waits then. */
const quietTurns = 5;
/** As node has it by default; the kernel's own limit may be lower. */
const usualBacklog = 511;
const handleOf = (of) => of._handle;
/**
 * What comes meanwhile is held, and served once nothing is listened to any more: clients who wait for their answers make no
 * connections, so the queue of the kernel runs empty.
 */
export async function closeListening(server) {
    if (!server.listening)
        return;
    const until = performance.now() + patience;
    const held = hold(server);
    do
        await quiet(held.sockets, until);
    while (!(await closesBehindOwn(server)) && performance.now() < until);
    if (server.listening)
        server.close();
    held.release();
}
/** Takes the place of whoever serves connections. */
function hold(server) {
    const sockets = [];
    const serve = server.listeners('connection');
    // A property of net.Server that its types do not have: what is held is not read.
    const options = server;
    const { pauseOnConnect = false } = options;
    options.pauseOnConnect = true;
    server.removeAllListeners('connection');
    server.on('connection', socket => sockets.push(socket.on('error', () => { })));
    return {
        sockets,
        release() {
            options.pauseOnConnect = pauseOnConnect;
            server.removeAllListeners('connection');
            for (const listener of serve)
                server.on('connection', listener);
            for (const socket of sockets) {
                if (socket.destroyed)
                    continue;
                server.emit('connection', socket);
                if (!pauseOnConnect)
                    socket.resume();
            }
        },
    };
}
async function quiet(sockets, until) {
    for (let turns = 0; turns < quietTurns && performance.now() < until; turns++) {
        const before = sockets.length;
        await new Promise(resolve => setImmediate(resolve));
        if (sockets.length > before)
            turns = -1;
    }
}
/**
 * With a backlog of 0 one connection at most waits to be accepted, and further ones are not completed: their SYN is dropped,
 * and sent again a second later, when it is refused or meets the next server. Once the connection that waits is one of our
 * own nobody else's can, and the socket is closed before the event loop turns.
 */
function closesBehindOwn(server) {
    const { address, port } = server.address();
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
    const handle = handleOf(server);
    if (handle?.listen?.(0) !== 0)
        return Promise.resolve(false);
    return new Promise(resolve => {
        const own = connect({ host, port }).on('error', () => { });
        // net.connect() to an address calls connect(2) on the next tick; on one's own machine that completes the handshake.
        process.nextTick(() => {
            const waits = handleOf(own)?.getpeername?.({}) === 0;
            if (waits)
                server.close();
            else
                handle.listen?.(usualBacklog);
            own.destroy();
            resolve(waits);
        });
    });
}
//# sourceMappingURL=close-listening.js.map