// oauth4webapi, unmodified: strict about every answer, with `iss` in the authorization response (RFC 9207), resource
// indicators (RFC 8707), and a resource server that checks tokens by RFC 9068.
import { expect } from 'chai';
import * as oauth from 'oauth4webapi';
import { anIssuer, basicProof, endDevicesOf, expectOver, registered, throughPages, } from '../support/issuer.js';
import { aVisitor } from '../support/visitor.js';
const callback = 'http://localhost:7000/callback';
const orders = 'https://orders.example.com';
const invoices = 'https://invoices.example.com';
const insecure = { [oauth.allowInsecureRequests]: true };
async function anApplicationAtTwoApis() {
    const server = await anIssuer();
    for (const [id, resource] of [
        ['orders', orders],
        ['invoices', invoices],
    ]) {
        const resource_scopes = [{ name: `${id}.read`, description: `Read ${id}.` }];
        await registered(server, id, 'resource_server', { resource, resource_scopes });
    }
    const secret = await registered(server, 'shop', 'web', {
        redirect_uris: [callback],
        scope: 'openid profile orders.read invoices.read',
    });
    const issuer = new URL(server.settings.issuer);
    const client = { client_id: 'shop', require_auth_time: true };
    const auth = oauth.ClientSecretBasic(secret);
    return { server, issuer, client, auth, secret, person: await server.aUser() };
}
/** By both documents (OpenID Connect Discovery, RFC 8414), which must agree. */
async function discovered(issuer) {
    const documents = [];
    for (const algorithm of ['oidc', 'oauth2']) {
        const answer = await oauth.discoveryRequest(issuer, { algorithm, ...insecure });
        documents.push(await oauth.processDiscoveryResponse(issuer, answer));
    }
    const [oidc, oauth2] = documents;
    for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'introspection_endpoint'])
        expect(oidc[name], name).to.be.a('string').and.equal(oauth2[name]);
    return oidc;
}
async function signedIn(made, as, person, resources) {
    const { server, client, auth } = made;
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const address = new URL(as.authorization_endpoint);
    address.search = new URLSearchParams([
        ['client_id', client.client_id],
        ['redirect_uri', callback],
        ['response_type', 'code'],
        ['scope', 'openid profile orders.read invoices.read'],
        ['code_challenge', await oauth.calculatePKCECodeChallenge(verifier)],
        ['code_challenge_method', 'S256'],
        ['state', state],
        ['nonce', nonce],
        ['max_age', '3600'],
        ...resources.map(resource => ['resource', resource]),
    ]).toString();
    const back = await throughPages(server, aVisitor(server), address, person);
    // Without the `iss` that the discovery document promises this throws.
    const parameters = oauth.validateAuthResponse(as, client, back, state);
    const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, callback, verifier, {
        ...insecure,
        additionalParameters: { resource: resources[0] },
    });
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, {
        expectedNonce: nonce,
        maxAge: 3600,
        requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(as, answer, insecure);
    return tokens;
}
async function refreshed(made, as, token, form = {}) {
    const { client, auth } = made;
    const answer = await oauth.refreshTokenGrantRequest(as, client, auth, token, {
        ...insecure,
        additionalParameters: form,
    });
    return oauth.processRefreshTokenResponse(as, client, answer);
}
/** What a resource server does with a call that comes in. */
const called = (as, accessToken, audience) => oauth.validateJwtAccessToken(as, new Request(audience, { headers: { Authorization: `Bearer ${accessToken}` } }), audience, insecure);
async function expectError(attempt, error) {
    try {
        await attempt;
    }
    catch (thrown) {
        expect(thrown).to.be.instanceOf(oauth.ResponseBodyError);
        expect(thrown.error).to.equal(error);
        return;
    }
    expect.fail(`not refused with ${error}`);
}
describe('oauth4webapi', function () {
    this.timeout(60_000);
    it('finds nothing amiss in answers, signature and claims, one API at a time', async () => {
        const made = await anApplicationAtTwoApis();
        const { server, issuer, client, person } = made;
        const as = await discovered(issuer);
        const first = await signedIn(made, as, person, [orders, invoices]);
        const claims = await called(as, first.access_token, orders);
        expect(claims).to.include({ aud: orders, client_id: client.client_id, sub: String(person.id) });
        expect(claims.scope.split(' ')).to.include('orders.read').and.not.include('invoices.read');
        const elsewhere = await called(as, first.access_token, invoices).catch((error) => error);
        expect(elsewhere).to.be.instanceOf(oauth.OperationProcessingError);
        const userinfo = await oauth.userInfoRequest(as, client, first.access_token, insecure);
        const { sub } = await oauth.processUserInfoResponse(as, client, String(person.id), userinfo);
        expect(sub).to.equal(String(person.id));
        // RFC 8707 §2.2: another API of those granted; what was never asked for is not given.
        const second = await refreshed(made, as, first.refresh_token, { resource: invoices });
        expect((await called(as, second.access_token, invoices)).aud).to.equal(invoices);
        await expectError(refreshed(made, as, second.refresh_token, { resource: server.settings.issuer }), 'invalid_target');
        await expectError(refreshed(made, as, second.refresh_token, { scope: 'openid offline_access' }), 'invalid_scope');
        const narrow = await refreshed(made, as, second.refresh_token, { scope: 'openid' });
        expect(narrow.scope).to.equal('openid');
        // RFC 6749 §6: narrowed was that token, not the session.
        const wide = await refreshed(made, as, narrow.refresh_token);
        expect(wide.scope.split(' ')).to.include.members(['openid', 'profile']);
    });
    it('is refused on reuse, which ends the session', async () => {
        const made = await anApplicationAtTwoApis();
        const { server, issuer, secret, person } = made;
        const as = await discovered(issuer);
        const first = await signedIn(made, as, person, [orders]);
        const second = await refreshed(made, as, first.refresh_token);
        server.clock.advance('1m');
        await expectError(refreshed(made, as, first.refresh_token), 'invalid_grant');
        await expectError(refreshed(made, as, second.refresh_token), 'invalid_grant');
        await expectOver(server, second, basicProof('shop', secret));
    });
    it('revokes, and an ended device is over at once', async () => {
        const made = await anApplicationAtTwoApis();
        const { server, issuer, client, auth, secret, person } = made;
        const as = await discovered(issuer);
        const introspected = async (token) => {
            const answer = await oauth.introspectionRequest(as, client, auth, token, insecure);
            return oauth.processIntrospectionResponse(as, client, answer);
        };
        const revoked = await signedIn(made, as, person, [orders]);
        expect(await introspected(revoked.access_token)).to.include({ active: true, aud: orders, client_id: 'shop' });
        await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, revoked.refresh_token, insecure));
        expect(await introspected(revoked.access_token)).to.deep.equal({ active: false });
        await expectOver(server, revoked, basicProof('shop', secret));
        const ended = await signedIn(made, as, person, [orders]);
        await endDevicesOf(server, person);
        await expectOver(server, ended, basicProof('shop', secret));
    });
});
//# sourceMappingURL=oauth4webapi.test.js.map