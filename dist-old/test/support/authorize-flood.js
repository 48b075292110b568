// Requests at the authorization endpoint by nobody, as many as somebody likes to send: new ones, ones of applications that
// are not there, and ones that come back with a ticket, to the endpoint and to the sign-in page.
import { Agent, request } from 'node:http';
import { authorizeQuery } from './authorizations.js';
/** @returns how often each was answered, as `GET /login 200` */
export async function floodAuthorize({ url, applicationId, count, width, answered, }) {
    const agent = new Agent({ keepAlive: true, maxSockets: width, timeout: 3_000 });
    const outcomes = new Map();
    let [begun, done] = [0, 0];
    async function send(method, path, form = '', headers = {}) {
        begun++;
        const seen = await sendOnce(agent, url, method, path, form, headers);
        const outcome = `${method} ${path.split('?')[0]} ${seen.status}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        answered?.(++done);
        return seen;
    }
    /** A browser that begins, and comes back. */
    async function visit(turn) {
        const query = authorizeQuery(applicationId, { state: `state ${turn}`, nonce: `nonce ${turn}` });
        const begun = await send('GET', `/oauth/authorize?${query}`);
        const headers = { Cookie: begun.cookie };
        await send('GET', begun.location, '', headers);
        await send('GET', begun.location.replace('/login', '/oauth/authorize'), '', headers);
        await send('POST', '/oauth/authorize', query, { 'Content-Type': 'application/x-www-form-urlencoded' });
        await send('GET', `/oauth/authorize?${authorizeQuery(`nobody-${turn}`)}`);
    }
    async function keepOn(first) {
        for (let turn = first; begun < count; turn += width)
            await visit(turn);
    }
    try {
        await Promise.all(Array.from({ length: width }, (_, index) => keepOn(index)));
    }
    finally {
        agent.destroy();
    }
    return outcomes;
}
function sendOnce(agent, url, method, path, form, headers) {
    return new Promise((resolve, reject) => {
        const length = form === '' ? {} : { 'Content-Length': Buffer.byteLength(form) };
        const sent = request(url + path, { agent, method, headers: { ...headers, ...length } }, answer => {
            const { location = '', 'set-cookie': cookies = [] } = answer.headers;
            answer.resume();
            answer.on('error', reject);
            answer.on('end', () => resolve({ status: answer.statusCode, location, cookie: cookies.map(one => one.split(';')[0]).join('; ') }));
        });
        sent.on('error', reject);
        sent.end(form);
    });
}
//# sourceMappingURL=authorize-flood.js.map