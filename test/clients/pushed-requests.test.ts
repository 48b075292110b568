// Pushed authorization requests (PAR, RFC 9126) by unmodified openid-client and oauth4webapi: the browser carries only
// client_id and request_uri.
import { expect } from 'chai'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { anIssuer, registered, throughPages } from '../support/issuer.js'
import type { TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

const callback = 'http://localhost:7000/callback'
const insecure = { [oauth.allowInsecureRequests]: true }

const website = {
  redirect_uris: [callback],
  scope: 'openid profile email offline_access',
  require_pushed_authorization_requests: true,
} satisfies ApplicationMetadata

const discovered = (server: TestServer, id: string, auth: client.ClientAuth) =>
  client.discovery(new URL(server.settings.issuer), id, {}, auth, { execute: [client.allowInsecureRequests] })

async function aRequest() {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const parameters = {
    redirect_uri: callback,
    scope: 'openid profile',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  return { parameters, checks: { ...checks, idTokenExpected: true } }
}

/** Expects that the address has no parameters other than client_id and request_uri. */
function expectReference(address: URL): void {
  expect([...address.searchParams.keys()].sort()).to.deep.equal(['client_id', 'request_uri'])
  expect(address.searchParams.get('request_uri')).to.match(/^urn:ietf:params:oauth:request_uri:/)
}

/** Expects 400 invalid_request_uri for a request_uri that was used already. */
async function expectAnswered(server: TestServer, address: URL): Promise<void> {
  const { status, text } = await aVisitor(server).send('GET', address.pathname + address.search)
  expect([status, text.includes('/errors/invalid_request_uri')]).to.deep.equal([400, true])
}

/** Pushes a request, signs a user in with its request_uri, and redeems the code. */
async function signedIn(server: TestServer, config: client.Configuration, options: client.DPoPOptions = {}) {
  const { parameters, checks } = await aRequest()
  const address = await client.buildAuthorizationUrlWithPAR(config, parameters, options)
  expectReference(address)
  const person = await server.aUser()
  const back = await throughPages(server, aVisitor(server), address, person)
  const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, options)
  expect(tokens.claims()!.sub).to.equal(String(person.id))
  await expectAnswered(server, address)
  return tokens
}

describe('pushed authorization requests by client libraries', function () {
  this.timeout(60_000)
  it('openid-client signs in by PAR; a request without it is refused where the application requires it', async () => {
    const server = await anIssuer()
    const config = await discovered(
      server,
      'shop',
      client.ClientSecretBasic(await registered(server, 'shop', 'web', website)),
    )
    expect(config.serverMetadata().pushed_authorization_request_endpoint).to.equal(
      `${server.settings.issuer}/oauth/par`,
    )
    const { parameters, checks } = await aRequest()
    const plain = await throughPages(
      server,
      aVisitor(server),
      client.buildAuthorizationUrl(config, parameters),
      await server.aUser(),
    )
    const refused = await client.authorizationCodeGrant(config, plain, checks).catch(error => error)
    expect(refused).to.be.instanceOf(client.AuthorizationResponseError)
    expect(refused.error).to.equal('invalid_request')
    await signedIn(server, config)
    const elsewhere = { ...parameters, redirect_uri: 'https://evil.example/' }
    const wrong = await client.buildAuthorizationUrlWithPAR(config, elsewhere).catch(error => error)
    expect(wrong).to.be.instanceOf(client.ResponseBodyError)
    expect([wrong.status, wrong.error]).to.deep.equal([400, 'invalid_request'])
  })

  it('openid-client signs in by PAR with private_key_jwt, and as a public native client', async () => {
    const server = await anIssuer()
    const { publicKey, privateKey } = await jose.generateKeyPair('ES256')
    const jwk = { ...(await jose.exportJWK(publicKey)), kty: 'EC', kid: 'one' }
    const keys = { token_endpoint_auth_method: 'private_key_jwt' as const, jwks: { keys: [jwk] } }
    await registered(server, 'shop', 'web', { ...website, ...keys })
    await signedIn(server, await discovered(server, 'shop', client.PrivateKeyJwt({ key: privateKey, kid: 'one' })))
    await registered(server, 'notes', 'native', website)
    await signedIn(server, await discovered(server, 'notes', client.None()))
  })

  it('openid-client with a DPoP key gets invalid_grant for the code with another key or none', async () => {
    const server = await anIssuer()
    await registered(server, 'notes', 'native', website)
    const config = await discovered(server, 'notes', client.None())
    const handle = async () => ({ DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) })
    const tokens = await signedIn(server, config, await handle())
    expect(tokens.token_type).to.equal('dpop')
    expect(jose.decodeJwt(tokens.access_token).cnf).to.have.property('jkt')
    const { parameters, checks } = await aRequest()
    const address = await client.buildAuthorizationUrlWithPAR(config, parameters, await handle())
    const back = await throughPages(server, aVisitor(server), address, await server.aUser())
    for (const options of [{}, await handle()]) {
      const refused = await client
        .authorizationCodeGrant(config, back, checks, undefined, options)
        .catch(error => error.error)
      expect(refused).to.equal('invalid_grant')
    }
  })

  it('oauth4webapi accepts the PAR answer, and gets unsupported_response_type for response_type=token', async () => {
    const server = await anIssuer({ policy: { require_pushed_authorization_requests: true } })
    const { require_pushed_authorization_requests: _, ...metadata } = website
    const auth = oauth.ClientSecretPost(
      await registered(server, 'shop', 'web', { ...metadata, token_endpoint_auth_method: 'client_secret_post' }),
    )
    const issuer = new URL(server.settings.issuer)
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
    expect(as.require_pushed_authorization_requests).to.equal(true)
    const shop: oauth.Client = { client_id: 'shop' }
    const { parameters, checks } = await aRequest()
    const asked = { client_id: 'shop', response_type: 'code', ...parameters }
    const answer = await oauth.pushedAuthorizationRequest(as, shop, auth, asked, insecure)
    const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(as, shop, answer)
    expect(expires_in).to.equal(60)
    const address = new URL(as.authorization_endpoint!)
    address.search = String(new URLSearchParams({ client_id: 'shop', request_uri }))
    const back = await throughPages(server, aVisitor(server), address, await server.aUser())
    const response = oauth.validateAuthResponse(as, shop, back, checks.expectedState)
    const verifier = checks.pkceCodeVerifier
    const given = await oauth.authorizationCodeGrantRequest(as, shop, auth, response, callback, verifier, insecure)
    const expected = { expectedNonce: checks.expectedNonce, requireIdToken: true }
    await oauth.processAuthorizationCodeResponse(as, shop, given, expected)
    const wrong = await oauth.pushedAuthorizationRequest(as, shop, auth, { ...asked, response_type: 'token' }, insecure)
    const refused = await oauth.processPushedAuthorizationResponse(as, shop, wrong).catch(error => error)
    expect(refused).to.be.instanceOf(oauth.ResponseBodyError)
    expect(refused.error).to.equal('unsupported_response_type')
  })
})
