import { setTimeout as pause } from 'node:timers/promises';
/**
 * A connection that was silent at so many looks in a row is closed. Its client may have a request on the way to us, and may
 * wait for a processor as we do: looks that were made are counted, not time that passed.
 */
const quietLooks = 8;
/** How long the rest of a request's headers may take, in ms. */
const headersPatience = 2_000;
/** How often it is looked, in ms. */
const lookEvery = 50;
/** @param server before it listens */
export function trackConnections(server) {
    const connections = new Map();
    const answers = new Set();
    let leavingSince = null;
    server.on('connection', (socket) => {
        connections.set(socket, { answering: 0, looks: 0, bytesRead: 0 });
        socket.once('close', () => connections.delete(socket));
    });
    server.prependListener('request', ({ socket }, response) => {
        const connection = connections.get(socket);
        if (!connection)
            return;
        connection.answering++;
        answers.add(response);
        if (leavingSince !== null)
            announce(response);
        response.once('close', () => {
            answers.delete(response);
            connection.answering--;
            connection.looks = 0;
            connection.bytesRead = socket.bytesRead;
        });
    });
    function isOver(socket, connection) {
        if (connection.answering > 0)
            return false;
        if (socket.bytesRead === connection.bytesRead)
            return ++connection.looks > quietLooks;
        return performance.now() - leavingSince > headersPatience;
    }
    return {
        /** From now on every answer says that it is the last one of its connection (RFC 9112 §9.6). */
        leave() {
            leavingSince ??= performance.now();
            for (const response of answers)
                announce(response);
        },
        /** Resolves when all that was begun is answered and every connection is closed; what takes longer than this is cut off. */
        async drain(patience) {
            const until = performance.now() + patience;
            while (connections.size > 0 && performance.now() < until) {
                await pause(lookEvery);
                // Behind the poll phase: what has arrived by now has been read.
                await new Promise(resolve => setImmediate(resolve));
                for (const [socket, connection] of connections)
                    if (isOver(socket, connection))
                        socket.destroy();
            }
            for (const socket of connections.keys())
                socket.destroy();
        },
    };
}
function announce(response) {
    if (!response.headersSent)
        response.setHeader('Connection', 'close');
}
//# sourceMappingURL=connections.js.map