// express-openid-connect, unmodified: told behind the browser's back that a session has ended (OpenID Connect Back-Channel
// Logout 1.0), it shows nobody in there any more.
import { createServer } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import openid from 'express-openid-connect';
import session from 'express-session';
import { anIssuer, registered, throughPages } from '../support/issuer.js';
import { freePort } from '../support/mariadb.js';
import { aVisitor } from '../support/visitor.js';
const { auth, requiresAuth } = openid;
async function website(issuerBaseURL, clientSecret, port) {
    const app = express();
    app.use(auth({
        ...{ issuerBaseURL, clientID: 'shop', clientSecret, baseURL: `http://localhost:${port}` },
        ...{ secret: 'of the test, long enough for its cookies', authRequired: false },
        authorizationParams: { response_type: 'code', scope: 'openid profile' },
        // Theirs is a store of express-session's shape.
        backchannelLogout: { store: new session.MemoryStore() },
    }));
    app.get('/inside', requiresAuth(), (request, response) => void response.send(`Inside is ${request.oidc.user.name}.`));
    app.set('env', 'test');
    const server = createServer(app);
    await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
    return server;
}
describe('express-openid-connect', function () {
    this.timeout(60_000);
    let site;
    afterEach(() => {
        site?.closeAllConnections();
        site?.close();
    });
    async function aWebsite(session_required) {
        const server = await anIssuer({}, { outgoingAllow: { hosts: ['localhost'], networks: [] } });
        const port = await freePort();
        const home = `http://localhost:${port}`;
        const secret = await registered(server, 'shop', 'web', {
            redirect_uris: [`${home}/callback`],
            backchannel_logout_uri: `${home}/backchannel-logout`,
            backchannel_logout_session_required: session_required,
        });
        site = await website(server.settings.issuer, secret, port);
        const person = await server.aUser({ firstName: 'Amy', lastName: 'Pond' });
        /** A browser of theirs in which they are signed in. */
        async function aBrowser() {
            const [there, here] = [aVisitor(server), aVisitor({ url: home })];
            const sentTo = async (path) => (await here.send('GET', path)).headers.get('location');
            const back = await throughPages(server, there, await sentTo('/inside'), person);
            await sentTo(back.pathname + back.search);
            const inside = async () => (await here.send('GET', '/inside')).status === 200;
            expect(await inside()).to.equal(true);
            return { there, inside };
        }
        return { server, laptop: await aBrowser(), phone: await aBrowser() };
    }
    async function deliver({ composed }) {
        await composed.parts.deliveries.sending.run();
        await composed.jobs.settled();
        const { deliveryStore, database } = composed.parts.storage;
        expect(await deliveryStore.waiting(database, 10), 'it has taken what was sent').to.equal(0);
    }
    it('lets nobody in from a browser that was signed out at the server, and the other one stays', async () => {
        const { server, laptop, phone } = await aWebsite(true);
        await laptop.there.submit('/logout', {}, '/account');
        await deliver(server);
        expect([await laptop.inside(), await phone.inside()]).to.deep.equal([false, true]);
    });
    it('goes by the person where it is told of one: then the other browser is signed out as well', async () => {
        const { server, laptop, phone } = await aWebsite(false);
        await laptop.there.submit('/logout', {}, '/account');
        await deliver(server);
        expect([await laptop.inside(), await phone.inside()]).to.deep.equal([false, false]);
    });
});
//# sourceMappingURL=express-openid-connect.test.js.map