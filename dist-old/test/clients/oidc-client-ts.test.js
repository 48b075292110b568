// oidc-client-ts, unmodified, in a page of another site in Chromium: a public application with PKCE, which calls the token
// endpoint and userinfo across origins and renews by its refresh token.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import express from 'express';
import { aVisit, onBrowser } from '../support/browser.js';
import { allowOnPage, anIssuer, endDevicesOf, expectOver, registered, signInOnPage, } from '../support/issuer.js';
import { freePort } from '../support/mariadb.js';
const library = createRequire(import.meta.url)
    .resolve('oidc-client-ts')
    .replace(/umd\/[^/]+$/, 'browser');
/** One address for everything: it signs in, and is led back to. `#here` says who is there. */
const html = (settings) => `<!doctype html>
<title>Notes</title>
<p id="here"></p>
<script src="/library/oidc-client-ts.min.js"></script>
<script>
  const manager = new oidc.UserManager(${JSON.stringify(settings)})
  const show = text => { document.getElementById('here').textContent = text }
  const back = async () => {
    if (!/[?&](code|error)=/.test(location.search)) return manager.getUser()
    const user = await manager.signinCallback()
    history.replaceState(null, '', '/')
    return user
  }
  back().then(user => show(user ? user.profile.preferred_username : 'nobody'), error => show('failed: ' + error.message))
</script>`;
onBrowser('oidc-client-ts', () => {
    let site;
    afterEach(() => {
        site?.closeAllConnections();
        site?.close();
    });
    async function aPageApp(more = {}) {
        const server = await anIssuer();
        const port = await freePort();
        const home = `http://localhost:${port}/`;
        await registered(server, 'notes', 'browser', {
            redirect_uris: [home],
            post_logout_redirect_uris: [home],
            scope: 'openid profile email offline_access',
        });
        const app = express();
        app.use('/library', express.static(library));
        app.get('/', (_, response) => {
            response.send(html({
                authority: server.settings.issuer,
                client_id: 'notes',
                redirect_uri: home,
                post_logout_redirect_uri: home,
                scope: 'openid profile email',
                loadUserInfo: true,
                automaticSilentRenew: false,
                ...more,
            }));
        });
        site = createServer(app);
        await new Promise(resolve => site.listen(port, '127.0.0.1', resolve));
        return { server, home, person: await server.aUser({ username: 'amy', email: 'amy@example.com' }) };
    }
    /** Runs what a page would, and answers what it may know. */
    const run = (page, script) => page.evaluate(script);
    const here = (page, who) => page.locator('#here').getByText(who, { exact: true }).waitFor();
    const held = (page) => run(page, 'manager.getUser()');
    async function signIn(page, home, person) {
        await page.goto(home);
        await here(page, 'nobody');
        await run(page, 'void manager.signinRedirect()');
        await signInOnPage(page, person);
        await allowOnPage(page);
        await here(page, person.username);
    }
    it('signs a person in, reads userinfo, renews by its refresh token, is refused on reuse, and signs out', async () => {
        const { server, home, person } = await aPageApp();
        const page = await aVisit({ url: home });
        await signIn(page, home, person);
        expect(await run(page, 'manager.getUser().then(user => user.profile)')).to.include({
            sub: String(person.id),
            email: 'amy@example.com',
        });
        const first = await held(page);
        await run(page, 'manager.signinSilent()');
        const second = await held(page);
        expect(second.access_token).to.not.equal(first.access_token);
        expect(second.refresh_token).to.not.equal(first.refresh_token);
        await run(page, 'void manager.signoutRedirect()');
        await here(page, 'nobody');
        await expectOver(server, second, { form: { client_id: 'notes' } });
        // Allowed already: only the password is asked for.
        await run(page, 'void manager.signinRedirect()');
        await signInOnPage(page, person);
        await here(page, person.username);
        const third = await held(page);
        await run(page, 'manager.signinSilent()');
        const fourth = await held(page);
        server.clock.advance('1m');
        const refused = await run(page, `manager.getUser().then(user => manager.storeUser(Object.assign(user, { refresh_token: '${third.refresh_token}' })))
        .then(() => manager.signinSilent()).then(() => null, error => error.error)`);
        expect(refused).to.equal('invalid_grant');
        await expectOver(server, fourth, { form: { client_id: 'notes' } });
    });
    it('keeps two tabs signed in that each ran the flow, whoever renews when', async () => {
        const { home, person } = await aPageApp();
        const one = await aVisit({ url: home });
        await signIn(one, home, person);
        const two = await one.context().newPage();
        await two.goto(home);
        await here(two, 'nobody');
        // Signed in already, and allowed already: no page asks.
        await run(two, 'void manager.signinRedirect()');
        await here(two, person.username);
        for (const tab of [one, two, one, two])
            await run(tab, 'manager.signinSilent()');
        await Promise.all([one, two].map(tab => run(tab, 'manager.signinSilent()')));
        const [first, second] = [await held(one), await held(two)];
        expect(first.refresh_token).to.not.equal(second.refresh_token);
        for (const tab of [one, two])
            expect(await run(tab, 'manager.getUser().then(user => user.expired)')).to.equal(false);
    });
    it('keeps tabs signed in that share one session and renew at once', async () => {
        const { home, person } = await aPageApp();
        const one = await aVisit({ url: home });
        await signIn(one, home, person);
        const tabs = [one, await one.context().newPage(), await one.context().newPage()];
        const user = await run(one, 'manager.getUser().then(user => user.toStorageString())');
        for (const tab of tabs.slice(1)) {
            await tab.goto(home);
            await run(tab, `manager.storeUser(oidc.User.fromStorageString(${JSON.stringify(user)}))`);
        }
        await Promise.all(tabs.map(tab => run(tab, 'manager.signinSilent()')));
        const tokens = await Promise.all(tabs.map(held));
        expect(new Set(tokens.map(({ refresh_token }) => refresh_token)).size).to.equal(1);
        for (const tab of tabs)
            await run(tab, 'manager.signinSilent()');
    });
    it('is signed out at once when an administrator ends the device', async () => {
        const { server, home, person } = await aPageApp({ scope: 'openid profile offline_access' });
        const page = await aVisit({ url: home });
        await signIn(page, home, person);
        const tokens = await held(page);
        await endDevicesOf(server, person);
        await expectOver(server, tokens, { form: { client_id: 'notes' } });
        expect(await run(page, 'manager.signinSilent().then(() => null, error => error.error)')).to.equal('invalid_grant');
        await run(page, 'void manager.signinRedirect()');
        await page.locator('[name=password]').waitFor();
    });
});
//# sourceMappingURL=oidc-client-ts.test.js.map