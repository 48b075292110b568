// Dynamic client registration (RFC 7591) by unmodified openid-client and oauth4webapi, with and without an initial
// access token: from registration to tokens of a user, and to the end of both.
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { anIssuer, expectLive, expectOver, registered, secretProof, throughPages } from '../support/issuer.js'
import { anInitialAccessToken, manage, type Registration } from '../support/registrations.js'
import { settle } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const callback = 'http://localhost:7000/callback'
const books = 'https://books.example'
const insecure = { [oauth.allowInsecureRequests]: true }
const execute = [client.allowInsecureRequests]

describe('dynamic client registration by client libraries', function () {
  this.timeout(120_000)

  it('openid-client registers once by an initial access token, signs in, and loses tokens when deleted', async () => {
    const server = await anIssuer({ policy: { client_registration: 'token' } })
    const resource_scopes = [{ name: 'books.read', description: 'Read books.' }]
    await registered(server, 'books', 'resource_server', { resource: books, resource_scopes })
    const { text: initialAccessToken } = await anInitialAccessToken(server, { scopes: ['books.read'], mostUses: 1 })
    const metadata = {
      client_name: 'Reading list',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'openid books.read',
    }
    const issuer = new URL(server.settings.issuer)
    const enroll = (token?: string) =>
      client.dynamicClientRegistration(issuer, metadata, undefined, {
        execute,
        ...(token !== undefined && { initialAccessToken: token }),
      })
    expect(await enroll().catch((error: unknown) => error)).to.be.instanceOf(client.WWWAuthenticateChallengeError)
    const config = await enroll(initialAccessToken)
    // The initial access token was valid for one use.
    expect(await enroll(initialAccessToken).catch((error: unknown) => error)).to.be.instanceOf(
      client.WWWAuthenticateChallengeError,
    )
    const { client_id: id, client_secret: secret } = config.clientMetadata()
    await settle(server.composed)
    const verifier = client.randomPKCECodeVerifier()
    const state = client.randomState()
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid books.read',
      resource: books,
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const person = await server.aUser()
    const visitor = aVisitor(server)
    await visitor.signIn(person)
    const consent = await visitor.open(address.pathname + address.search)
    expect(consent.text)
      .to.include('Reading list registered itself here on')
      .and.include('No administrator of this server has reviewed')
    const back = await throughPages(server, visitor, address, person)
    const tokens = await client.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    })
    const held = { access_token: tokens.access_token, refresh_token: tokens.refresh_token }
    expect(tokens.scope!.split(' ')).to.have.members(['openid', 'books.read'])
    await expectLive(server, held, secretProof(id, secret as string))
    const mine = config.clientMetadata() as unknown as Registration
    expect((await manage(server, 'DELETE', mine)).status).to.equal(204)
    const userinfo = await fetch(`${server.url}/oauth/userinfo`, {
      headers: { Authorization: `Bearer ${held.access_token}` },
    })
    expect(userinfo.status).to.equal(401)
    expect(await client.refreshTokenGrant(config, held.refresh_token!).catch(() => 'refused')).to.equal('refused')
  })

  it('oauth4webapi registers a native client where registration is open; a bad redirect URI is refused', async () => {
    const server = await anIssuer({ policy: { client_registration: 'open' } })
    const issuer = new URL(server.settings.issuer)
    const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    const as = await oauth.processDiscoveryResponse(issuer, discovery)
    const enroll = async (metadata: Partial<oauth.Client>) =>
      oauth.processDynamicClientRegistrationResponse(
        await oauth.dynamicClientRegistrationRequest(as, metadata as never, insecure),
      )
    const tool = { client_name: 'Tool', redirect_uris: [callback], token_endpoint_auth_method: 'none' }
    const refused = await enroll({ ...tool, redirect_uris: ['javascript:alert(1)'] }).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(oauth.ResponseBodyError)
    expect((refused as oauth.ResponseBodyError).error).to.equal('invalid_redirect_uri')
    const made = await enroll(tool)
    // Its redirect URI is a loopback address.
    expect(made.application_type).to.equal('native')
    await settle(server.composed)
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const address = new URL(as.authorization_endpoint!)
    address.search = String(
      new URLSearchParams({
        client_id: made.client_id,
        // Any port is allowed for a loopback redirect URI (RFC 8252 §7.3).
        redirect_uri: 'http://localhost:7123/callback',
        response_type: 'code',
        scope: 'openid profile',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
      }),
    )
    const person = await server.aUser()
    const back = await throughPages(server, aVisitor(server), address, person)
    const parameters = oauth.validateAuthResponse(as, made, back, state)
    const answer = await oauth.authorizationCodeGrantRequest(
      ...[as, made, oauth.None(), parameters, 'http://localhost:7123/callback', verifier, insecure],
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, made, answer)
    const proof = { form: { client_id: made.client_id } }
    await expectLive(server, { access_token: tokens.access_token }, proof)
    await server.composed.parts.applications.applications.disable(made.client_id, 'system')
    await expectOver(server, { access_token: tokens.access_token }, proof)
  })
})
