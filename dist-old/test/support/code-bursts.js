// One code redeemed many times at once, over servers that are processes of their own.
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createApplicationStore } from '../../server/storage/applications.js';
import { createCodeStore } from '../../server/storage/codes.js';
import { createSessionStore } from '../../server/storage/sessions.js';
import { anApplicationRow, basic, inForm } from './applications.js';
import { aClient, claimsOf } from './client.js';
import { aCode, redirectUri } from './codes.js';
import { password } from './server.js';
import { aVisitor } from './visitor.js';
const parallel = 50;
/** Reads the database of servers whose clock is the real one. @returns what came of it, for a line in the report */
export async function redeemManyTimes(urls, database, rounds) {
    const { dialect } = database;
    const [codeStore, sessionStore] = [createCodeStore(dialect), createSessionStore(dialect)];
    const home = { clock: { now: Date.now }, composed: { parts: { storage: { database, codeStore } } } };
    await makeApplications(database);
    const browser = await signInBrowser(urls[0], database);
    const headers = { tabs: inForm, shop: { ...inForm, ...basic('shop', secret) } };
    const send = (url, id, form) => {
        const body = new URLSearchParams({ ...form, ...(id === 'tabs' && { client_id: id }) }).toString();
        return aClient({ url }).send('POST', '/oauth/token', { body, headers: headers[id] });
    };
    const refresh = (id, { body }) => send(urls[0], id, { grant_type: 'refresh_token', refresh_token: body.refresh_token });
    async function burst(id, count) {
        const { code, terms } = await aCode(home, browser, id);
        const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: terms.verifier };
        return Promise.all(Array.from({ length: count }, (_, at) => send(urls[at % urls.length], id, form)));
    }
    const refused = new Map();
    for (let round = 0; round < rounds; round++) {
        // A page that runs twice is refused, and keeps its session; a code of a server that comes twice is in two hands.
        const id = round % 2 === 0 ? 'tabs' : 'shop';
        const [bystander] = (await burst(id, 1));
        const answers = await burst(id, parallel);
        const won = answers.filter(one => one.status === 200);
        expect(won, `round ${round}: ${answers.map(one => one.text).join()}`).to.have.length(1);
        for (const { status, body } of answers.filter(one => one.status !== 200)) {
            expect([status, body.error]).to.deep.equal([400, 'invalid_grant']);
            refused.set(body.error_uri, (refused.get(body.error_uri) ?? 0) + 1);
        }
        const lives = (await refresh(id, won[0])).status === 200;
        expect(lives, id).to.equal(id === 'tabs');
        const session = (await sessionStore.find(database, claimsOf(won[0].body.access_token).sid));
        expect(session.endedReason).to.equal(id === 'tabs' ? null : 'code_reused');
        expect((await refresh(id, bystander)).status, 'somebody else’s').to.equal(200);
    }
    const counts = [...refused].map(([uri, count]) => `${count} ${uri.split('/').at(-1)}`).sort();
    return `${rounds} codes × ${parallel}: one success each, refused ${counts.join(', ')}`;
}
const secret = 'a secret of the shop, and a long one';
async function makeApplications(database) {
    const store = createApplicationStore(database.dialect);
    const metadata = { redirect_uris: [redirectUri], scope: 'openid', first_party: true };
    const shared = { ...metadata, grant_types: ['authorization_code', 'refresh_token'] };
    const ofTabs = { ...shared, token_endpoint_auth_method: 'none' };
    await store.insert(database, anApplicationRow('tabs', { kind: 'browser', metadata: ofTabs }));
    await store.insert(database, anApplicationRow('shop', { metadata: shared }));
    const hash = createHash('sha256').update(secret).digest('base64url');
    const row = { id: 'secret', applicationId: 'shop', hash, hint: 'one', createdAt: 1, expiresAt: null };
    await store.insertSecret(database, { ...row, lastUsedAt: null });
}
async function signInBrowser(url, database) {
    await aVisitor({ url }).signIn({ username: 'admin', password });
    const [row] = await database.read('SELECT session_id AS id FROM page_session', []);
    return (await createSessionStore(database.dialect).find(database, row.id));
}
//# sourceMappingURL=code-bursts.js.map