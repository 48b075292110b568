// Pushed authorization requests (RFC 9126): what an application may send ahead, and what becomes of the reference that it gets.
import { expect } from 'chai';
import { throttles } from '../../server/identity/authorizations/network-throttle.js';
import { refuse } from '../../server/protocol/errors.js';
import { anApplication, basic, changeApplication, inForm } from '../support/applications.js';
import { aBrowserOf, authorizeQuery, aWebsite, challenge } from '../support/authorizations.js';
import { aClient } from '../support/client.js';
import { aHolder } from '../support/dpop.js';
import { onEachEngine } from '../support/engines.js';
import { aServer, issuer, settle } from '../support/server.js';
import { snapshotOf } from '../support/snapshot.js';
import { aVisitor, localOf } from '../support/visitor.js';
const callback = 'https://shop.example/callback';
const urn = 'urn:ietf:params:oauth:request_uri:';
/** Of our own, so that nobody is asked for consent; `changes` takes that back. */
async function aShop(options = {}, metadata = {}, id = 'shop') {
    const server = await aServer(options);
    const amy = await server.aUser({ username: 'amy' });
    const shop = await aPusher(server, id, { first_party: true, ...metadata });
    return { server, amy, visitor: aVisitor(server), ...shop };
}
async function aPusher(server, id, metadata = {}, origin = 'administrator') {
    const { storage, applications } = server.composed.parts;
    await aWebsite(server, id, { name: `The ${id}`, metadata, origin });
    const secret = await storage.database.transaction(tx => applications.applicationSecrets.add(tx, id, 0));
    const client = aClient(server);
    /** As by its back channel. */
    async function push(changes = {}, more = {}) {
        const headers = { ...inForm, ...basic(id, secret), ...more };
        return client.send('POST', '/oauth/par', { body: authorizeQuery(id, changes), headers });
    }
    /** @returns the address that it sends browsers to */
    async function pushed(changes = {}) {
        const { status, text, body } = await push(changes);
        expect(status, text).to.equal(201);
        return pathOf(body.request_uri, id);
    }
    return { push, pushed, secret };
}
const pathOf = (request_uri, client_id = 'shop') => `/oauth/authorize?${new URLSearchParams({ client_id, request_uri })}`;
const locationOf = ({ headers }) => headers.get('location') ?? '';
const ticketIn = (path) => new URLSearchParams(path.split('?')[1]).get('ticket');
/** What the application is told by a redirect. */
function answerOf(seen) {
    const location = locationOf(seen);
    expect(location.startsWith(`${callback}?`), `${seen.status} ${location} ${seen.text.slice(0, 900)}`).to.equal(true);
    return Object.fromEntries(new URLSearchParams(location.slice(callback.length + 1)));
}
/** A page of ours that leads nowhere by itself. @param back whether it has a link back to the application */
function expectOver(seen, back) {
    expect([seen.status, locationOf(seen)], seen.path).to.deep.equal([400, '']);
    expect(seen.text, seen.path).to.include('/errors/invalid_request_uri');
    expect(seen.text.includes(`href="${callback}?error=invalid_request_uri`), 'the way back').to.equal(back);
    expect(seen.text).to.not.include('dvz_code_');
}
const rowsIn = async ({ composed }, table) => (await composed.parts.storage.database.read(`SELECT COUNT(*) AS n FROM ${table}`, []))[0].n;
function pushedRequests(engine) {
    // The first one on MariaDB starts it.
    it('are answered once, however many tabs come at once', async () => {
        const { server, amy, pushed, visitor } = await aShop({ engine });
        await visitor.signIn(amy);
        for (const round of [1, 2]) {
            const path = await pushed();
            const seen = await Promise.all(Array.from({ length: 8 }, () => visitor.send('GET', path)));
            const answered = seen.filter(one => one.status === 303);
            expect(answered.map(one => Object.keys(answerOf(one)))).to.deep.equal([['code', 'state', 'iss']]);
            for (const one of seen)
                if (one.status !== 303)
                    expect(one.text).to.include('/errors/invalid_request_uri');
            expect(await rowsIn(server, 'code')).to.equal(round);
        }
        // Left in several tabs, the application is told once.
        server.clock.advance('1m');
        const path = await pushed({ prompt: 'login' });
        const login = locationOf(await visitor.send('GET', path));
        const token = visitor.tokenOn(await visitor.open(login), '/login/leave');
        const form = { ticket: ticketIn(login), _token: token };
        const leaving = { form, headers: { 'Sec-Fetch-Site': 'same-origin' } };
        const left = await Promise.all(Array.from({ length: 4 }, () => visitor.send('POST', '/login/leave', leaving)));
        expect(left.filter(one => one.status === 303).map(one => answerOf(one).error)).to.deep.equal(['access_denied']);
        expectOver(await visitor.send('GET', login), true);
        expect(await rowsIn(server, 'code')).to.equal(2);
    }).timeout(60_000);
    it('are not spent by what fails, nor by what may pass', async () => {
        const { server, amy, pushed } = await aShop({ engine });
        const { decisions, authorizationRequests } = server.composed.parts.authorizations;
        const { sessions } = server.composed.parts.devices;
        const open = async (path) => {
            const query = Object.fromEntries(new URLSearchParams(path.split('?')[1]));
            return authorizationRequests.check({ client_id: [query.client_id], request_uri: [query.request_uri] });
        };
        const over = await aBrowserOf(server, amy);
        const path = await pushed();
        await sessions.end(over.browser.session.id, null, 'system');
        const { request } = await open(path);
        const decide = ({ browser, actor }) => decisions.decide(browser, request, null, actor).then(() => 'decided', error => error.code);
        expect(await decide(over)).to.equal('login_required');
        await open(path);
        const live = await aBrowserOf(server, amy);
        const { codeStore } = server.composed.parts.storage;
        const { insert } = codeStore;
        codeStore.insert = async () => {
            throw refuse('database_unavailable', { retryAfter: 1 });
        };
        expect(await decide(live)).to.equal('database_unavailable');
        codeStore.insert = insert;
        expect([await decide(live), await decide(live)]).to.deep.equal(['decided', 'invalid_request_uri']);
    });
    it('are forgotten once nobody can come with them any more', async () => {
        const { server, pushed, visitor } = await aShop({ engine });
        const [shown] = [await pushed(), await pushed()];
        await visitor.send('GET', shown);
        const forget = async (span) => {
            server.clock.advance(span);
            await server.composed.parts.authorizations.pushedRequests.forget();
            return rowsIn(server, 'pushed_request');
        };
        expect(await forget('10m')).to.equal(2);
        expect(await forget('1m')).to.equal(1);
        expect(await forget('118m')).to.equal(1);
        expect(await forget('1m')).to.equal(0);
    });
}
onEachEngine('pushed authorization requests', pushedRequests);
describe('a request_uri', () => {
    it('is of use to the application alone that pushed it, and as it was given', async () => {
        const { server, amy, visitor, pushed } = await aShop();
        await aPusher(server, 'books', { first_party: true });
        await visitor.signIn(amy);
        const path = await pushed();
        const uri = new URLSearchParams(path.split('?')[1]).get('request_uri');
        const good = { client_id: 'shop', request_uri: uri };
        const other = uri.slice(0, -1) + (uri.endsWith('A') ? 'B' : 'A');
        const pairs = [
            Object.entries({ ...good, client_id: 'books' }),
            Object.entries({ ...good, client_id: 'nobody' }),
            Object.entries({ request_uri: uri }),
            [...Object.entries(good), ['client_id', 'shop']],
            [...Object.entries(good), ['client_id', 'books']],
            [...Object.entries(good), ['request_uri', uri]],
            [...Object.entries(good), ['request_uri', 'https://evil.example/']],
            ...[other, `${uri}=`, uri.slice(0, -1), urn, `${urn}__proto__`, `${uri} `, uri.replace(urn, `${urn}${urn}`)].map(request_uri => Object.entries({ ...good, request_uri })),
        ];
        const before = await snapshotOf(server);
        for (const some of pairs) {
            const seen = await visitor.send('GET', `/oauth/authorize?${new URLSearchParams(some)}`);
            expectOver(seen, false);
        }
        expect(await snapshotOf(server)).to.equal(before);
        // RFC 9101 §5: never both.
        expect(answerOf(await visitor.send('GET', `${path}&request=a.b.c`))).to.include({ error: 'request_not_supported' });
        expect(answerOf(await visitor.send('GET', await pushed()))).to.have.property('code');
        const form = Object.fromEntries(new URLSearchParams((await pushed()).split('?')[1]));
        const posted = await visitor.send('POST', '/oauth/authorize', { form });
        expect(answerOf(await visitor.send('GET', localOf(posted))), 'by a form').to.have.property('code');
        expectOver(await visitor.send('GET', localOf(posted)), true);
    });
    it('must be shown within a minute, and is then good for an hour, as its tickets are', async () => {
        const { server, amy, pushed, visitor } = await aShop();
        const late = await pushed();
        const path = await pushed();
        server.clock.advance('59s');
        expect(locationOf(await visitor.send('GET', path))).to.match(/^\/login/);
        server.clock.advance('1s');
        expectOver(await visitor.send('GET', late), true);
        server.clock.advance('59m');
        const login = locationOf(await visitor.send('GET', path));
        server.clock.advance('1m');
        expectOver(await visitor.send('GET', path), true);
        server.clock.advance('57m');
        await server.composed.parts.authorizations.pushedRequests.forget();
        const { username, password } = amy;
        const signedIn = await visitor.submit('/login', { username, password, ticket: ticketIn(login) }, login);
        expect(answerOf(await visitor.send('GET', localOf(signedIn)))).to.have.property('code');
    });
    it('whose request nobody looks at tells the application whatever happens, and once', async () => {
        const { server, amy, pushed, visitor } = await aShop();
        const path = await pushed({ prompt: 'none' });
        expect(answerOf(await visitor.send('GET', path))).to.include({ error: 'login_required', state: 'a state' });
        await visitor.signIn(amy);
        const again = answerOf(await visitor.send('GET', path));
        expect(again).to.include({ error: 'invalid_request_uri', state: 'a state', iss: issuer });
        const late = await pushed({ prompt: 'none' });
        server.clock.advance('1m');
        expect(answerOf(await visitor.send('GET', late))).to.include({ error: 'invalid_request_uri' });
        expect(await rowsIn(server, 'code')).to.equal(0);
        expect(answerOf(await visitor.send('GET', await pushed({ prompt: 'none' })))).to.have.property('code');
    });
    it('stands for a request that is judged as things are when somebody comes with it', async () => {
        const { server, amy, pushed, visitor } = await aShop();
        await visitor.signIn(amy);
        const { metadata } = (await server.composed.parts.revocation.applications.meet('shop'));
        const change = async (changes) => {
            await changeApplication(server, 'shop', changes);
            await settle(server.composed);
        };
        const path = await pushed();
        await change({ metadata: { ...metadata, scope: 'openid' } });
        expect(answerOf(await visitor.send('GET', path))).to.include({ error: 'invalid_scope', state: 'a state' });
        await change({ metadata });
        expectOver(await visitor.send('GET', path), true);
        const elsewhere = await pushed();
        await change({ metadata: { ...metadata, redirect_uris: ['https://shop.example/other'] } });
        const seen = await visitor.send('GET', elsewhere);
        expect([seen.status, locationOf(seen)]).to.deep.equal([400, '']);
        expect(seen.text).to.include('/errors/unregistered_redirect_uri');
        await change({ metadata });
        const disabled = await pushed();
        await change({ active: false });
        expect((await visitor.send('GET', disabled)).text).to.include('/errors/unknown_application');
        expect(await rowsIn(server, 'code')).to.equal(0);
    });
});
describe('the endpoint for pushed requests', () => {
    const discovered = async (server) => (await aClient(server).get('/.well-known/openid-configuration')).body;
    async function expectRequired(visitor, query) {
        const told = answerOf(await visitor.send('GET', `/oauth/authorize?${query}`));
        expect(told.error).to.equal('invalid_request');
        expect(told.error_description).to.include('pushed');
    }
    it('refuses what the authorization endpoint would, and whom the token endpoint would; nothing is written', async () => {
        const { server, push, secret } = await aShop();
        await anApplication(server, 'nightly', {
            kind: 'machine',
            metadata: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'none' },
        });
        // The day on which its secret is used is noted.
        await push({ response_type: 'token' });
        const before = await snapshotOf(server);
        const refused = [
            [{ redirect_uri: 'https://evil.example/' }, 'invalid_request', 'unregistered_redirect_uri'],
            [{ redirect_uri: [callback, callback] }, 'invalid_request', 'unregistered_redirect_uri'],
            [{ request_uri: `${urn}${'a'.repeat(43)}` }, 'invalid_request'],
            [{ request_uri: 'https://shop.example/request' }, 'invalid_request'],
            [{ request: 'a.b.c' }, 'request_not_supported'],
            [{ registration: '{}' }, 'registration_not_supported'],
            [{ response_type: 'token' }, 'unsupported_response_type'],
            [{ response_type: undefined }, 'invalid_request'],
            [{ state: ['a', 'b'] }, 'invalid_request'],
            [{ unknown: ['a', 'b'] }, 'invalid_request'],
            [{ state: 'x'.repeat(2_049) }, 'invalid_request'],
            [{ code_challenge: undefined }, 'invalid_request'],
            [{ code_challenge_method: 'plain' }, 'invalid_request'],
            [{ dpop_jkt: 'short' }, 'invalid_request'],
            [{ scope: 'openid darvoza:admin' }, 'invalid_scope'],
            [{ resource: 'https://unknown.example' }, 'invalid_target'],
            [{ id_token_hint: 'a.b.c' }, 'invalid_request'],
            [{ client_id: 'another' }, 'invalid_request'],
            [{ client_id: ['shop', 'shop'] }, 'invalid_request'],
            [{ client_secret: 'another' }, 'invalid_request'],
        ];
        for (const [changes, error, code = error] of refused) {
            const { status, body } = await push(changes);
            expect([status, body.error, body.error_uri], JSON.stringify(changes)).to.deep.equal([
                400,
                error,
                `${issuer}/errors/${code}`,
            ]);
        }
        const client = aClient(server);
        const by = (headers, body, method = 'POST') => client.send(method, '/oauth/par', { body, headers: { ...inForm, ...headers } });
        const wrong = await by(basic('shop', `${secret}a`), authorizeQuery('shop'));
        expect([wrong.status, wrong.body.error]).to.deep.equal([401, 'invalid_client']);
        expect(wrong.headers.get('www-authenticate')).to.equal('Basic realm="token"');
        expect((await by({}, authorizeQuery('shop'))).status, 'one that says who it is alone').to.equal(401);
        const machine = await by({}, authorizeQuery('nightly'));
        expect([machine.status, machine.body.error]).to.deep.equal([400, 'unauthorized_client']);
        const { status, headers } = await client.send('GET', `/oauth/par?${authorizeQuery('shop')}`);
        expect([status, headers.get('allow')]).to.deep.equal([405, 'POST, OPTIONS']);
        const rows = (text) => text.replace(/"guess[^\]]*\]/g, '');
        expect(rows(await snapshotOf(server))).to.equal(rows(before));
    });
    it('gives what leads through our pages to an answer, once; what else the address says does not count', async () => {
        const { server, amy, push, visitor } = await aShop({}, { first_party: false });
        const { status, body, headers } = await push({ state: 'pushed', dpop_jkt: challenge });
        expect([status, body.expires_in, headers.get('cache-control')]).to.deep.equal([201, 60, 'no-store']);
        expect(body.request_uri).to.match(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
        expect(await snapshotOf(server)).to.not.include(body.request_uri.slice(urn.length));
        const path = pathOf(body.request_uri);
        const more = { redirect_uri: 'https://evil.example/', state: 'other', scope: 'openid email', dpop_jkt: 'x' };
        const login = locationOf(await visitor.send('GET', `${path}&${new URLSearchParams(more)}&state=twice`));
        expect(login).to.match(/^\/login\?ticket=/);
        const { username, password } = amy;
        const signedIn = await visitor.submit('/login', { username, password, ticket: ticketIn(login) }, login);
        const consent = localOf(await visitor.send('GET', localOf(signedIn)));
        expect(consent).to.match(/^\/consent\?ticket=/);
        const page = await visitor.open(consent);
        expect(page.text).to.include('The shop').and.not.include('Email');
        const shown = /name="shown" value="([^"]+)"/.exec(page.text)[1];
        const allow = { ticket: ticketIn(consent), shown, decision: 'allow' };
        const answer = answerOf(await visitor.submit('/consent', allow, consent));
        expect(answer).to.include({ state: 'pushed', iss: issuer });
        const { database } = server.composed.parts.storage;
        const [row] = await database.read('SELECT scope, dpop_jkt AS dpopJkt FROM code', []);
        expect(row).to.deep.equal({ scope: 'openid profile', dpopJkt: challenge });
        // Reload, back, and another tab: no second code, nothing ends, and everything leads back.
        const again = ['GET', path, 'GET', login, 'GET', consent, 'GET', localOf(signedIn)];
        for (let at = 0; at < again.length; at += 2)
            expectOver(await visitor.send(again[at], again[at + 1]), true);
        const token = visitor.tokenOn(await visitor.open('/account'), '/logout');
        const sent = await visitor.send('POST', '/consent', {
            form: { ...allow, _token: token },
            headers: { 'Sec-Fetch-Site': 'same-origin' },
        });
        expectOver(sent, true);
        expect(await rowsIn(server, 'code')).to.equal(1);
    });
    it('is the only way for applications that must use it, and for all where the policy says so', async () => {
        const { server, amy, visitor, pushed } = await aShop({}, { require_pushed_authorization_requests: true });
        const books = await aPusher(server, 'books', { first_party: true, redirect_uris: [callback] });
        const ofBooks = authorizeQuery('books', { redirect_uri: callback });
        await visitor.signIn(amy);
        await expectRequired(visitor, authorizeQuery('shop'));
        // A ticket of before it was so is no way round.
        const form = Object.fromEntries(new URLSearchParams(ofBooks));
        const before = localOf(await visitor.send('POST', '/oauth/authorize', { form }));
        expect(answerOf(await visitor.send('GET', `/oauth/authorize?${ofBooks}`))).to.have.property('code');
        expect(await discovered(server)).to.include({
            pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
            require_pushed_authorization_requests: false,
        });
        await server.setPolicy({ require_pushed_authorization_requests: true });
        await expectRequired(visitor, ofBooks);
        expect((await visitor.send('GET', before)).text).to.include('/errors/invalid_request');
        expect(await discovered(server)).to.include({ require_pushed_authorization_requests: true });
        expect(answerOf(await visitor.send('GET', await pushed()))).to.have.property('code');
        expect(answerOf(await visitor.send('GET', await books.pushed({ redirect_uri: callback })))).to.have.property('code');
    });
    it('takes so many of one network from those that prove nothing, and writes no more; others it does not count', async () => {
        const { server, push } = await aShop();
        await anApplication(server, 'tabs', {
            kind: 'browser',
            metadata: {
                ...{ redirect_uris: [callback], response_types: ['code'], scope: 'openid profile' },
                token_endpoint_auth_method: 'none',
            },
        });
        const client = aClient(server);
        const body = authorizeQuery('tabs', { redirect_uri: callback });
        const wrong = authorizeQuery('tabs', { redirect_uri: 'https://evil.example/' });
        const send = (some = body) => client.send('POST', '/oauth/par', { body: some, headers: inForm });
        const { networkThrottle } = server.composed.parts.authorizations;
        const left = 20;
        for (let sent = 0; sent < throttles.push.most - left; sent++)
            networkThrottle.admit('push', '127.0.0.1');
        // Also those count that are refused anyway.
        const told = await Promise.all(Array.from({ length: 2 * left }, (_, nth) => send(nth % 2 ? body : wrong)));
        const made = told.filter(one => one.status === 201).length;
        expect(made).to.be.within(1, left - 1);
        const refused = told.filter(one => one.status === 429);
        expect(refused).to.have.length(left);
        for (const one of refused) {
            expect(one.body.error).to.equal('temporarily_unavailable');
            expect(Number(one.headers.get('retry-after'))).to.be.within(1, 60);
        }
        expect(await rowsIn(server, 'pushed_request')).to.equal(made);
        expect((await push()).status).to.equal(201);
        server.clock.advance('1m');
        expect((await send()).status).to.equal(201);
    });
    it('counts for the network also what applications send that registered themselves, whatever they prove', async () => {
        const { server, push } = await aShop();
        const tool = await aPusher(server, 'tool', {}, 'registration');
        const { networkThrottle } = server.composed.parts.authorizations;
        for (let sent = 1; sent < throttles.push.most; sent++)
            networkThrottle.admit('push', '127.0.0.1');
        expect((await tool.push()).status).to.equal(201);
        const { status, body } = await tool.push();
        expect([status, body.error_uri]).to.deep.equal([429, `${issuer}/errors/too_many_from_network`]);
        expect(await rowsIn(server, 'pushed_request')).to.equal(1);
        expect((await push()).status).to.equal(201);
    });
    it('takes a proof of a key as the key that the code is bound to, once', async () => {
        const { server, amy, visitor, push } = await aShop();
        await visitor.signIn(amy);
        const [key, other] = [aHolder(server.clock.now), aHolder(server.clock.now)];
        const proof = (of = key, path = '/oauth/par') => ({ DPoP: of.proof('POST', issuer + path, undefined) });
        const told = ({ status, body }) => [status, body.error];
        const contradicted = await push({ dpop_jkt: other.jkt }, proof());
        expect(told(contradicted)).to.deep.equal([400, 'invalid_request']);
        expect(contradicted.body.error_description).to.include('dpop_jkt');
        for (const wrong of [proof(key, '/oauth/token'), { DPoP: 'nothing' }])
            expect(told(await push({}, wrong))).to.deep.equal([400, 'invalid_dpop_proof']);
        // What is refused for something else has not used it up.
        const good = proof();
        expect(told(await push({ response_type: 'token' }, good))).to.deep.equal([400, 'unsupported_response_type']);
        const all = await Promise.all(Array.from({ length: 8 }, () => push({}, good)));
        const made = all.filter(one => one.status === 201);
        expect([made.length, await rowsIn(server, 'pushed_request')]).to.deep.equal([1, 1]);
        expect(all.filter(one => one.status !== 201).map(told)).to.deep.equal(Array(7).fill([400, 'invalid_dpop_proof']));
        const both = await push({ dpop_jkt: key.jkt }, proof());
        for (const { body } of [made[0], both]) {
            const answer = answerOf(await visitor.send('GET', pathOf(body.request_uri)));
            expect(answer).to.have.property('code');
        }
        const { database } = server.composed.parts.storage;
        const rows = await database.read('SELECT dpop_jkt AS jkt FROM code', []);
        expect(rows.map(({ jkt }) => jkt)).to.deep.equal([key.jkt, key.jkt]);
    });
    it('is called from pages of every origin, with preflights and errors alike', async () => {
        const { server } = await aShop();
        const headers = { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' };
        const asking = { ...headers, 'Access-Control-Request-Headers': 'DPoP, Content-Type' };
        const preflight = await aClient(server).send('OPTIONS', '/oauth/par', { headers: asking });
        expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).to.deep.equal([204, '*']);
        expect(preflight.headers.get('access-control-allow-headers')).to.include('DPoP');
        const refused = await aClient(server).send('POST', '/oauth/par', { body: '', headers: { ...headers, ...inForm } });
        expect([refused.status, refused.headers.get('access-control-allow-origin')]).to.deep.equal([401, '*']);
    });
});
//# sourceMappingURL=pushed-requests.test.js.map