// openid-client, unmodified, as a website with a server: all features that both it and this server support.
import { expect } from 'chai'
import * as jose from 'jose'
import * as client from 'openid-client'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import {
  anIssuer,
  asAdministrator,
  basicProof,
  endDevicesOf,
  expectLive,
  expectOver,
  type Person,
  registered,
  secretProof,
  throughPages,
} from '../support/issuer.js'
import type { TestServer } from '../support/server.js'
import { aVisitor, type Visitor } from '../support/visitor.js'

const callback = 'http://localhost:7000/callback'
const goodbye = 'http://localhost:7000/goodbye'

const website = {
  redirect_uris: [callback],
  post_logout_redirect_uris: [goodbye],
  scope: 'openid profile email offline_access',
} satisfies ApplicationMetadata

// oidcc-idtoken-signature: by default the library skips the signature of an ID token from the token endpoint.
const checked = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] }

const discovered = (server: TestServer, id: string, auth: client.ClientAuth) =>
  client.discovery(new URL(server.settings.issuer), id, {}, auth, checked)

/** The refusal's `error` (RFC 6749 §5.2). */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return error.error
    // RFC 6749 §5.2: 401 with a challenge, where client authentication was by a header.
    if (error instanceof client.WWWAuthenticateChallengeError)
      return ((await error.response.json()) as { error: string }).error
    throw error
  }
  throw new Error('was not refused')
}

async function anAuthorization(config: client.Configuration, scope: string, more: Record<string, string> = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier, expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  })
  return { address, checks: { ...checks, idTokenExpected: true } }
}

async function signedIn(
  server: TestServer,
  config: client.Configuration,
  person: Person,
  { scope = 'openid profile email', visitor = aVisitor(server) }: { scope?: string; visitor?: Visitor } = {},
) {
  const { address, checks } = await anAuthorization(config, scope)
  const back = await throughPages(server, visitor, address, person)
  return { tokens: await client.authorizationCodeGrant(config, back, checks), back, checks, visitor }
}

