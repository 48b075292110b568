// The socket of one connection to Redis. The library's handlers run in the socket's events, where whatever they throw ends
// the process; here it ends the connection. The password is sent here too: the library tells what Redis thinks of it as
// plain text on the console, and of a wrong one only that the connection was closed.
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RedisFailure } from './redis-failure.js';
import { createReplyCheck } from './redis-replies.js';
/** How long it may take until the connection is made and Redis has taken the password, in ms. */
const patience = 1_000;
/** How long the other side may take to close, in ms. */
const disconnectTimeout = 2_000;
/** For the option `Connector` of the library, which makes one for each connection of a pool. */
export function connectorOf(Base, options) {
    return class extends Base {
        #node;
        constructor(given) {
            super(disconnectTimeout);
            this.#node = given;
        }
        /** A failure is answered by a dead socket: at a rejection the library would not try again. */
        async connect() {
            const { host, port } = options.choose?.() ?? this.#node;
            // RFC 6066 §3: only names are told beforehand, so that a server of several has the right certificate.
            const servername = isIP(host) ? {} : { servername: host };
            const socket = options.tls ? connectTls({ host, port, ...servername, ...options.tls }) : connect({ host, port });
            this.connecting = true;
            this.stream = socket;
            delete this.firstError;
            // Always: the library listens for the first error only.
            socket.on('error', error => {
                this.firstError ??= error;
            });
            guard(socket);
            const timer = setTimeout(() => socket.destroy(new RedisFailure('TIMEOUT')), patience).unref();
            try {
                await connected(socket, options.tls ? 'secureConnect' : 'connect');
                await authenticate(socket, options);
            }
            catch (error) {
                this.firstError ??= error;
                socket.destroy();
            }
            clearTimeout(timer);
            this.connecting = false;
            return socket;
        }
    };
}
/** Whatever a listener throws at what arrived, or what no Redis says, closes the socket. */
function guard(socket) {
    const emit = socket.emit.bind(socket);
    const check = createReplyCheck();
    socket.emit = (event, ...args) => {
        if (event !== 'data')
            return emit(event, ...args);
        try {
            check(args[0]);
            return emit(event, ...args);
        }
        catch (error) {
            socket.destroy(error instanceof RedisFailure ? error : new RedisFailure('PROTOCOL'));
            return true;
        }
    };
}
function connected(socket, event) {
    return settled(socket, (resolve, on) => on(event, () => resolve()));
}
async function authenticate(socket, options) {
    const { username, password, onNeedlessPassword } = options;
    if (password === null)
        return;
    const words = ['AUTH', ...(username === null ? [] : [username]), password];
    const answer = settled(socket, (resolve, on) => {
        let line = '';
        on('data', bytes => {
            line += bytes.toString('latin1');
            if (line.includes('\n'))
                resolve(line.trimEnd());
        });
    });
    socket.write(`*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    const line = await answer;
    socket.pause();
    if (line === '+OK')
        return;
    if (/no password is set|without any password/.test(line))
        return onNeedlessPassword();
    if (!line.startsWith('-'))
        throw new RedisFailure('PROTOCOL');
    throw RedisFailure.from(new Error(line));
}
/** Waits for what one of the listeners resolves with. @throws why the socket died first */
function settled(socket, wait) {
    return new Promise((resolve, reject) => {
        const listeners = [];
        const end = () => {
            for (const [event, listener] of listeners)
                socket.off(event, listener);
        };
        const on = (event, listener) => {
            listeners.push([event, listener]);
            socket.on(event, listener);
        };
        on('error', error => {
            end();
            reject(error);
        });
        on('close', () => {
            end();
            reject(new RedisFailure('CLOSED'));
        });
        wait(value => {
            end();
            resolve(value);
        }, on);
    });
}
//# sourceMappingURL=redis-socket.js.map