// How people get a session and keep it: by the API, or as people of an application do, through our pages and a code. What the
// two are answered is told alike, in the words of the API.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { aConfidentialApplication, basic, inForm } from '../../support/applications.js';
import { aClient } from '../../support/client.js';
import { aVisitor, localOf } from '../../support/visitor.js';
export const apiWay = {
    name: 'api',
    signIn: (pick, { username, password }) => aClient(pick()).post('/api/token/', { username, password }),
    refresh: (server, refresh) => aClient(server).refresh(refresh),
    signOut: (server, refresh) => aClient(server).post('/api/token/blacklist/', { refresh }),
    verify: (server, access) => aClient(server).verify(access),
};
const callback = 'https://shop.example/callback';
const ownSite = { 'Sec-Fetch-Site': 'same-origin' };
/** All that lets its tokens be shown where those of the API are. */
const scope = 'openid roles darvoza:account';
/** A new application, and how people get in there. It asks for their consent unless it is our own. */
export async function aCodeWay(control, own = {}) {
    const applicationId = `shop-${randomUUID().slice(0, 8)}`;
    const home = { composed: control };
    const metadata = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope, ...own };
    const secret = await aConfidentialApplication(home, applicationId, { metadata: metadata });
    const headers = { ...inForm, ...basic(applicationId, secret) };
    const send = (server, path, form) => aClient(server).send('POST', path, { body: String(new URLSearchParams(form)), headers });
    async function signIn(pick, person) {
        const verifier = randomBytes(32).toString('base64url');
        const code_challenge = createHash('sha256').update(verifier).digest('base64url');
        const asked = { client_id: applicationId, redirect_uri: callback, response_type: 'code', scope };
        const query = new URLSearchParams({ ...asked, code_challenge, code_challenge_method: 'S256' });
        const seen = await throughPages(pick, `/oauth/authorize?${query}`, person);
        const code = new URL(seen.headers.get('location') ?? callback).searchParams.get('code');
        if (code === null)
            return { ...seen, body: { reason: `no code at ${seen.path.split('?')[0]}` } };
        const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
        return inWordsOfApi(await send(pick(), '/oauth/token', form));
    }
    return {
        name: 'code',
        applicationId,
        signIn,
        refresh: async (server, refresh) => inWordsOfApi(await send(server, '/oauth/token', { grant_type: 'refresh_token', refresh_token: refresh })),
        signOut: async (server, refresh) => inWordsOfApi(await send(server, '/oauth/revoke', { token: refresh })),
        async verify(server, access) {
            const answer = inWordsOfApi(await send(server, '/oauth/introspect', { token: access }));
            const isActive = answer.status !== 200 || answer.body.active === true;
            return isActive ? answer : { ...answer, status: 401, body: { reason: 'not active' } };
        },
    };
}
/** A browser of its own, to the application or to what stands in the way. Consent is given. */
async function throughPages(pick, path, { username, password }) {
    const visitor = aVisitor({
        get url() {
            return pick().url;
        },
    });
    let seen = await visitor.send('GET', path);
    for (let steps = 0; steps < 10; steps++) {
        const location = seen.headers.get('location');
        if (location?.startsWith(callback))
            break;
        if (location)
            seen = await visitor.send('GET', localOf(seen));
        else if (seen.status !== 200)
            break;
        else {
            const [page] = seen.path.split('?');
            const typed = page === '/login' ? { username, password } : { decision: 'allow' };
            seen = await visitor.send('POST', page, { form: { ...hiddenOn(seen, page), ...typed }, headers: ownSite });
        }
    }
    return seen;
}
/** The hidden fields of the form that is sent to `action`. */
function hiddenOn({ text }, action) {
    const forms = [...text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form);
    const form = forms.find(one => one.includes(`action="${action}"`)) ?? '';
    const fields = form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g);
    return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}
/** RFC 6749 §5.2 has one word for all that is wrong with a grant; which it is says the page that explains it. */
function inWordsOfApi(answer) {
    const { status, body } = answer;
    if (status === 200 && body?.access_token)
        return { ...answer, body: { access: body.access_token, refresh: body.refresh_token } };
    if (status < 400)
        return answer;
    const reason = String(body?.error_uri ?? '')
        .split('/')
        .at(-1);
    return { ...answer, status: body?.error === 'invalid_grant' ? 401 : status, body: { reason } };
}
/** Signs in when all is well, however often a busy server says that it cannot at the moment. */
export async function signInBy(way, servers, person, random) {
    for (;;) {
        const answer = await way.signIn(() => random.pick(servers), person);
        if (answer.status === 200)
            return answer.body;
        if (answer.status !== 503)
            throw new Error(`a sign-in by ${way.name} was answered ${answer.status} ${answer.text}`);
        await pause(100);
    }
}
//# sourceMappingURL=ways.js.map