describe('openid-client as a website', function () {
  this.timeout(60_000)
  it('signs in, reads userinfo, refreshes and logs out; reuse of refresh token or code is invalid_grant', async () => {
    const server = await anIssuer()
    const secret = await registered(server, 'shop', 'web', website)
    const person = await server.aUser({ username: 'amy', firstName: 'Amy', email: 'amy@example.com' })
    const config = await discovered(server, 'shop', client.ClientSecretBasic(secret))
    expect(config.serverMetadata().supportsPKCE()).to.equal(true)

    const { tokens, back, checks, visitor } = await signedIn(server, config, person)
    expect(tokens.claims()).to.include({ sub: String(person.id), preferred_username: 'amy' })
    const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)
    expect(info).to.include({ preferred_username: 'amy', email: 'amy@example.com' })
    await expectLive(server, tokens, basicProof('shop', secret))

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!)
    expect(refreshed.refresh_token).to.be.a('string').and.not.equal(tokens.refresh_token)
    expect(refreshed.claims()!.sub).to.equal(String(person.id))
    server.clock.advance('1m')
    expect(await refusal(client.refreshTokenGrant(config, tokens.refresh_token!))).to.equal('invalid_grant')
    await expectOver(server, refreshed, basicProof('shop', secret))

    // oidcc-codereuse: the code again, with the right secret, redirect URI and PKCE verifier.
    expect(await refusal(client.authorizationCodeGrant(config, back, checks))).to.equal('invalid_grant')

    // A second sign-in without a page: the browser session is still live.
    const again = await signedIn(server, config, person, { visitor })
    const out = client.buildEndSessionUrl(config, {
      id_token_hint: again.tokens.id_token!,
      post_logout_redirect_uri: goodbye,
      state: 'over',
    })
    const gone = await throughPages(server, visitor, out, person)
    expect(gone.href).to.equal(`${goodbye}?state=over`)
    await expectOver(server, again.tokens, basicProof('shop', secret))
  })

  it('has its tokens refused at once after the end of the device, also with offline_access', async () => {
    const server = await anIssuer()
    const secret = await registered(server, 'shop', 'web', website)
    const person = await server.aUser()
    const config = await discovered(server, 'shop', client.ClientSecretBasic(secret))
    for (const scope of ['openid', 'openid offline_access']) {
      const { tokens } = await signedIn(server, config, person, { scope })
      await endDevicesOf(server, person)
      await expectOver(server, tokens, basicProof('shop', secret))
      expect(await client.tokenIntrospection(config, tokens.access_token)).to.deep.equal({ active: false })
    }
  })

  it('authenticates by client_secret_post; revokes one access token, or a session by its refresh token', async () => {
    const server = await anIssuer()
    const secret = await registered(server, 'shop', 'web', {
      ...website,
      token_endpoint_auth_method: 'client_secret_post',
    })
    const person = await server.aUser()
    const basic = await discovered(server, 'shop', client.ClientSecretBasic(secret))
    expect(await refusal(client.clientCredentialsGrant(basic))).to.equal('invalid_client')

    const config = await discovered(server, 'shop', client.ClientSecretPost(secret))
    const first = await signedIn(server, config, person)
    const second = await signedIn(server, config, person)
    await client.tokenRevocation(config, first.tokens.access_token)
    expect(await client.tokenIntrospection(config, first.tokens.access_token)).to.deep.equal({ active: false })
    // Only the access token is revoked: the session can still refresh.
    const refreshed = await client.refreshTokenGrant(config, first.tokens.refresh_token!)
    await client.tokenRevocation(config, refreshed.refresh_token!)
    await expectOver(server, refreshed, secretProof('shop', secret))
    await expectLive(server, second.tokens, secretProof('shop', secret))
  })

  it('authenticates by private_key_jwt, and gets invalid_client with another key', async () => {
    const server = await anIssuer()
    const { publicKey, privateKey } = await jose.generateKeyPair('ES256')
    const jwk = { ...(await jose.exportJWK(publicKey)), kty: 'EC', kid: 'one' }
    await registered(server, 'shop', 'web', {
      ...website,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [jwk] },
    })
    const person = await server.aUser()
    const config = await discovered(server, 'shop', client.PrivateKeyJwt({ key: privateKey, kid: 'one' }))
    const { tokens } = await signedIn(server, config, person)
    expect(await client.tokenIntrospection(config, tokens.access_token)).to.include({
      active: true,
      client_id: 'shop',
      sub: String(person.id),
    })
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!)
    await client.tokenRevocation(config, refreshed.refresh_token!)
    expect(await refusal(client.refreshTokenGrant(config, refreshed.refresh_token!))).to.equal('invalid_grant')

    const stranger = await jose.generateKeyPair('ES256')
    const false_ = await discovered(server, 'shop', client.PrivateKeyJwt({ key: stranger.privateKey, kid: 'one' }))
    expect(await refusal(client.clientCredentialsGrant(false_))).to.equal('invalid_client')
  })

  it('gets client_credentials tokens, which stay revoked after the application is disabled and enabled', async () => {
    const server = await anIssuer()
    const secret = await registered(server, 'nightly', 'machine')
    const config = await discovered(server, 'nightly', client.ClientSecretBasic(secret))
    const tokens = await client.clientCredentialsGrant(config)
    expect(tokens.refresh_token).to.equal(undefined)
    expect(jose.decodeJwt(tokens.access_token)).to.include({ sub: 'nightly', client_id: 'nightly' })
    expect(await client.tokenIntrospection(config, tokens.access_token)).to.include({ active: true, sub: 'nightly' })

    const { post } = await asAdministrator(server)
    expect((await post('/api/admin/applications/nightly/disable', {})).status).to.equal(200)
    expect(await refusal(client.clientCredentialsGrant(config))).to.equal('invalid_client')
    expect((await post('/api/admin/applications/nightly/enable', {})).status).to.equal(200)
    // Tokens from before stay revoked after the application is enabled again.
    expect(await client.tokenIntrospection(config, tokens.access_token)).to.deep.equal({ active: false })
    await client.clientCredentialsGrant(config)
  })

  it('gets access_denied when the user declines, and login_required for prompt=none without a session', async () => {
    const server = await anIssuer()
    const secret = await registered(server, 'shop', 'web', website)
    const person = await server.aUser()
    const config = await discovered(server, 'shop', client.ClientSecretBasic(secret))
    for (const [more, error] of [
      [{ prompt: 'none' }, 'login_required'],
      [{}, 'access_denied'],
    ] as const) {
      const { address, checks } = await anAuthorization(config, 'openid profile', more)
      const back = await throughPages(server, aVisitor(server), address, person, 'deny')
      const refused = await client.authorizationCodeGrant(config, back, checks).catch((thrown: unknown) => thrown)
      expect(refused).to.be.instanceOf(client.AuthorizationResponseError)
      expect((refused as client.AuthorizationResponseError).error).to.equal(error)
    }
  })
})
