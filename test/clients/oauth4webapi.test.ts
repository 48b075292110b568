// oauth4webapi, unmodified, which validates every answer strictly: `iss` in the authorization response (RFC 9207),
// resource indicators (RFC 8707), and JWT access tokens at a resource server (RFC 9068).
import { expect } from 'chai'
import * as oauth from 'oauth4webapi'
import {
  anIssuer,
  basicProof,
  endDevicesOf,
  expectOver,
  type Person,
  registered,
  throughPages,
} from '../support/issuer.js'
import { aVisitor } from '../support/visitor.js'

const callback = 'http://localhost:7000/callback'
const orders = 'https://orders.example.com'
const invoices = 'https://invoices.example.com'
const insecure = { [oauth.allowInsecureRequests]: true }

async function anApplicationAtTwoApis() {
  const server = await anIssuer()
  for (const [id, resource] of [
    ['orders', orders],
    ['invoices', invoices],
  ] as const) {
    const resource_scopes = [{ name: `${id}.read`, description: `Read ${id}.` }]
    await registered(server, id, 'resource_server', { resource, resource_scopes })
  }
  const secret = await registered(server, 'shop', 'web', {
    redirect_uris: [callback],
    scope: 'openid profile orders.read invoices.read',
  })
  const issuer = new URL(server.settings.issuer)
  const client: oauth.Client = { client_id: 'shop', require_auth_time: true }
  const auth = oauth.ClientSecretBasic(secret)
  return { server, issuer, client, auth, secret, person: await server.aUser() }
}

/** Reads both discovery documents (OpenID Connect Discovery, RFC 8414), which must agree. */
async function discovered(issuer: URL): Promise<oauth.AuthorizationServer> {
  const documents = []
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const answer = await oauth.discoveryRequest(issuer, { algorithm, ...insecure })
    documents.push(await oauth.processDiscoveryResponse(issuer, answer))
  }
  const [oidc, oauth2] = documents as [oauth.AuthorizationServer, oauth.AuthorizationServer]
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'introspection_endpoint'] as const)
    expect(oidc[name], name).to.be.a('string').and.equal(oauth2[name])
  return oidc
}

type Made = Awaited<ReturnType<typeof anApplicationAtTwoApis>>

async function signedIn(made: Made, as: oauth.AuthorizationServer, person: Person, resources: string[]) {
  const { server, client, auth } = made
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const address = new URL(as.authorization_endpoint!)
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
    ...resources.map(resource => ['resource', resource] satisfies [string, string]),
  ]).toString()
  const back = await throughPages(server, aVisitor(server), address, person)
  // Throws if the `iss` parameter that the discovery document promises is missing.
  const parameters = oauth.validateAuthResponse(as, client, back, state)
  const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, callback, verifier, {
    ...insecure,
    additionalParameters: { resource: resources[0]! },
  })
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, {
    expectedNonce: nonce,
    maxAge: 3600,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(as, answer, insecure)
  return tokens
}

async function refreshed(made: Made, as: oauth.AuthorizationServer, token: string, form: Record<string, string> = {}) {
  const { client, auth } = made
  const answer = await oauth.refreshTokenGrantRequest(as, client, auth, token, {
    ...insecure,
    additionalParameters: form,
  })
  return oauth.processRefreshTokenResponse(as, client, answer)
}

/** Validation of an access token by a resource server. */
const called = (as: oauth.AuthorizationServer, accessToken: string, audience: string) =>
  oauth.validateJwtAccessToken(
    as,
    new Request(audience, { headers: { Authorization: `Bearer ${accessToken}` } }),
    audience,
    insecure,
  )

async function expectError(attempt: Promise<unknown>, error: string): Promise<void> {
  try {
    await attempt
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(oauth.ResponseBodyError)
    expect((thrown as oauth.ResponseBodyError).error).to.equal(error)
    return
  }
  expect.fail(`not refused with ${error}`)
}

describe('oauth4webapi as a website and resource server', function () {
  this.timeout(60_000)
  it('accepts all answers, ID token signatures and claims, with one resource in each access token', async () => {
    const made = await anApplicationAtTwoApis()
    const { server, issuer, client, person } = made
    const as = await discovered(issuer)
    const first = await signedIn(made, as, person, [orders, invoices])
    const claims = await called(as, first.access_token, orders)
    expect(claims).to.include({ aud: orders, client_id: client.client_id, sub: String(person.id) })
    expect(claims.scope!.split(' ')).to.include('orders.read').and.not.include('invoices.read')
    const elsewhere = await called(as, first.access_token, invoices).catch((error: unknown) => error)
    expect(elsewhere).to.be.instanceOf(oauth.OperationProcessingError)

    const userinfo = await oauth.userInfoRequest(as, client, first.access_token, insecure)
    const { sub } = await oauth.processUserInfoResponse(as, client, String(person.id), userinfo)
    expect(sub).to.equal(String(person.id))

    // RFC 8707 §2.2: another granted resource is allowed at a refresh; one that was not requested is refused.
    const second = await refreshed(made, as, first.refresh_token!, { resource: invoices })
    expect((await called(as, second.access_token, invoices)).aud).to.equal(invoices)
    await expectError(
      refreshed(made, as, second.refresh_token!, { resource: server.settings.issuer }),
      'invalid_target',
    )
    await expectError(refreshed(made, as, second.refresh_token!, { scope: 'openid offline_access' }), 'invalid_scope')
    const narrow = await refreshed(made, as, second.refresh_token!, { scope: 'openid' })
    expect(narrow.scope).to.equal('openid')
    // RFC 6749 §6: only that token was narrowed, not the session.
    const wide = await refreshed(made, as, narrow.refresh_token!)
    expect(wide.scope!.split(' ')).to.include.members(['openid', 'profile'])
  })

  it('gets invalid_grant for a reused refresh token, which ends the session', async () => {
    const made = await anApplicationAtTwoApis()
    const { server, issuer, secret, person } = made
    const as = await discovered(issuer)
    const first = await signedIn(made, as, person, [orders])
    const second = await refreshed(made, as, first.refresh_token!)
    server.clock.advance('1m')
    await expectError(refreshed(made, as, first.refresh_token!), 'invalid_grant')
    await expectError(refreshed(made, as, second.refresh_token!), 'invalid_grant')
    await expectOver(server, second, basicProof('shop', secret))
  })

  it('revokes a session by its refresh token; an ended device has its tokens refused at once', async () => {
    const made = await anApplicationAtTwoApis()
    const { server, issuer, client, auth, secret, person } = made
    const as = await discovered(issuer)
    const introspected = async (token: string) => {
      const answer = await oauth.introspectionRequest(as, client, auth, token, insecure)
      return oauth.processIntrospectionResponse(as, client, answer)
    }
    const revoked = await signedIn(made, as, person, [orders])
    expect(await introspected(revoked.access_token)).to.include({ active: true, aud: orders, client_id: 'shop' })
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, auth, revoked.refresh_token!, insecure),
    )
    expect(await introspected(revoked.access_token)).to.deep.equal({ active: false })
    await expectOver(server, revoked, basicProof('shop', secret))

    const ended = await signedIn(made, as, person, [orders])
    await endDevicesOf(server, person)
    await expectOver(server, ended, basicProof('shop', secret))
  })
})
