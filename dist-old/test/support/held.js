import { setImmediate } from 'node:timers/promises';
import { sendSlowly } from './raw.js';
/** What tells when a server reads the bodies of requests: `onRequest` of its options. */
export function aWatch() {
    const arrived = new Set();
    return {
        onRequest: (request) => {
            arrived.add(request);
            request.once('close', () => arrived.delete(request));
        },
        /** Resolves once so many bodies are being read. */
        async reading(count) {
            const isRead = (request) => request.readableFlowing === true && !request.complete;
            while ([...arrived].filter(isRead).length < count)
                await setImmediate();
        },
    };
}
/** Sends each up to the middle of its body, and waits until the server reads them all where somebody watches. */
export async function hold(server, watch, requests) {
    const held = requests.map(({ name, method, path, headers, body }) => {
        const bytes = Buffer.from(body);
        const half = Math.ceil(bytes.length / 2);
        const lines = Object.entries({ Host: 'localhost', 'Content-Length': bytes.length, ...headers });
        const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([key, value]) => `${key}: ${value}`)];
        const { answer, send } = sendSlowly(server, head, bytes.subarray(0, half));
        // One that is refused at once must not end the test by being nobody's.
        answer.catch(() => { });
        return {
            name,
            answer,
            finish: () => {
                send(bytes.subarray(half));
                return answer;
            },
        };
    });
    await watch?.reading(requests.length);
    return held;
}
//# sourceMappingURL=held.js.map