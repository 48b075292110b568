// Requests of a bench: as many at once as it wants, over connections that stay, and little else that could cost time.
import { Agent, request } from 'node:http';
/** @param connections how many there are at most; what comes beyond waits, and its time counts from when it was asked */
export function aPoster(url, connections) {
    // Given up before the server gives it up, after 5 s: a request that meets that would be lost.
    const agent = new Agent({ keepAlive: true, maxSockets: connections, timeout: 3_000 });
    function send(method, path, body, headers) {
        const startedAt = performance.now();
        return new Promise((resolve, reject) => {
            const sent = request(url + path, { agent, method, headers }, answer => {
                let text = '';
                answer.setEncoding('utf8');
                answer.on('data', chunk => {
                    text += chunk;
                });
                answer.on('error', reject);
                answer.on('end', () => {
                    const ms = performance.now() - startedAt;
                    const retryAfter = Number(answer.headers['retry-after'] ?? 0);
                    resolve({ status: answer.statusCode, ms, retryAfter, body: text ? JSON.parse(text) : null });
                });
            });
            sent.on('error', reject);
            sent.end(body);
        });
    }
    return {
        get: (path, headers = {}) => send('GET', path, '', headers),
        post(path, json, headers = {}) {
            const body = JSON.stringify(json);
            return send('POST', path, body, {
                'Content-Type': 'application/json',
                'Content-Length': Buffer.byteLength(body),
                ...headers,
            });
        },
        close: () => agent.destroy(),
    };
}
/** A number of the environment. */
export function count(name, usual) {
    return Number(process.env[name]) || usual;
}
/** How often each value occurs, as a line: `401: 60, 429: 1940`. */
export function counters(values) {
    const counts = new Map();
    for (const value of values)
        counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([value, count]) => `${value}: ${count}`)
        .join(', ');
}
//# sourceMappingURL=post.js.map