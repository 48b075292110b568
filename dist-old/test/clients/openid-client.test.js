// openid-client, unmodified, as a website with a server: everything that it offers and we have.
import { expect } from 'chai';
import * as jose from 'jose';
import * as client from 'openid-client';
import { anIssuer, asAdministrator, basicProof, endDevicesOf, expectLive, expectOver, registered, secretProof, throughPages, } from '../support/issuer.js';
import { aVisitor } from '../support/visitor.js';
const callback = 'http://localhost:7000/callback';
const goodbye = 'http://localhost:7000/goodbye';
const website = {
    redirect_uris: [callback],
    post_logout_redirect_uris: [goodbye],
    scope: 'openid profile email offline_access',
};
// oidcc-idtoken-signature: by default a client that talks to the token endpoint itself may leave that check out.
const checked = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
const discovered = (server, id, auth) => client.discovery(new URL(server.settings.issuer), id, {}, auth, checked);
/** The refusal's `error` (RFC 6749 §5.2). */
async function refusal(attempt) {
    try {
        await attempt;
    }
    catch (error) {
        if (error instanceof client.ResponseBodyError)
            return error.error;
        // RFC 6749 §5.2: 401 with a challenge, where the application tried to prove itself by a header.
        if (error instanceof client.WWWAuthenticateChallengeError)
            return (await error.response.json()).error;
        throw error;
    }
    throw new Error('was not refused');
}
async function anAuthorization(config, scope, more = {}) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() };
    const address = client.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope,
        state: checks.expectedState,
        nonce: checks.expectedNonce,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...more,
    });
    return { address, checks: { ...checks, idTokenExpected: true } };
}
async function signedIn(server, config, person, { scope = 'openid profile email', visitor = aVisitor(server) } = {}) {
    const { address, checks } = await anAuthorization(config, scope);
    const back = await throughPages(server, visitor, address, person);
    return { tokens: await client.authorizationCodeGrant(config, back, checks), back, checks, visitor };
}
describe('openid-client', function () {
    this.timeout(60_000);
    it('signs a person in, reads who it is, refreshes, is refused on reuse, and logs out', async () => {
        const server = await anIssuer();
        const secret = await registered(server, 'shop', 'web', website);
        const person = await server.aUser({ username: 'amy', firstName: 'Amy', email: 'amy@example.com' });
        const config = await discovered(server, 'shop', client.ClientSecretBasic(secret));
        expect(config.serverMetadata().supportsPKCE()).to.equal(true);
        const { tokens, back, checks, visitor } = await signedIn(server, config, person);
        expect(tokens.claims()).to.include({ sub: String(person.id), preferred_username: 'amy' });
        const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
        expect(info).to.include({ preferred_username: 'amy', email: 'amy@example.com' });
        await expectLive(server, tokens, basicProof('shop', secret));
        const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
        expect(refreshed.refresh_token).to.be.a('string').and.not.equal(tokens.refresh_token);
        expect(refreshed.claims().sub).to.equal(String(person.id));
        server.clock.advance('1m');
        expect(await refusal(client.refreshTokenGrant(config, tokens.refresh_token))).to.equal('invalid_grant');
        await expectOver(server, refreshed, basicProof('shop', secret));
        // oidcc-codereuse: the code again, by who has all that belongs to it.
        expect(await refusal(client.authorizationCodeGrant(config, back, checks))).to.equal('invalid_grant');
        // Signed in once more without a page: the browser session lives on.
        const again = await signedIn(server, config, person, { visitor });
        const out = client.buildEndSessionUrl(config, {
            id_token_hint: again.tokens.id_token,
            post_logout_redirect_uri: goodbye,
            state: 'over',
        });
        const gone = await throughPages(server, visitor, out, person);
        expect(gone.href).to.equal(`${goodbye}?state=over`);
        await expectOver(server, again.tokens, basicProof('shop', secret));
    });
    it('loses the session at once when an administrator ends the device', async () => {
        const server = await anIssuer();
        const secret = await registered(server, 'shop', 'web', website);
        const person = await server.aUser();
        const config = await discovered(server, 'shop', client.ClientSecretBasic(secret));
        for (const scope of ['openid', 'openid offline_access']) {
            const { tokens } = await signedIn(server, config, person, { scope });
            await endDevicesOf(server, person);
            await expectOver(server, tokens, basicProof('shop', secret));
            expect(await client.tokenIntrospection(config, tokens.access_token)).to.deep.equal({ active: false });
        }
    });
    it('proves itself by client_secret_post, and revokes what it holds', async () => {
        const server = await anIssuer();
        const secret = await registered(server, 'shop', 'web', {
            ...website,
            token_endpoint_auth_method: 'client_secret_post',
        });
        const person = await server.aUser();
        const basic = await discovered(server, 'shop', client.ClientSecretBasic(secret));
        expect(await refusal(client.clientCredentialsGrant(basic))).to.equal('invalid_client');
        const config = await discovered(server, 'shop', client.ClientSecretPost(secret));
        const first = await signedIn(server, config, person);
        const second = await signedIn(server, config, person);
        await client.tokenRevocation(config, first.tokens.access_token);
        expect(await client.tokenIntrospection(config, first.tokens.access_token)).to.deep.equal({ active: false });
        // The access token alone: its session refreshes.
        const refreshed = await client.refreshTokenGrant(config, first.tokens.refresh_token);
        await client.tokenRevocation(config, refreshed.refresh_token);
        await expectOver(server, refreshed, secretProof('shop', secret));
        await expectLive(server, second.tokens, secretProof('shop', secret));
    });
    it('proves itself by a signed assertion, a new one each time', async () => {
        const server = await anIssuer();
        const { publicKey, privateKey } = await jose.generateKeyPair('ES256');
        const jwk = { ...(await jose.exportJWK(publicKey)), kty: 'EC', kid: 'one' };
        await registered(server, 'shop', 'web', {
            ...website,
            token_endpoint_auth_method: 'private_key_jwt',
            token_endpoint_auth_signing_alg: 'ES256',
            jwks: { keys: [jwk] },
        });
        const person = await server.aUser();
        const config = await discovered(server, 'shop', client.PrivateKeyJwt({ key: privateKey, kid: 'one' }));
        const { tokens } = await signedIn(server, config, person);
        expect(await client.tokenIntrospection(config, tokens.access_token)).to.include({
            active: true,
            client_id: 'shop',
            sub: String(person.id),
        });
        const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
        await client.tokenRevocation(config, refreshed.refresh_token);
        expect(await refusal(client.refreshTokenGrant(config, refreshed.refresh_token))).to.equal('invalid_grant');
        const stranger = await jose.generateKeyPair('ES256');
        const false_ = await discovered(server, 'shop', client.PrivateKeyJwt({ key: stranger.privateKey, kid: 'one' }));
        expect(await refusal(client.clientCredentialsGrant(false_))).to.equal('invalid_client');
    });
    it('gets tokens of its own by client_credentials, which end with the application', async () => {
        const server = await anIssuer();
        const secret = await registered(server, 'nightly', 'machine');
        const config = await discovered(server, 'nightly', client.ClientSecretBasic(secret));
        const tokens = await client.clientCredentialsGrant(config);
        expect(tokens.refresh_token).to.equal(undefined);
        expect(jose.decodeJwt(tokens.access_token)).to.include({ sub: 'nightly', client_id: 'nightly' });
        expect(await client.tokenIntrospection(config, tokens.access_token)).to.include({ active: true, sub: 'nightly' });
        const { post } = await asAdministrator(server);
        expect((await post('/api/admin/applications/nightly/disable', {})).status).to.equal(200);
        expect(await refusal(client.clientCredentialsGrant(config))).to.equal('invalid_client');
        expect((await post('/api/admin/applications/nightly/enable', {})).status).to.equal(200);
        // Enabling it revives nothing.
        expect(await client.tokenIntrospection(config, tokens.access_token)).to.deep.equal({ active: false });
        await client.clientCredentialsGrant(config);
    });
    it('comes back without tokens when the person declines, and when nobody may be asked', async () => {
        const server = await anIssuer();
        const secret = await registered(server, 'shop', 'web', website);
        const person = await server.aUser();
        const config = await discovered(server, 'shop', client.ClientSecretBasic(secret));
        for (const [more, error] of [
            [{ prompt: 'none' }, 'login_required'],
            [{}, 'access_denied'],
        ]) {
            const { address, checks } = await anAuthorization(config, 'openid profile', more);
            const back = await throughPages(server, aVisitor(server), address, person, 'deny');
            const refused = await client.authorizationCodeGrant(config, back, checks).catch((thrown) => thrown);
            expect(refused).to.be.instanceOf(client.AuthorizationResponseError);
            expect(refused.error).to.equal(error);
        }
    });
});
//# sourceMappingURL=openid-client.test.js.map