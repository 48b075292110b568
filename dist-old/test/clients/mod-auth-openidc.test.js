// Apache with mod_auth_openidc as relying party: a page behind it, which a person opens in a browser.
import { expect } from 'chai';
import { anApache, onApache, stopApaches } from '../support/apache.js';
import { aVisit, onBrowser } from '../support/browser.js';
import { allowOnPage, anIssuer, basicProof, endDevicesOf, expectLive, expectOver, registered, signInOnPage, } from '../support/issuer.js';
import { freePort } from '../support/mariadb.js';
async function aWebsite(more = []) {
    const server = await anIssuer({}, { outgoingAllow: { hosts: ['localhost'], networks: [] } });
    const port = await freePort();
    const home = `http://localhost:${port}/`;
    const secret = await registered(server, 'intranet', 'web', {
        redirect_uris: [`${home}inside/callback`],
        post_logout_redirect_uris: [home],
        backchannel_logout_uri: `${home}inside/callback?logout=backchannel`,
    });
    const apache = await anApache(port, [
        `OIDCProviderMetadataURL ${server.settings.issuer}/.well-known/openid-configuration`,
        'OIDCClientID intranet',
        `OIDCClientSecret ${secret}`,
        `OIDCRedirectURI ${home}inside/callback`,
        `OIDCDefaultLoggedOutURL ${home}`,
        'OIDCCryptoPassphrase of-the-test-0123456789abcdef',
        'OIDCPKCEMethod S256',
        'OIDCScope "openid profile email"',
        'OIDCRemoteUserClaim preferred_username',
        // Its page of what it holds.
        'OIDCInfoHook access_token refresh_token id_token userinfo',
        ...more,
    ]);
    const person = await server.aUser({ username: 'amy' });
    return { server, apache, person, proof: basicProof('intranet', secret) };
}
async function signIn(page, url, person) {
    await page.goto(`${url}/inside/`);
    await signInOnPage(page, person);
    await allowOnPage(page);
    await page.getByText(`Inside is ${person.username}.`).waitFor();
}
/** What Apache holds for this browser. */
async function heldFor(page, url) {
    const answer = await page.request.get(`${url}/inside/callback?info=json`);
    expect(answer.status()).to.equal(200);
    return answer.json();
}
onApache('mod_auth_openidc', () => {
    afterEach(stopApaches);
    onBrowser('in Chromium', () => {
        it('lets a person in who signs in, refreshes, is refused on reuse, and logs out', async () => {
            const { server, apache, person, proof } = await aWebsite();
            const page = await aVisit(apache);
            await signIn(page, apache.url, person);
            const first = await heldFor(page, apache.url);
            await expectLive(server, first, proof);
            const refresh = async ({ access_token }) => {
                const query = new URLSearchParams({ refresh: `${apache.url}/inside/`, access_token });
                await page.goto(`${apache.url}/inside/callback?${query}`);
                return new URL(page.url()).searchParams.get('error_code');
            };
            expect(await refresh(first)).to.equal(null);
            const second = await heldFor(page, apache.url);
            expect(second.access_token).to.not.equal(first.access_token);
            await expectLive(server, second, proof);
            await page.goto(`${apache.url}/inside/callback?logout=${encodeURIComponent(`${apache.url}/`)}`);
            await page.getByText('Anybody sees this.').waitFor();
            await expectOver(server, second, proof);
            // Nobody is signed in at the server either.
            await page.goto(`${apache.url}/inside/`);
            await page.locator('[name=password]').waitFor();
        });
        it('is told of a sign-out at the server (OpenID Connect Back-Channel Logout 1.0), and shows its pages no more', async () => {
            const { server, apache, person } = await aWebsite();
            const page = await aVisit(apache);
            await signIn(page, apache.url, person);
            await endDevicesOf(server, person);
            await server.composed.parts.deliveries.sending.run();
            await server.composed.jobs.settled();
            const { deliveryStore, database } = server.composed.parts.storage;
            expect(await deliveryStore.waiting(database, 10), apache.errors()).to.equal(0);
            await page.goto(`${apache.url}/inside/`);
            await page.locator('[name=password]').waitFor();
        });
        it('is refused when its refresh token was used by somebody else before', async () => {
            const { server, apache, person, proof } = await aWebsite();
            const page = await aVisit(apache);
            await signIn(page, apache.url, person);
            const { refresh_token = '', access_token } = await heldFor(page, apache.url);
            const stolen = await fetch(`${server.url}/oauth/token`, {
                method: 'POST',
                body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token }),
                headers: proof.headers,
            });
            const thief = (await stolen.json());
            server.clock.advance('1m');
            const query = new URLSearchParams({ refresh: `${apache.url}/inside/`, access_token });
            await page.goto(`${apache.url}/inside/callback?${query}`);
            expect(new URL(page.url()).searchParams.get('error_code')).to.equal('refresh_failed');
            await expectOver(server, thief, proof);
        });
        it('shows its pages no more once an administrator has ended the device', async () => {
            // It refreshes with each page: an access token has an hour to go, which is less than this many seconds.
            const { server, apache, person, proof } = await aWebsite([
                'OIDCRefreshAccessTokenBeforeExpiry 3700 logout_on_error',
            ]);
            const page = await aVisit(apache);
            await signIn(page, apache.url, person);
            await page.reload();
            await page.getByText('Inside is amy.').waitFor();
            const held = await heldFor(page, apache.url);
            await endDevicesOf(server, person);
            await expectOver(server, held, proof);
            await page.goto(`${apache.url}/inside/`);
            await page.getByText('Anybody sees this.').waitFor();
            await page.goto(`${apache.url}/inside/`);
            await page.locator('[name=password]').waitFor();
        });
    });
});
//# sourceMappingURL=mod-auth-openidc.test.js.map