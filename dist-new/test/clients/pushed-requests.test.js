// Pushed authorization requests (RFC 9126) by openid-client and oauth4webapi, unmodified: a browser then brings a reference
// alone.
import { expect } from 'chai';
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { anIssuer, registered, throughPages } from '../support/issuer.js';
import { aVisitor } from '../support/visitor.js';
const callback = 'http://localhost:7000/callback';
const insecure = { [oauth.allowInsecureRequests]: true };
const website = {
    redirect_uris: [callback],
    scope: 'openid profile email offline_access',
    require_pushed_authorization_requests: true,
};
const discovered = (server, id, auth) => client.discovery(new URL(server.settings.issuer), id, {}, auth, { execute: [client.allowInsecureRequests] });
async function aRequest() {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const parameters = {
        redirect_uri: callback,
        scope: 'openid profile',
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
    };
    return { parameters, checks: { ...checks, idTokenExpected: true } };
}
/** That is all that a browser, a proxy or a history comes to know. */
function expectReference(address) {
    expect([...address.searchParams.keys()].sort()).to.deep.equal(['client_id', 'request_uri']);
    expect(address.searchParams.get('request_uri')).to.match(/^urn:ietf:params:oauth:request_uri:/);
}
/** What a browser sees that comes with it once more. */
async function expectAnswered(server, address) {
    const { status, text } = await aVisitor(server).send('GET', address.pathname + address.search);
    expect([status, text.includes('/errors/invalid_request_uri')]).to.deep.equal([400, true]);
}
/** Pushes, signs a person in by the reference, and gets tokens. */
async function signedIn(server, config, options = {}) {
    const { parameters, checks } = await aRequest();
    const address = await client.buildAuthorizationUrlWithPAR(config, parameters, options);
    expectReference(address);
    const person = await server.aUser();
    const back = await throughPages(server, aVisitor(server), address, person);
    const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, options);
    expect(tokens.claims().sub).to.equal(String(person.id));
    await expectAnswered(server, address);
    return tokens;
}
describe('requests that are pushed', function () {
    this.timeout(60_000);
    it('by openid-client: an application that must is refused without, and signs people in by a reference', async () => {
        const server = await anIssuer();
        const config = await discovered(server, 'shop', client.ClientSecretBasic(await registered(server, 'shop', 'web', website)));
        expect(config.serverMetadata().pushed_authorization_request_endpoint).to.equal(`${server.settings.issuer}/oauth/par`);
        const { parameters, checks } = await aRequest();
        const plain = await throughPages(server, aVisitor(server), client.buildAuthorizationUrl(config, parameters), await server.aUser());
        const refused = await client.authorizationCodeGrant(config, plain, checks).catch(error => error);
        expect(refused).to.be.instanceOf(client.AuthorizationResponseError);
        expect(refused.error).to.equal('invalid_request');
        await signedIn(server, config);
        const elsewhere = { ...parameters, redirect_uri: 'https://evil.example/' };
        const wrong = await client.buildAuthorizationUrlWithPAR(config, elsewhere).catch(error => error);
        expect(wrong).to.be.instanceOf(client.ResponseBodyError);
        expect([wrong.status, wrong.error]).to.deep.equal([400, 'invalid_request']);
    });
    it('by openid-client, that proves itself by a signed assertion, or is an installed program that cannot', async () => {
        const server = await anIssuer();
        const { publicKey, privateKey } = await jose.generateKeyPair('ES256');
        const jwk = { ...(await jose.exportJWK(publicKey)), kty: 'EC', kid: 'one' };
        const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } };
        await registered(server, 'shop', 'web', { ...website, ...keys });
        await signedIn(server, await discovered(server, 'shop', client.PrivateKeyJwt({ key: privateKey, kid: 'one' })));
        await registered(server, 'notes', 'native', website);
        await signedIn(server, await discovered(server, 'notes', client.None()));
    });
    it('by openid-client with a key that the code is bound to: nobody else redeems it', async () => {
        const server = await anIssuer();
        await registered(server, 'notes', 'native', website);
        const config = await discovered(server, 'notes', client.None());
        const handle = async () => ({ DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) });
        const tokens = await signedIn(server, config, await handle());
        expect(tokens.token_type).to.equal('dpop');
        expect(jose.decodeJwt(tokens.access_token).cnf).to.have.property('jkt');
        const { parameters, checks } = await aRequest();
        const address = await client.buildAuthorizationUrlWithPAR(config, parameters, await handle());
        const back = await throughPages(server, aVisitor(server), address, await server.aUser());
        for (const options of [{}, await handle()]) {
            const refused = await client
                .authorizationCodeGrant(config, back, checks, undefined, options)
                .catch(error => error.error);
            expect(refused).to.equal('invalid_grant');
        }
    });
    it('by oauth4webapi, which finds nothing amiss in the answer', async () => {
        const server = await anIssuer({ policy: { require_pushed_authorization_requests: true } });
        const { require_pushed_authorization_requests: _, ...metadata } = website;
        const auth = oauth.ClientSecretPost(await registered(server, 'shop', 'web', { ...metadata, token_endpoint_auth_method: 'client_secret_post' }));
        const issuer = new URL(server.settings.issuer);
        const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
        expect(as.require_pushed_authorization_requests).to.equal(true);
        const shop = { client_id: 'shop' };
        const { parameters, checks } = await aRequest();
        const asked = { client_id: 'shop', response_type: 'code', ...parameters };
        const answer = await oauth.pushedAuthorizationRequest(as, shop, auth, asked, insecure);
        const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(as, shop, answer);
        expect(expires_in).to.equal(60);
        const address = new URL(as.authorization_endpoint);
        address.search = String(new URLSearchParams({ client_id: 'shop', request_uri }));
        const back = await throughPages(server, aVisitor(server), address, await server.aUser());
        const response = oauth.validateAuthResponse(as, shop, back, checks.expectedState);
        const verifier = checks.pkceCodeVerifier;
        const given = await oauth.authorizationCodeGrantRequest(as, shop, auth, response, callback, verifier, insecure);
        const expected = { expectedNonce: checks.expectedNonce, requireIdToken: true };
        await oauth.processAuthorizationCodeResponse(as, shop, given, expected);
        const wrong = await oauth.pushedAuthorizationRequest(as, shop, auth, { ...asked, response_type: 'token' }, insecure);
        const refused = await oauth.processPushedAuthorizationResponse(as, shop, wrong).catch(error => error);
        expect(refused).to.be.instanceOf(oauth.ResponseBodyError);
        expect(refused.error).to.equal('unsupported_response_type');
    });
});
//# sourceMappingURL=pushed-requests.test.js.map