// A token server as a verifier sees it, over real HTTP, whose every answer a test may spoil: keys, introspection, the feed of the
// revocation log (server/protocol/log/feed.ts) and the lease.
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { signInput } from '../../server/protocol/algorithms.js';
import { leaseTime } from '../../server/protocol/log/feed.js';
import { createVerifier } from '../../server/verifier/verifier.js';
export const audience = 'https://orders.example/';
export const secret = 'a secret: 100% of it';
export function aSigningKey() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
    return { kid, privateKey, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}
const opened = new Set();
/** Call it after each test. */
export async function closeFakeIssuers() {
    for (const one of [...opened])
        await one.close();
}
/** Clocks of a verifier that a test turns by hand: on a busy machine no lease is over before the test says so. */
export function aSkew() {
    const start = Date.now();
    const skew = { monotonic: 0, wall: 0 };
    return {
        skew,
        clocks: { monotonic: () => skew.monotonic, wall: () => start + skew.wall },
        pass(ms) {
            skew.monotonic += ms;
            skew.wall += ms;
        },
    };
}
export async function aFakeIssuer() {
    const key = aSigningKey();
    const streams = new Set();
    const entries = [];
    const waiting = [];
    const fake = {
        url: '',
        key,
        keys: [key.jwk],
        log: 'a1',
        seq: 0,
        /** From where on a reader may resume. */
        resumable: 0,
        /** Epoch ms. */
        now: () => Date.now(),
        introspect: (_token) => ({ active: false }),
        /** By path, in place of what is answered otherwise. */
        instead: {},
        /** How often each path was asked for. */
        asked: {},
        /** `Last-Event-ID` of each connection; null: none. */
        resumed: [],
        streams,
        /** Resolves with the body of the next request for a path. */
        next: (path) => new Promise(done => waiting.push({ path, done })),
        /** A number of the log that is told to nobody yet. */
        keep(kind, subject, more = {}) {
            const expires_at = Math.ceil(fake.now() / 1000) + 3_600;
            const entry = { seq: ++fake.seq, kind, subject, effect: 'end', except_sid: null, expires_at, ...more };
            entries.push(entry);
            return entry;
        },
        tell(entry) {
            fake.send(stretch({ after: entry.seq - 1, upto: entry.seq, entries: [entry] }, `${fake.log}:${entry.seq}`));
        },
        /** Writes an entry and tells everybody who follows. */
        revoke(kind, subject, more = {}) {
            const entry = fake.keep(kind, subject, more);
            fake.tell(entry);
            return entry;
        },
        send(text) {
            for (const response of streams)
                response.write(text);
        },
        claims(changes = {}) {
            const now = Math.floor(fake.now() / 1000);
            return {
                ...{ iss: fake.url, aud: audience, sub: '7', client_id: 'shop', jti: randomUUID(), sid: randomUUID() },
                ...{ iat: now, exp: now + 3_600, token_type: 'access', username: 'amy', roles: ['staff'], rev: fake.seq },
                ...{ scope: 'orders:read orders:write', permissions: ['orders:read'], user_id: '7', auth_time: now },
                ...changes,
            };
        },
        token(changes = {}, header = {}, by = key) {
            return fake.compact({ alg: 'ES256', typ: 'at+jwt', kid: by.kid, ...header }, fake.claims(changes), by);
        },
        /** Whatever is given as text is signed as it is. */
        compact(header, claims, by = key) {
            const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
            const input = `${part(header)}.${part(claims)}`;
            return `${input}.${signInput('ES256', by.privateKey, input).toString('base64url')}`;
        },
        /** One that is closed with the server. */
        verifier(options = {}) {
            const made = createVerifier({ issuer: fake.url, audience, clientId: 'orders', clientSecret: secret, ...options });
            verifiers.push(made);
            return made;
        },
        async close() {
            opened.delete(fake);
            for (const one of verifiers)
                await one.close();
            server.closeAllConnections();
            await new Promise(resolve => server.close(resolve));
        },
    };
    const verifiers = [];
    const json = (response, body, headers = {}) => response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
    const usual = {
        '/.well-known/jwks.json'(request, response) {
            const tag = `"${createHash('sha256').update(JSON.stringify(fake.keys)).digest('base64url')}"`;
            const headers = { ETag: tag, 'Cache-Control': 'public, max-age=300' };
            if (request.headers['if-none-match'] === tag)
                response.writeHead(304, headers).end();
            else
                json(response, { keys: fake.keys }, headers);
        },
        '/oauth/token'(request, response, body) {
            const [id, given] = Buffer.from(request.headers.authorization.slice(6), 'base64').toString().split(':');
            const isRight = id === 'orders' && decodeURIComponent(given.replaceAll('+', ' ')) === secret;
            if (!isRight || body !== 'grant_type=client_credentials&scope=revocations%3Aread')
                return response.writeHead(401).end('{"error":"invalid_client"}');
            return json(response, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 3_600 });
        },
        '/oauth/introspect': (_request, response, body) => json(response, fake.introspect(new URLSearchParams(body).get('token'))),
        '/revocations/lease': (_request, response) => json(response, { log: fake.log, seq: fake.seq, now: Math.floor(fake.now()), lease_ms: leaseTime }),
        '/revocations/stream'(request, response) {
            const last = request.headers['last-event-id'] ?? null;
            fake.resumed.push(last);
            response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': ping\n\n');
            streams.add(response);
            response.on('close', () => streams.delete(response));
            const [log, from] = last?.split(':') ?? [];
            if (log === fake.log && Number(from) >= fake.resumable) {
                const after = Number(from);
                const rest = entries.filter(entry => entry.seq > after);
                if (fake.seq > after)
                    response.write(stretch({ after, upto: fake.seq, entries: rest }, `${log}:${fake.seq}`));
                return;
            }
            response.write('event: reset\ndata: {}\n\n');
            // In no order, as the feed says.
            for (const entry of entries.toReversed())
                response.write(stretch({ after: 0, upto: 0, entries: [entry] }));
            response.write(stretch({ after: 0, upto: fake.seq, entries: [] }, `${fake.log}:${fake.seq}`));
        },
    };
    const server = createServer(async (request, response) => {
        const path = request.url.split('?')[0];
        const body = await textOf(request).catch(() => '');
        fake.asked[path] = (fake.asked[path] ?? 0) + 1;
        const handler = fake.instead[path] ?? usual[path];
        if (handler)
            handler(request, response, body);
        else
            response.writeHead(404).end();
        for (const one of waiting.filter(one => one.path === path)) {
            waiting.splice(waiting.indexOf(one), 1);
            one.done(body);
        }
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    fake.url = `http://127.0.0.1:${server.address().port}`;
    opened.add(fake);
    return fake;
}
/** One event `log`. */
export function stretch(data, id) {
    return `event: log\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
/** The next event of this name. */
export function heard(verifier, name) {
    return new Promise(resolve => {
        const end = verifier.on(name, about => {
            end();
            resolve(about);
        });
    });
}
//# sourceMappingURL=fake-issuer.js.map