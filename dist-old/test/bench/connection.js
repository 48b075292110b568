// One connection that stays, one request at a time, and as little else as can be: a load driver on a socket of its own takes
// less of its core than any HTTP client, so that it is never what is measured.
import { connect } from 'node:net';
export async function aConnection(port) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    // A character is a byte, as Content-Length counts; what is read of an answer is ASCII.
    socket.setEncoding('latin1');
    let received = '';
    let waiting = null;
    function fail(error) {
        waiting?.reject(error);
        waiting = null;
    }
    function take(chunk) {
        received += chunk;
        const end = received.indexOf('\r\n\r\n');
        if (end < 0)
            return;
        const head = received.slice(0, end);
        const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
        if (length === undefined) {
            fail(new Error(`an answer without Content-Length: ${head}`));
            return;
        }
        const whole = end + 4 + Number(length);
        if (received.length < whole)
            return;
        const body = received.slice(end + 4, whole);
        received = received.slice(whole);
        const settled = waiting;
        waiting = null;
        settled?.resolve({ status: Number(head.slice(9, 12)), body, head });
    }
    await new Promise((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
    });
    socket.on('data', take);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed a connection')));
    return {
        send(request) {
            return new Promise((resolve, reject) => {
                waiting = { resolve, reject };
                socket.write(request, 'latin1');
            });
        },
        close: () => socket.destroy(),
    };
}
export const get = (path, headers = {}) => request('GET', path, headers, '');
export const postJson = (path, body) => request('POST', path, { 'Content-Type': 'application/json' }, JSON.stringify(body));
export const postForm = (path, fields, headers = {}) => request('POST', path, { 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, new URLSearchParams(fields).toString());
function request(method, path, headers, body) {
    const all = { Host: '127.0.0.1', Accept: 'application/json', ...headers };
    const lines = Object.entries(body ? { ...all, 'Content-Length': String(body.length) } : all);
    return `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
//# sourceMappingURL=connection.js.map