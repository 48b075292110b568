// A server that programs of others find by its own address, by the real clock, and what a test does there beside them: it
// registers them, sends a person through the pages, and ends that person's device as an administrator.
import { expect } from 'chai';
import { aClient } from './client.js';
import { aRunningClock } from './clock.js';
import { sqlite } from './engines.js';
import { freePort } from './mariadb.js';
import { aServer, password, settle, testSettings } from './server.js';
/** Its issuer is where it listens. Applications of the tests are at `localhost`: another site for browsers, cookies included. */
export async function anIssuer({ engine = sqlite, ...options } = {}, more = {}) {
    const port = await freePort();
    const settings = { ...testSettings(await engine.migrated()), ...more, port, issuer: `http://127.0.0.1:${port}` };
    return aServer({ clock: aRunningClock(), settings, ...options });
}
/**
 * An application as an administrator makes it by the API, in the names of RFC 7591; what is not said goes by its kind.
 * @returns its secret, where it has one
 */
export async function registered(server, client_id, kind, more = {}) {
    const administrator = await asAdministrator(server);
    const described = { client_id, client_name: client_id, kind, ...more };
    const { status, body, text } = await administrator.post('/api/admin/applications', described);
    expect(status, text).to.equal(201);
    await settle(server.composed);
    return body.client_secret;
}
const forms = /<form\b[^>]*\baction="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g;
const inputs = /<input\b[^>]*\bname="([^"]*)"[^>]*>/g;
const unescaped = (text) => text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');
/** The form of a page that has this field or button. */
function formWith(page, mark) {
    for (const [, action = '', inside = ''] of page.text.matchAll(forms)) {
        if (!inside.includes(mark))
            continue;
        const fields = [...inside.matchAll(inputs)].map(([tag, name = '']) => [name, unescaped(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '')]);
        return { action: unescaped(action), fields: Object.fromEntries(fields) };
    }
    throw new Error(`no form with ${mark} on ${page.path}, ${page.status}:\n${page.text.slice(0, 3_000)}`);
}
/**
 * What a person does without scripts whom an application sent to the server: signs in where asked, and decides.
 * @returns where the browser is sent in the end, away from the server
 */
export async function throughPages(server, visitor, address, person, decision = 'allow') {
    const { origin } = new URL(server.url);
    expect(new URL(address).origin).to.equal(origin);
    const sent = (path) => visitor.send('GET', path);
    let seen = await sent(String(address).slice(origin.length));
    for (let step = 0; step < 12; step++) {
        const location = seen.headers.get('location');
        if (location) {
            const next = new URL(location, origin);
            if (next.origin !== origin)
                return next;
            seen = await sent(next.pathname + next.search);
            continue;
        }
        expect(seen.status, seen.text).to.equal(200);
        const asksPassword = seen.text.includes('name="password"');
        const { action, fields } = formWith(seen, asksPassword ? 'name="password"' : 'name="decision"');
        const form = asksPassword
            ? { ...fields, username: person.username, password: person.password }
            : { ...fields, decision };
        seen = await visitor.send('POST', action, { form, headers: { 'Sec-Fetch-Site': 'same-origin' } });
    }
    throw new Error(`no end of pages, the last at ${seen.path}`);
}
/** The same in a real browser, which stands on the sign-in page. */
export async function signInOnPage(page, person) {
    await page.locator('[name=username]').fill(person.username);
    await page.locator('[name=password]').fill(person.password);
    await page.locator('[name=password]').press('Enter');
}
export const allowOnPage = (page) => page.getByRole('button', { name: 'Allow', exact: true }).click();
/** The admin API, with the token of `admin`. */
export async function asAdministrator(server) {
    const client = aClient(server, 'administrator/1.0');
    const { access } = await client.signIn({ username: 'admin', password });
    return {
        get: (path) => client.get(path, access),
        post: (path, json) => client.post(path, json, access),
        patch: (path, json) => client.patch(path, json, access),
        delete: (path) => client.delete(path, access),
    };
}
/** Ends the devices of a person one by one, as for a lost phone. */
export async function endDevicesOf(server, { id }) {
    const administrator = await asAdministrator(server);
    const { body } = await administrator.get(`/api/admin/users/${id}/devices`);
    expect(body.results).to.not.be.empty;
    for (const device of body.results)
        expect((await administrator.delete(`/api/admin/devices/${device.id}`)).status).to.equal(204);
}
export const secretProof = (client_id, client_secret) => ({ form: { client_id, client_secret } });
export const basicProof = (id, secret) => ({
    headers: { Authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` },
});
/** What every endpoint says to tokens that are held. Public applications may not introspect. */
async function answersTo(server, { access_token }, proof) {
    const bearer = { headers: { Authorization: `Bearer ${access_token}` } };
    return {
        userinfo: (await fetch(`${server.url}/oauth/userinfo`, bearer)).status,
        introspection: await isActive(server, access_token, proof),
    };
}
const post = (server, path, form, proof) => fetch(server.url + path, {
    method: 'POST',
    body: new URLSearchParams({ ...form, ...proof.form }),
    headers: proof.headers ?? {},
});
const isPublic = ({ form, headers }) => !headers && !form?.client_secret;
/** null: who asks may not know. */
async function isActive(server, token, proof) {
    const answer = await post(server, '/oauth/introspect', { token }, proof);
    return answer.status === 200 ? (await answer.json()).active : null;
}
export async function expectLive(server, held, proof) {
    expect(await answersTo(server, held, proof)).to.deep.equal({
        userinfo: 200,
        introspection: isPublic(proof) ? null : true,
    });
}
/** Refused at once, everywhere. */
export async function expectOver(server, held, proof) {
    const introspection = isPublic(proof) ? null : false;
    expect(await answersTo(server, held, proof)).to.deep.equal({ userinfo: 401, introspection });
    const { refresh_token } = held;
    if (!refresh_token)
        return;
    expect(await isActive(server, refresh_token, proof)).to.equal(introspection);
    const answer = await post(server, '/oauth/token', { grant_type: 'refresh_token', refresh_token }, proof);
    expect(answer.status).to.equal(400);
    expect((await answer.json()).error).to.equal('invalid_grant');
}
//# sourceMappingURL=issuer.js.map