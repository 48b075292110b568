// A resource server that follows the revocation log, as small as one can be: it reads server-sent events and keeps what they say
// in a projection of its own, which it holds to what the feed promises.
import { request } from 'node:http';
import { readPosition, readStretch } from '../../server/protocol/log/feed.js';
import { createProjection } from '../../server/protocol/log/projection.js';
import { aConfidentialApplication, basic, inForm } from './applications.js';
import { aClient } from './client.js';
import { settle } from './server.js';
/** A machine that may follow the log. */
export async function aFollower(server, id = 'shop-api', more = {}) {
    const secret = await aConfidentialApplication(server, id, {
        kind: 'machine',
        metadata: {
            grant_types: ['client_credentials'],
            token_endpoint_auth_method: 'client_secret_basic',
            scope: 'revocations:read',
            ...more,
        },
    });
    await settle(server.composed);
    return { id, secret, token: await tokenOf(server, id, secret) };
}
export async function tokenOf(server, id, secret) {
    const { body } = await aClient(server).send('POST', '/oauth/token', {
        body: 'grant_type=client_credentials',
        headers: { ...inForm, ...basic(id, secret) },
    });
    return body.access_token;
}
const open = new Set();
export function closeFeedReaders() {
    for (const reader of [...open])
        reader.close();
}
/** @param at where it stands: a reader that was closed */
export function aFeedReader(server, token, { from, verifier, headers = {} } = {}) {
    const events = [];
    const comments = [];
    const isReader = typeof from === 'object';
    let position = isReader ? from.position() : (from ?? '');
    let projection = isReader ? from.projection() : createProjection();
    /** What it is told from the beginning, until it has all of it. */
    let anew = null;
    let failure = null;
    let text = '';
    const waiting = new Set();
    const look = () => {
        for (const one of [...waiting])
            one();
    };
    function take({ event, id, data }) {
        events.push({ event, id, data });
        if (event === 'reset')
            anew = createProjection();
        if (event !== 'log')
            return;
        const stretch = readStretch(data);
        if (!stretch)
            throw new Error(`no stretch: ${JSON.stringify(data)}`);
        if (anew && id === null) {
            if (stretch.after !== 0 || stretch.upto !== 0)
                throw new Error('a piece that moves the position');
            // Kept without a position, which the last piece brings.
            if (!anew.apply({ after: 0, upto: 0, entries: stretch.entries }))
                throw new Error('a piece was refused');
            return;
        }
        if (id === null)
            throw new Error('a stretch without a position');
        const target = anew ?? projection;
        if (!target.apply(stretch))
            throw new Error(`a gap: ${stretch.after} after ${target.position}`);
        if (readPosition(id)?.seq !== stretch.upto)
            throw new Error(`${id} is not ${stretch.upto}`);
        projection = target;
        anew = null;
        position = id;
    }
    function read(block) {
        const fields = {};
        for (const line of block.split('\n')) {
            const colon = line.indexOf(':');
            if (colon === 0)
                comments.push(line.slice(1).trim());
            else
                fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
        }
        if (fields.event === undefined)
            return;
        try {
            take({ event: fields.event, id: fields.id ?? null, data: JSON.parse(fields.data ?? 'null') });
        }
        catch (error) {
            failure ??= error;
        }
    }
    let response = null;
    let isOver = false;
    const { hostname, port } = new URL(server.url);
    const path = `/revocations/stream${verifier ? `?verifier=${encodeURIComponent(verifier)}` : ''}`;
    const sent = request({
        hostname,
        port,
        path,
        agent: false,
        headers: {
            Accept: 'text/event-stream',
            Authorization: `Bearer ${token}`,
            ...(position && { 'Last-Event-ID': position }),
            ...headers,
        },
    });
    const closed = new Promise(resolve => sent.once('close', () => {
        isOver = true;
        open.delete(reader);
        look();
        resolve();
    }));
    const opened = new Promise((resolve, reject) => {
        sent.once('error', reject);
        sent.once('response', got => {
            response = got;
            let rest = '';
            got.setEncoding('utf8');
            got.on('error', () => { });
            got.on('data', (chunk) => {
                text = got.statusCode === 200 ? '' : text + chunk;
                rest += chunk;
                for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
                    read(rest.slice(0, end));
                    rest = rest.slice(end + 2);
                }
                look();
            });
            got.on('end', look);
            resolve({ status: got.statusCode, headers: got.headers });
        });
    });
    opened.catch(() => { });
    sent.on('error', () => { });
    sent.end();
    const reader = {
        opened,
        events,
        comments,
        text: () => text,
        position: () => position,
        seq: () => readPosition(position)?.seq ?? 0,
        projection: () => projection,
        until(what, holds) {
            return new Promise((resolve, reject) => {
                const begun = performance.now();
                const timer = setInterval(check, 50);
                waiting.add(check);
                function check() {
                    const found = failure ? undefined : holds();
                    const late = performance.now() - begun > 10_000;
                    if (!found && !failure && !late && !isOver)
                        return;
                    clearInterval(timer);
                    waiting.delete(check);
                    if (found)
                        resolve(found);
                    else
                        reject(failure ?? new Error(`${what}: not so; ${events.length} events, ${position}, closed: ${isOver}, ${text}`));
                }
                check();
            });
        },
        pause: () => void response?.pause(),
        resume: () => void response?.resume(),
        close: () => void sent.destroy(),
        closed,
    };
    open.add(reader);
    return reader;
}
export function renewLease(server, token, json) {
    return aClient(server).send('POST', '/revocations/lease', { token, json });
}
//# sourceMappingURL=feed.js.map